"""Reports: findings as text for people or as data for programs.

Each report is a module with a function `report`, listed in one table and imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found
    from composefmt.reports.text import Style

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
# Reports in the terminal's encoding and colors; all others are UTF-8.
FOR_PEOPLE = frozenset({"text", "concise"})


class Report(Protocol):
    """Converts findings, file by file, to pieces of text; `style` colors reports for people."""

    def __call__(self, found: Iterable[Found], style: Style) -> Iterator[str]:
        """Yield the pieces of the report, in order."""


def report_named(name: str) -> Report:
    """Return the report with a name of REPORTS."""
    from importlib import import_module

    report: Report = import_module(REPORTS[name]).report
    return report
