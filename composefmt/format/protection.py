"""What comments protect from the formatter.

`# composefmt: off` and `on` on lines of their own protect what stands between them, `# composefmt: skip` at the end of a
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
    """The protected stretches of a text, in order; mostly none."""
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
    """What lies outside of some lines, counted from 1."""
    source = Source(text)
    first, last = lines
    starts = source.line_starts
    begin = starts[first - 1] if first <= len(starts) else len(text)
    end = starts[last] if last < len(starts) else len(text)
    return [span for span in (Span(0, begin), Span(end, len(text))) if span.start < span.end]


def merged(spans: list[Span]) -> list[Span]:
    """The same stretches in order, and none of them touching another."""
    made: list[Span] = []
    for span in sorted(spans):
        if made and span.start <= made[-1].end:
            made[-1] = Span(made[-1].start, max(made[-1].end, span.end))
        else:
            made.append(span)
    return made


def is_protected(spans: list[Span], start: int, end: int) -> bool:
    """Whether a stretch of text touches a protected one; `spans` as `protected` returns them."""
    index = bisect_left(spans, (end, 0)) - 1
    return index >= 0 and start < spans[index].end
