"""Findings on one line each, also for editors that parse `file:line:column:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.reports.text import Style, headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found


def report(found: Iterable[Found], style: Style) -> Iterator[str]:
    """Yield a line per finding."""
    for source, finding in found:
        yield headline(source, finding, style) + "\n"
