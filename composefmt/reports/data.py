"""Findings for programs: JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding, Found, Related
    from composefmt.reports.text import Style
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.source import Source, Span


def report(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (data has no colors)
    """Yield one array of objects, in pieces.

    Each has: filename, rule, severity, message, help, start and end (line and column, from 1), fixable;
    fix (title, safe, edits: start, end, text; null for none); related (message, filename, start, end); project (the paths of
    its files; null for a finding about one file alone).
    """
    from json import dumps

    separator = "["
    for source, finding in found:
        yield separator + "\n" + dumps(_entry(source, finding), ensure_ascii=False)
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def _entry(source: Source, finding: Finding) -> dict[str, object]:
    # Without the values that it moves to another file, a fix would lose them.
    fix = finding.fix if finding.fix is None or not finding.fix.variables else None
    return {
        "filename": source.filename,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "help": finding.help,
        **_place(source, finding.span),
        "fixable": finding.fix is not None,
        "fix": fix
        and {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [{**_place(source, edit), "text": edit.text} for edit in fix.edits],
        },
        "related": [_related(source, related) for related in finding.related],
        "project": list(finding.project) or None,
    }


def _related(source: Source, related: Related) -> dict[str, object]:
    if related.file is None:
        return {"message": related.message, "filename": source.filename, **_place(source, related.span)}
    path, start, end = related.file
    return {"message": related.message, "filename": path, "start": start._asdict(), "end": end._asdict()}


def _place(source: Source, span: Span | Edit) -> dict[str, dict[str, int]]:
    (line, column), (end_line, end_column) = source.position(span.start), source.position(span.end)
    return {"start": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}
