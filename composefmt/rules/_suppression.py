"""Suppressions: comments that silence findings.

`# composefmt: ignore[rule] reason` on the line of a finding, or on a line of its own above it; for a whole file
`# composefmt: ignore-file[rule] reason`, anywhere in it. A group of rules may stand for all rules of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.comments import comments
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from composefmt.findings import Finding
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Source

_MARK = "composefmt:"
_SUPPRESSION = re.compile(r"#\s*composefmt:\s*ignore(-file)?\[([^\]]*)\]")
# The line of a suppression that holds for all of them.
WHOLE_FILE = 0


class Suppression(NamedTuple):
    """One rule or group that a comment silences on one line (from 1, or WHOLE_FILE); `span` is its name in the comment."""

    line: int
    rule: str
    span: Span


def suppressions(source: Source, tree: Tree) -> list[Suppression]:
    """All suppressions of a file, in order."""
    if _MARK not in source.text:
        return []
    found: list[Suppression] = []
    meant: dict[int, int] = {}
    for comment in comments(source.text, tree):
        match = _SUPPRESSION.match(source.text, comment.start, comment.end)
        if match is not None:
            line = WHOLE_FILE if match[1] else _line_meant(source, comment, meant)
            start = match.start(2)
            for name in match[2].split(","):
                stripped = name.strip()
                at = start + name.find(stripped)
                found.append(Suppression(line, stripped, Span(at, at + max(len(stripped), 1))))
                start += len(name) + 1
    return found


def _line_meant(source: Source, comment: Span, meant: dict[int, int]) -> int:
    """The comment's own line; where nothing else stands there, the next one that holds more than a comment.

    `meant` remembers that line for the lines above it: a thousand comments in a row are looked through once.
    """
    line = source.position(comment.start).line
    if source.text[source.line_span(line).start : comment.start].strip():
        return line
    if line in meant:
        return meant[line]
    for following in range(line + 1, len(source.line_starts) + 1):
        start, end = source.line_span(following)
        text = source.text[start:end].strip()
        if text and not text.startswith("#"):
            meant.update(dict.fromkeys(range(line, following), following))
            return following
    return line


def apply(
    source: Source, findings: Iterable[Finding], silenced: list[Suppression], names_of: Callable[[str], Sequence[str]]
) -> tuple[list[Finding], list[Suppression]]:
    """The findings that are not silenced, and the suppressions that silence nothing; `names_of` gives a rule's own name and its group."""
    wanted = {(suppression.line, suppression.rule) for suppression in silenced}
    used: set[tuple[int, str]] = set()
    kept: list[Finding] = []
    for finding in findings:
        line = source.position(finding.span.start).line
        places = wanted.intersection((at, name) for at in (line, WHOLE_FILE) for name in names_of(finding.rule))
        if places:
            used |= places
        else:
            kept.append(finding)
    return kept, [suppression for suppression in silenced if (suppression.line, suppression.rule) not in used]
