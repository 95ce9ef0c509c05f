"""Findings in files of a project that the check of another file has made: each is reported once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding
    from composefmt.syntax.source import Source, Span


class Elsewhere:
    """What the checks of a run found in other files, until it is known what the checks of those files report."""

    def __init__(self) -> None:
        self._reported: set[tuple[str, str, Span]] = set()
        self._others: dict[str, list[tuple[Source, Finding]]] = {}

    def add(self, filename: str, findings: Iterable[Finding], others: Iterable[tuple[Source, Finding]]) -> None:
        """Record the findings of a file's check: its own, and those in other files."""
        path = os.path.realpath(filename)
        self._reported.update((path, finding.rule, finding.span) for finding in findings)
        for source, finding in others:
            self._others.setdefault(os.path.realpath(source.filename), []).append((source, finding))

    def left(self) -> Iterator[tuple[Source, list[Finding]]]:
        """Yield the files with the findings that no check of the file itself has reported."""
        for path, found in sorted(self._others.items()):
            left: list[Finding] = []
            for _, finding in found:
                mark = (path, finding.rule, finding.span)
                if mark not in self._reported:
                    self._reported.add(mark)
                    left.append(finding)
            if left:
                yield found[0][0], sorted(left, key=lambda finding: finding.span)
