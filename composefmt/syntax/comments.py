"""Comments and their locations in a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING

from composefmt.syntax.source import Span, line_end

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Scalar, Tree

# The literal first character drives the search; the lookbehind is checked only then.
_SIGN = r"#(?<![^ \t\r\n]#)[^\r\n]*"
_START = attrgetter("start")


def comments(text: str, tree: Tree) -> list[Span]:
    """Return the spans of all comments in order, from `#` to the last character that is not white space."""
    found: list[Span] = []
    if "#" not in text:
        return found
    scalars, behind = tree.scalars, 0
    search = re.compile(_SIGN).search
    match = search(text)
    while match is not None:
        offset, end = match.span()
        behind = bisect_right(scalars, offset, behind, key=_START)
        # Usually a comment lies between two scalars.
        skip = _inside(text, scalars[behind - 1], offset) if behind and offset < scalars[behind - 1].end else None
        if skip is None:
            found.append(Span(offset, offset + len(match[0].rstrip())))
        else:
            end = max(skip, offset + 1)
        match = search(text, end)
    return found


class CommentLocations:
    """An index of the comments of a text, built on first use."""

    __slots__ = ("_starts", "text", "tree")

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.tree = tree
        self._starts: list[int] | None = None

    def any_within(self, start: int, end: int) -> bool:
        """Return whether a comment starts within a span."""
        if self._starts is None:
            self._starts = [comment.start for comment in comments(self.text, self.tree)]
        index = bisect_left(self._starts, start)
        return index < len(self._starts) and self._starts[index] < end


def comment_texts(text: str, tree: Tree) -> list[str]:
    """Return the texts of all comments in order."""
    return [text[start:end] for start, end in comments(text, tree)]


def _inside(text: str, scalar: Scalar, offset: int) -> int | None:
    """Return the end of the scalar that contains `offset`, None if it does not (a block scalar's header is not part of it)."""
    if not scalar.content <= offset < scalar.end or (scalar.style in ("|", ">") and offset < line_end(text, scalar.content)):
        return None
    return scalar.end
