"""Findings for people in a hurry, and for editors that look for `file:line:column:`: one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.reports.text import Style, headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.reports import Found


def report(found: Iterable[Found], style: Style) -> Iterator[str]:
    """A line for each finding."""
    for source, finding in found:
        yield headline(source, finding, style) + "\n"
