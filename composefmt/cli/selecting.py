"""The options that select rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from composefmt.cli.deprecation import notify_of_renamed_rules
from composefmt.findings import Severity
from composefmt.options import Chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Command = TypeVar("Command", bound="Callable[..., object]")


class SelectionOptions(TypedDict):
    """The options that select rules, as Click passes them."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: tuple[str, ...]


def selection_options(command: Command) -> Command:
    """Add the options that select rules."""
    for option in (
        click.option(
            "--severity", multiple=True, metavar="RULES=LEVEL", help="Override the severity of rules or groups: error, warning or info."
        ),
        click.option("--ignore", multiple=True, metavar="RULES", help="Rules or groups to disable."),
        click.option("--extend-select", multiple=True, metavar="RULES", help="Rules or groups to enable in addition to the defaults."),
        click.option(
            "--select",
            multiple=True,
            metavar="RULES",
            help='Rules or groups to enable, separated by commas; "all" for all (default: those enabled by default).',
        ),
    ):
        command = option(command)
    return command


def given_selection(options: SelectionOptions) -> Chosen:
    """Return the rules selected on the command line. Raises click.UsageError for an unknown rule."""
    given = Chosen()
    if options["select"]:
        given["select"] = _rules(options["select"])
    if options["extend_select"]:
        given["extend_select"] = _rules(options["extend_select"])
    if options["ignore"]:
        given["ignore"] = _rules(options["ignore"])
    if options["severity"]:
        given["severity"] = {name: level for part in options["severity"] for name, level in _levels(part)}
    return given


def _rules(given: Iterable[str]) -> frozenset[str]:
    names = frozenset(name.strip() for part in given for name in part.split(",") if name.strip())
    if names:
        from composefmt.rules.registry import known_names, unknown_name

        for name in sorted(names - known_names()):
            raise click.UsageError(unknown_name(name))
        notify_of_renamed_rules(names)
    return names


def _levels(given: str) -> list[tuple[str, str]]:
    """Parse rules and their severity, as in "missing-colon,ports=error"."""
    names, _, level = given.rpartition("=")
    if level not in {severity.value for severity in Severity} or not names:
        *others, last = (severity.value for severity in Severity)
        levels = f"{', '.join(others)} or {last}"
        raise click.UsageError(f'invalid --severity "{given}"; use RULES=LEVEL with level {levels}, such as missing-colon=error.')
    return [(name, level) for name in _rules([names])]
