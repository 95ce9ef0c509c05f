"""Regions that comments protect from the formatter.

`# composefmt: off` and `on` on lines of their own protect the lines between them, `# composefmt: skip` at the end of a
line protects that line, and `# composefmt: skip-file` anywhere protects the whole file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from composefmt.syntax.comments import comments
from composefmt.syntax.source import Source, Span, line_start

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Tree

_MARK = "composefmt:"
_COMMAND = r"#\s*composefmt:\s*(off|on|skip-file|skip)(?![\w-])"


def protected(text: str, tree: Tree) -> list[Span]:
    """Return the protected spans of a text, in order."""
    if _MARK not in text:
        return []
    found: list[Span] = []
    off: int | None = None
    for comment in comments(text, tree):
        match = re.compile(_COMMAND).match(text, comment.start, comment.end)
        command = match[1] if match else ""
        if command == "skip-file":
            return [Span(0, len(text))]
        if command == "skip":
            found.append(Span(line_start(text, comment.start), comment.end))
        elif command == "off" and off is None:
            off = comment.start
        elif command == "on" and off is not None:
            found.append(Span(off, comment.end))
            off = None
    if off is not None:
        found.append(Span(off, len(text)))
    return merged(found)


def outside(text: str, lines: tuple[int, int]) -> list[Span]:
    """Return the spans outside a range of lines, counted from 1."""
    source = Source(text)
    first, last = lines
    starts = source.line_starts
    start = starts[first - 1] if first <= len(starts) else len(text)
    end = starts[last] if last < len(starts) else len(text)
    return [span for span in (Span(0, start), Span(end, len(text))) if span.start < span.end]


def merged(spans: list[Span]) -> list[Span]:
    """Return the same spans in order, with those that touch combined."""
    made: list[Span] = []
    for span in sorted(spans):
        if made and span.start <= made[-1].end:
            made[-1] = Span(made[-1].start, max(made[-1].end, span.end))
        else:
            made.append(span)
    return made


def is_protected(spans: list[Span], start: int, end: int) -> bool:
    """Return whether a span overlaps a protected one. `spans`: from `protected`."""
    index = bisect_left(spans, (end, 0)) - 1
    return index >= 0 and start < spans[index].end
