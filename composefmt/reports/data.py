"""Findings for programs: JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding
    from composefmt.syntax.source import Source


def as_json(found: Iterable[tuple[Source, Finding]]) -> Iterator[str]:
    """One array of objects, in pieces: filename, rule, severity, message, help, start and end (line and column, from 1), fixable."""
    from json import dumps

    separator = "["
    for source, finding in found:
        start, end = source.position(finding.span.start), source.position(finding.span.end)
        entry = {
            "filename": source.filename,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": finding.message,
            "help": finding.help,
            "start": {"line": start.line, "column": start.column},
            "end": {"line": end.line, "column": end.column},
            "fixable": finding.fix is not None,
        }
        yield separator + "\n" + dumps(entry, ensure_ascii=False)
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"
