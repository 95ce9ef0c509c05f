"""What the layout writes with: gaps, comments and columns, and the edits that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from composefmt.format.protection import is_protected
from composefmt.format.scalars import BlockText
from composefmt.format.whitespace import END_COMMENT, Gap, Level, comment_columns, place_comments, read_gap
from composefmt.syntax.comments import CommentPlaces
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Scalar, Sequence
from composefmt.syntax.source import line_start

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node, Tree
    from composefmt.syntax.source import Span


class _Indents(dict[int, str]):
    """A line break and as many spaces as the key says; made when first asked for."""

    def __init__(self, newline: str) -> None:
        super().__init__()
        self.newline = newline

    def __missing__(self, column: int) -> str:
        self[column] = made = self.newline + " " * column
        return made


class Writer:
    """Writes one text anew; `edits` is what is to change, in the order of the text."""

    def __init__(self, text: str, tree: Tree, newline: str, keep_out: list[Span]) -> None:
        self.text = text
        self.tree = tree
        self.newline = newline
        self.keep_out = keep_out
        self.edits: list[Edit] = []
        # The block collections that ended since the last element began, innermost first.
        self.closed: list[Level] = []
        self.indents = _Indents(newline)
        self.bare_returns = "\r" in text
        # Whether the old layout had a say in the new one, so that only a second run can tell that it changes nothing.
        self.layout_dependent = bool(keep_out) or len(tree.documents) != 1
        # Where a block scalar ends to which a blank line behind it would belong.
        self.keep_end = -1
        # Where a value ends whose last line, as it is now written, ends in a comment.
        self.comment_end = -1
        self.comments = CommentPlaces(text, tree)

    def open(self, start: int, end: int, old: int, column: int, *, inline: bool) -> None:
        """Lay out the gap before the first element of a collection."""
        if inline:
            self.between(start, end, column)
        elif self.text[start:end] != self.indents[column]:
            self.lead(start, end, old, column, first=True)
        self.closed = []

    def between(self, start: int, end: int, column: int) -> None:
        """Lay out the gap between a mark (dash, colon, anchor) and what stands behind it on the same line.

        A comment between them sends what follows to the next line, at `column`.
        """
        text = self.text
        if self.keep_out and self.kept(start, end):
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
        """Lay out the gap before an element that begins a line at `column`.

        `first`: it is the first one of its collection; `spread`: a blank line belongs before it; `marked`: punctuation
        between is dropped; `mark`: what is written before the element.
        """
        closed, self.closed = self.closed, []
        if self.keep_out and self.kept(start, end):
            return
        region, newline = self.text[start:end], self.newline
        if not region.strip(" \t\r\n"):
            # Nothing but white space, as mostly.
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
        """The comment at the end of the line where a gap starts; on its own line where the line has another one by now."""
        if not gap.end_comment:
            return ""
        return (self.indents[column] if start == self.comment_end else "  ") + gap.end_comment

    def column(self, offset: int) -> int:
        """How many characters stand before `offset` on its line."""
        return offset - (line_start(self.text, offset) if self.bare_returns else self.text.rfind("\n", 0, offset) + 1)

    def kept(self, start: int, end: int) -> bool:
        """Whether a stretch of the text is protected."""
        return bool(self.keep_out) and is_protected(self.keep_out, start, max(end, start + 1))

    def put(self, start: int, end: int, made: str) -> None:
        """Replace a stretch of the text, unless it is so already."""
        if self.text[start:end] != made:
            self.edits.append(Edit(start, end, made))

    def with_end_comment(self, start: int, end: int, first: str, rest: str) -> int:
        """Replace a stretch of text, and put the comment that follows it behind the first line. Returns the new cursor."""
        comment = END_COMMENT.match(self.text, end)
        if comment is None:
            self.put(start, end, first + rest)
            return end
        self.put(start, comment.end(), f"{first}  {comment[1].rstrip()}{rest}")
        self.comment_end = -1 if rest else comment.end()
        return comment.end()

    def columns(self, node: Mapping | Sequence, cursor: int, column: int) -> tuple[int, int, bool]:
        """The column of a block collection's elements as it is and as it will be, and whether it must stay."""
        old = self.column(node.content)
        stays = bool(self.keep_out) and self.kept(min(cursor, node.start), self.whole_end(node))
        return old, old if stays else column, stays

    def whole_end(self, node: Mapping | Sequence) -> int:
        """Where a block collection ends, with the empty lines that belong to the text of a block scalar at its end."""
        parent, last = node, cast("Node", node)
        while isinstance(last, (Mapping, Sequence)) and not last.flow:
            parent = last
            last = last.entries[-1][1] if isinstance(last, Mapping) else last.items[-1]
        if not isinstance(last, Scalar) or last.style not in ("|", ">"):
            return node.end
        block = BlockText(self.text, last.content, last.end)
        block.body(self.column(parent.content))
        return block.end
