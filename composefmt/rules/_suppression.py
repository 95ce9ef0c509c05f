"""Suppression comments.

`# composefmt: ignore[rule] reason` suppresses findings on its line, or on the next line if it is on a line of its own;
`# composefmt: ignore-file[rule] reason` suppresses them in the whole file. The name of a group suppresses all its rules.
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
# The line number of a suppression for the whole file.
WHOLE_FILE = 0


class Suppression(NamedTuple):
    """One suppressed rule or group on one line (from 1, or WHOLE_FILE); `span` is its name in the comment."""

    line: int
    rule: str
    span: Span


def suppressions(source: Source, tree: Tree) -> list[Suppression]:
    """Return all suppressions of a file, in order."""
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
    """Return the line that a comment applies to: its own, or the next line with content if the comment has its own line.

    `meant` caches that line for the lines above it, so that a thousand successive comments are searched once.
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
    source: Source, findings: Iterable[Finding], suppressed: list[Suppression], names_of: Callable[[str], Sequence[str]]
) -> tuple[list[Finding], list[Suppression]]:
    """Return the findings that are not suppressed, and the unused suppressions; `names_of` returns a rule's name and its group."""
    wanted = {(suppression.line, suppression.rule) for suppression in suppressed}
    used: set[tuple[int, str]] = set()
    kept: list[Finding] = []
    for finding in findings:
        line = source.position(finding.span.start).line
        places = wanted.intersection((at, name) for at in (line, WHOLE_FILE) for name in names_of(finding.rule))
        if places:
            used |= places
        else:
            kept.append(finding)
    return kept, [suppression for suppression in suppressed if (suppression.line, suppression.rule) not in used]
