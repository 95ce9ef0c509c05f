"""Findings as workflow commands of GitHub Actions, shown as annotations of a pull request.

The format: GitHub's documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.reports.locations import repository_path
from composefmt.reports.text import PLAIN, Style, headline, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY_ESCAPES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def report(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (GitHub colors them itself)
    """Yield a command per finding; its text repeats the location, because the log shows nothing else."""
    for source, finding in found:
        (line, column), (end_line, end_column) = map(source.position, finding.span)
        properties = {"title": f"composefmt ({finding.rule})", "file": repository_path(source.filename), "line": str(line)}
        if line == end_line:
            # GitHub accepts columns only for a finding within one line; the end column is inclusive.
            properties |= {"endLine": str(line), "col": str(column), "endColumn": str(max(end_column - 1, column))}
        else:
            properties["endLine"] = str(end_line)
        text = headline(source, finding, PLAIN) + (f"\nhelp: {printable(finding.help)}" if finding.help else "")
        given = ",".join(f"{name}={_escaped(printable(value), _PROPERTY_ESCAPES)}" for name, value in properties.items())
        yield f"::{_COMMAND[finding.severity]} {given}::{_escaped(text, _ESCAPES)}\n"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
