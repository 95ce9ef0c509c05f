"""Findings as a Code Quality report of GitLab, which shows new and fixed findings in a merge request.

The format: GitLab's documentation, "Code Quality report format". GitLab drops findings with equal fingerprints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.reports.fingerprints import with_fingerprints
from composefmt.reports.locations import repository_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found
    from composefmt.reports.text import Style

_SEVERITY = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def report(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (data has no colors)
    """Yield one array of objects, in pieces."""
    from json import dumps

    separator = "["
    for source, finding, fingerprint in with_fingerprints(found):
        start, end = source.position(finding.span.start), source.position(finding.span.end)
        entry = {
            "description": finding.message + (f" ({finding.help})" if finding.help else ""),
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": _SEVERITY[finding.severity],
            "location": {"path": repository_path(source.filename), "lines": {"begin": start.line, "end": end.line}},
        }
        yield separator + "\n" + dumps(entry)
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"
