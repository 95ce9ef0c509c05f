"""Findings in files of a project that the check of another file has made: each is reported once."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding
    from composefmt.syntax.source import Source, Span


class Elsewhere:
    """What the checks of a run found in other files, until it is known what the checks of those files report."""

    def __init__(self) -> None:
        self._reported: list[tuple[str, str, Span]] = []
        self._others: list[tuple[Source, Finding]] = []

    def add(self, filename: str, findings: Iterable[Finding], others: Iterable[tuple[Source, Finding]]) -> None:
        """Record the findings of a file's check: its own, and those in other files."""
        self._reported += [(filename, finding.rule, finding.span) for finding in findings]
        self._others += others

    def left(self) -> Iterator[tuple[Source, list[Finding]]]:
        """Yield the files with the findings that no check of the file itself has reported."""
        if not self._others:
            return
        # Two names may lead to one file.
        real = cache(os.path.realpath)
        known = {(real(filename), rule, span) for filename, rule, span in self._reported}
        left: dict[str, tuple[Source, list[Finding]]] = {}
        for source, finding in self._others:
            path = real(source.filename)
            if (path, finding.rule, finding.span) not in known:
                known.add((path, finding.rule, finding.span))
                left.setdefault(path, (source, []))[1].append(finding)
        for _, (source, findings) in sorted(left.items()):
            yield source, sorted(findings, key=lambda finding: finding.span)
