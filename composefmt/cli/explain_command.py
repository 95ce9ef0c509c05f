"""`composefmt explain`."""

from __future__ import annotations

import sys

import click

from composefmt.cli.deprecation import notify_of_renamed_rules
from composefmt.rules.registry import all_rules, current_name, unknown_name

_EPILOG = """\b
Examples:
  composefmt explain missing-colon   the page of a rule
  composefmt explain security        the rules of a group
"""


@click.command("explain", epilog=_EPILOG)
@click.argument("rule")
@click.option("--output-format", type=click.Choice(["text", "markdown"]), default="text", help="Output format (default: text).")
def command(rule: str, output_format: str) -> int:
    """Explain a RULE: what it checks for, why that is a problem, examples, and how to suppress it."""
    from composefmt.reports.rule_page import as_markdown, as_text, unread

    notify_of_renamed_rules([rule])
    found = all_rules().get(current_name(rule))
    group = [each.name for each in all_rules().values() if each.group == rule]
    if group:
        sys.stdout.write(f"{rule} is a group of {len(group)} rules: {', '.join(group)}\n")
        return 0
    if unread(rule):
        sys.stdout.write(f"{rule} (error, found before any rule)\n\n{unread(rule)}\n")
        return 0
    if found is None:
        raise click.UsageError(unknown_name(rule))
    sys.stdout.write(as_markdown(found) if output_format == "markdown" else as_text(found))
    return 0
