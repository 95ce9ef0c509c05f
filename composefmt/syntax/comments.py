"""Comments: where they stand in a text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Tree


def comments(text: str, tree: Tree) -> list[Span]:
    """The spans of all comments, in order, from `#` to the last character that is not white space."""
    found: list[Span] = []
    offset = text.find("#")
    if offset < 0:
        return found
    starts = [scalar.start for scalar in tree.scalars]
    while offset >= 0:
        end = offset + 1
        if offset == 0 or text[offset - 1] in " \t\r\n":
            skip = _inside(text, tree, starts, offset)
            if skip is None:
                end = _line_end(text, offset)
                found.append(Span(offset, offset + len(text[offset:end].rstrip())))
            else:
                end = max(skip, end)
        offset = text.find("#", end)
    return found


class CommentPlaces:
    """Where the comments of a text stand; found when first asked for."""

    __slots__ = ("_starts", "text", "tree")

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.tree = tree
        self._starts: list[int] | None = None

    def any_within(self, start: int, end: int) -> bool:
        """Whether a comment begins in a stretch of the text."""
        if self._starts is None:
            self._starts = [comment.start for comment in comments(self.text, self.tree)]
        index = bisect_left(self._starts, start)
        return index < len(self._starts) and self._starts[index] < end


def comment_texts(text: str, tree: Tree) -> list[str]:
    """The comments themselves, in order."""
    return [text[start:end] for start, end in comments(text, tree)]


def _inside(text: str, tree: Tree, starts: list[int], offset: int) -> int | None:
    """The end of the scalar that holds `offset`, None where no scalar does (a block scalar's header is none)."""
    index = bisect_right(starts, offset) - 1
    if index < 0:
        return None
    scalar = tree.scalars[index]
    if scalar.style in ("|", ">") and offset < _line_end(text, scalar.content):
        return None
    return scalar.end if scalar.content <= offset < scalar.end else None


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    carriage_return = text.find("\r", offset, end)
    return end if carriage_return < 0 else carriage_return
