"""Findings as Checkstyle XML, for Jenkins' Warnings plugin and many review tools."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from composefmt.reports.markup import attributes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found
    from composefmt.reports.text import Style


def report(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (data has no colors)
    """Yield an element per file with findings, with an element per finding."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n'
    for filename, group in groupby(found, key=lambda each: each[0].filename):
        yield f"  <file{attributes({'name': filename})}>\n"
        for source, finding in group:
            line, column = source.position(finding.span.start)
            values = {
                "line": str(line),
                "column": str(column),
                "severity": finding.severity.value,
                "message": finding.message + (f" ({finding.help})" if finding.help else ""),
                "source": f"composefmt.{finding.rule}",
            }
            yield f"    <error{attributes(values)}/>\n"
        yield "  </file>\n"
    yield "</checkstyle>\n"
