"""`composefmt rules`."""

from __future__ import annotations

import sys

import click

from composefmt.rules.registry import Rule, all_rules

_EPILOG = """\b
Examples:
  composefmt rules                        one line per rule
  composefmt rules --output-format json   machine-readable output
"""


@click.command("rules", epilog=_EPILOG)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="Output format (default: text).")
def command(output_format: str) -> int:
    """List all rules: name, severity, group, whether enabled by default ("on"), fix, and summary.

    "fix" means that a safe fix exists, "(fix)" that --unsafe-fixes is required.
    """
    from composefmt.reports.rule_page import fixability, page_of

    rules = all_rules().values()
    if output_format == "json":
        from json import dumps

        sys.stdout.write(dumps([_as_data(rule) for rule in rules], indent=1, ensure_ascii=False) + "\n")
        return 0
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        fix = {"safe": "fix", "unsafe": "(fix)"}.get(fixability(rule), "")
        state = "on" if rule.default else "off"
        sys.stdout.write(
            f"{rule.name:<{width}}  {rule.severity.value:<7}  {rule.group:<13}  {state:<3}  {fix:<5}  {page_of(rule).summary}\n"
        )
    return 0


def _as_data(rule: Rule) -> dict[str, object]:
    from composefmt.reports.rule_page import fixability, page_of

    page = page_of(rule)
    return {
        "name": rule.name,
        "severity": rule.severity.value,
        "group": rule.group,
        "default": rule.default,
        "fix": fixability(rule),
        "since": rule.since,
        "summary": page.summary,
        "details": page.details,
        "bad": page.bad,
        "good": page.good,
        "source": page.source,
        "page": rule.page,
        "formerly": rule.formerly,
    }
