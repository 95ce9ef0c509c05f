"""`composefmt rules`."""

from __future__ import annotations

import sys

import click

from composefmt.rules.registry import Rule, all_rules


@click.command("rules")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How rules are listed.")
def command(output_format: str) -> int:
    """List all rules: name, severity, group, and what each one finds."""
    rules = all_rules().values()
    if output_format == "json":
        from json import dumps

        sys.stdout.write(dumps([_as_data(rule) for rule in rules], indent=1, ensure_ascii=False) + "\n")
        return 0
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        state = "" if rule.default else " (off by default)"
        sys.stdout.write(f"{rule.name:<{width}}  {rule.severity.value:<7}  {rule.group:<13}  {summary(rule)}{state}\n")
    return 0


def summary(rule: Rule) -> str:
    """The first sentence of a rule's page, on one line."""
    return " ".join(rule.page.partition("\n\n")[0].split())


def _as_data(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "severity": rule.severity.value,
        "group": rule.group,
        "default": rule.default,
        "since": rule.since,
        "summary": summary(rule),
        "page": rule.page,
    }
