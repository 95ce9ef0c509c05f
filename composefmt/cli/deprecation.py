"""Deprecation notices: one line on standard error for each old name, once per run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composefmt.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOTIFIED = "composefmt.cli.deprecation"


def notify_of_renamed_rules(names: Iterable[str], path: str = "") -> None:
    """Print a notice for each old name of a rule; `path` is the file that uses it, "" for the command line."""
    from composefmt.rules.registry import renamed_rules, renaming

    context = click.get_current_context()
    notified: set[str] = context.meta.setdefault(_NOTIFIED, set())
    old = set(names) & renamed_rules().keys() - notified
    notified |= old
    if context.params.get("quiet"):
        return
    prefix = f"{printable(path)}: " if path else ""
    for name in sorted(old):
        click.echo(f"warning[deprecated-rule-name] {prefix}{renaming(name)}", err=True)
