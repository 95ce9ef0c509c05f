"""`composefmt explain`."""

from __future__ import annotations

import sys

import click

from composefmt.rules.registry import all_rules, unknown_name


@click.command("explain")
@click.argument("rule")
def command(rule: str) -> int:
    """Explain a RULE: what it finds, why that is wrong, and examples."""
    found = all_rules().get(rule)
    if found is None:
        raise click.UsageError(unknown_name(rule))
    state = "on by default" if found.default else "off by default"
    sys.stdout.write(
        f"{found.name} ({found.severity.value}, group {found.group}, {state}, since {found.since})\n\n"
        f"{found.page}\n\n"
        f"Silence one finding by a comment on its line or above: # composefmt: ignore[{found.name}] reason\n"
        f"Turn the rule off: composefmt check --ignore {found.name}\n"
    )
    return 0
