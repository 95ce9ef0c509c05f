"""Reports: findings as text for people or as data for programs.

A report is a module with a function `report`, named in the table; it is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from composefmt.findings import Finding
    from composefmt.reports.text import Style
    from composefmt.syntax.source import Source

    Found: TypeAlias = tuple[Source, Finding]

REPORTS = {
    "text": "composefmt.reports.text",
    "concise": "composefmt.reports.concise",
    "json": "composefmt.reports.data",
    "sarif": "composefmt.reports.sarif",
    "github": "composefmt.reports.github",
    "gitlab": "composefmt.reports.gitlab",
    "junit": "composefmt.reports.junit",
    "checkstyle": "composefmt.reports.checkstyle",
}
# What people read, in the characters and colours of their terminal; the others are UTF-8 wherever they go.
FOR_PEOPLE = frozenset({"text", "concise"})


class Report(Protocol):
    """Findings, file by file, as pieces of text; `style` colours what people read."""

    def __call__(self, found: Iterable[Found], style: Style) -> Iterator[str]:
        """The pieces of the report, in order."""


def report_named(name: str) -> Report:
    """The report that a name of REPORTS stands for."""
    from importlib import import_module

    report: Report = import_module(REPORTS[name]).report
    return report
