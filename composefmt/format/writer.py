"""The base of the layout: writes gaps, comments and columns, and collects the edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from composefmt.format.protection import is_protected
from composefmt.format.scalars import BlockText
from composefmt.format.whitespace import END_COMMENT, Gap, Level, comment_columns, place_comments, read_gap
from composefmt.syntax.comments import CommentLocations
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Scalar, Sequence
from composefmt.syntax.source import line_start

if TYPE_CHECKING:
    from collections.abc import Container

    from composefmt.syntax.nodes import Node, Tree
    from composefmt.syntax.source import Span


class _Indents(dict[int, str]):
    """Maps a column to a line break and that many spaces, built on first use."""

    def __init__(self, newline: str) -> None:
        super().__init__()
        self.newline = newline

    def __missing__(self, column: int) -> str:
        self[column] = made = self.newline + " " * column
        return made


class Writer:
    """Collects the edits of one text in `edits`, in the order of the text."""

    def __init__(self, text: str, tree: Tree, newline: str, keep_out: list[Span], left: Container[int] = ()) -> None:
        self.text = text
        self.tree = tree
        self.newline = newline
        self.keep_out = keep_out
        # The ids of the keys and items of elements that stay as they are; `keep_out` contains their spans.
        self.left = left
        self.edits: list[Edit] = []
        # The block collections that ended since the last element started, innermost first.
        self.closed: list[Level] = []
        self.indents = _Indents(newline)
        self.bare_returns = "\r" in text
        # Whether the new layout depends on the old one, so that only a second run can prove that it is stable.
        self.layout_dependent = bool(keep_out) or len(tree.documents) != 1
        # The end of a block scalar that would absorb a blank line after it.
        self.keep_end = -1
        # The end of a value whose last line, as now written, ends in a comment.
        self.comment_end = -1
        self.comments = CommentLocations(text, tree)

    def open(self, start: int, end: int, old: int, column: int, *, inline: bool) -> None:
        """Lay out the gap before the first element of a collection."""
        if inline:
            self.between(start, end, column)
        elif self.text[start:end] != self.indents[column]:
            self.lead(start, end, old, column, first=True)
        self.closed = []

    def between(self, start: int, end: int, column: int) -> None:
        """Lay out the gap between an indicator (dash, colon, anchor) and the value after it on the same line.

        If a comment separates them, the value goes to the next line, at `column`.
        """
        text = self.text
        if self.keep_out and self.is_protected(start, end):
            return
        if text[start:end] == " ":
            return
        gap = read_gap(text, start, end)
        if gap.is_empty:
            self.put(start, end, " ")
        else:
            self.lead(start, end, 0, column, first=True)

    def lead(
        self,
        start: int,
        end: int,
        old: int,
        column: int,
        *,
        first: bool = False,
        spread: bool = False,
        marked: bool = False,
        mark: str = "",
    ) -> None:
        """Lay out the gap before an element that starts a line at `column`.

        `first`: it is the first of its collection; `spread`: a blank line precedes it; `marked`: remove punctuation in the
        gap; `mark`: the text to write before the element.
        """
        closed, self.closed = self.closed, []
        if self.keep_out and self.is_protected(start, end):
            return
        region, newline = self.text[start:end], self.newline
        if not region.strip(" \t\r\n"):
            # The usual case: only whitespace.
            stays = not first and (region.count("\n") > 1 or region.count("\r") > 1)
            blank = stays or (spread and start != self.keep_end)
            made = (newline if blank else "") + self.indents[column] + mark
            if made != region:
                self.edits.append(Edit(start, end, made))
            return
        gap = read_gap(self.text, start, end, marked=marked)
        made = self.end_comment(gap, start, closed[0].new if closed else column)
        spread = spread and start != self.keep_end
        blank = gap.blank and not (first and not gap.comments)
        if gap.comments:
            levels = [Level(0, column)] if first or marked else [*closed, Level(old, column)]
            places = place_comments(gap.comments, levels)
            self.layout_dependent = self.layout_dependent or places[0] != len(levels) - 1
            own = next((i for i, place in enumerate(places) if place == len(levels) - 1), len(places))
            add = spread and not gap.blank and not any(comment.blank for comment in gap.comments[own:])
            columns = comment_columns(gap.comments, places, levels)
            for number, (comment, target) in enumerate(zip(gap.comments, columns, strict=True)):
                above = (comment.blank and not (first and number == 0)) or (add and number == own)
                made += (newline if above else "") + self.indents[target] + comment.text
            blank = gap.blank or (add and own == len(places))
        elif spread:
            blank = True
        self.put(start, end, made + (newline if blank else "") + self.indents[column] + mark)

    def end_comment(self, gap: Gap, start: int, column: int) -> str:
        """Return the end-of-line comment at the start of a gap, on a new line if the line already ends in another one."""
        if not gap.end_comment:
            return ""
        return (self.indents[column] if start == self.comment_end else "  ") + gap.end_comment

    def column(self, offset: int) -> int:
        """Return the column of an offset, from 0."""
        return offset - (line_start(self.text, offset) if self.bare_returns else self.text.rfind("\n", 0, offset) + 1)

    def is_protected(self, start: int, end: int) -> bool:
        """Return whether a protected region overlaps a span."""
        return bool(self.keep_out) and is_protected(self.keep_out, start, max(end, start + 1))

    def put(self, start: int, end: int, made: str) -> None:
        """Replace a span of the text unless it is already right."""
        if self.text[start:end] != made:
            self.edits.append(Edit(start, end, made))

    def with_end_comment(self, start: int, end: int, first: str, rest: str) -> int:
        """Replace a span and move the end-of-line comment after it to the first line. Return the new cursor."""
        comment = END_COMMENT.match(self.text, end)
        if comment is None:
            self.put(start, end, first + rest)
            return end
        self.put(start, comment.end(), f"{first}  {comment[1].rstrip()}{rest}")
        self.comment_end = -1 if rest else comment.end()
        return comment.end()

    def columns(self, node: Mapping | Sequence, cursor: int, column: int) -> tuple[int, int, bool]:
        """Return the current and the new column of a block collection's elements, and whether it is protected."""
        old = self.column(node.content)
        stays = bool(self.keep_out) and self.is_protected(min(cursor, node.start), self.whole_end(node))
        return old, old if stays else column, stays

    def whole_end(self, node: Mapping | Sequence) -> int:
        """Return where a block collection ends, including the blank lines that belong to a final block scalar."""
        parent, last = node, cast("Node", node)
        while isinstance(last, (Mapping, Sequence)) and not last.flow:
            parent = last
            last = last.entries[-1][1] if isinstance(last, Mapping) else last.items[-1]
        if not isinstance(last, Scalar) or last.style not in ("|", ">"):
            return node.end
        block = BlockText(self.text, last.content, last.end)
        block.body(self.column(parent.content))
        return block.end
