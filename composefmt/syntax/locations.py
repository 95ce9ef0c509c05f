"""Locations of nodes and comments in a text, for code that edits it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from composefmt.syntax.comments import CommentLocations
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.source import Source, line_end, line_start

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Tree

_OTHER_BREAK = re.compile(r"\r(?!\n)|[\x85\u2028\u2029]")


class NodeLocations:
    """An index of the nodes of one text."""

    __slots__ = ("_newline", "_parents", "_shared", "_values", "comments", "text", "tree")

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.tree = tree
        self.comments = CommentLocations(text, tree)
        self._newline: str | None = None
        self._parents: dict[int, tuple[Mapping | Sequence, int]] | None = None
        self._shared: tuple[list[int], list[int]] | None = None
        self._values: dict[int, Counter[str]] = {}

    def place(self, node: Node) -> tuple[Mapping | Sequence, int] | None:
        """Return the collection that holds a key, value or item, and its index; None for a document root."""
        if self._parents is None:
            self._parents = {}
            stack = list(self.tree.documents)
            while stack:
                parent = stack.pop()
                if type(parent) is Mapping:
                    for index, entry in enumerate(parent.entries):
                        for part in entry:
                            self._parents[id(part)] = (parent, index)
                            stack.append(part)
                elif type(parent) is Sequence:
                    for index, item in enumerate(parent.items):
                        self._parents[id(item)] = (parent, index)
                        stack.append(item)
        return self._parents.get(id(node))

    def values_in(self, parent: Mapping | Sequence) -> Counter[str]:
        """Count how often each text occurs as a key of a mapping or as an item of a list."""
        if id(parent) not in self._values:
            parts = [key for key, _ in parent.entries] if type(parent) is Mapping else parent.items  # type: ignore[union-attr]
            self._values[id(parent)] = Counter(part.value for part in map(resolve, parts) if type(part) is Scalar)
        return self._values[id(parent)]

    def is_shared(self, node: Node) -> bool:
        """Return whether a node lies inside a value that an alias or merge key uses elsewhere."""
        if self._shared is None:
            starts: list[int] = []
            ends: list[int] = []
            for start, end in sorted({alias.target.span for alias in self.tree.aliases}):
                # For nested anchors the outer one is enough.
                if not ends or end > ends[-1]:
                    starts.append(start)
                    ends.append(end)
            self._shared = starts, ends
        starts, ends = self._shared
        index = bisect_right(starts, node.start) - 1
        return index >= 0 and node.start < ends[index]

    def in_flow(self, node: Node) -> bool:
        """Return whether a node lies inside flow style."""
        place = self.place(node)
        while place is not None:
            if place[0].flow:
                return True
            place = self.place(place[0])
        return False

    def line_end(self, offset: int) -> int:
        """Return the offset of the end of a line, before its line break."""
        return line_end(self.text, offset)

    @property
    def newline(self) -> str:
        """The text's line break; "" if line edits do not support it."""
        if self._newline is None:
            self._newline = "" if _OTHER_BREAK.search(self.text) else Source(self.text).newline
        return self._newline

    def _column(self, offset: int) -> int:
        return offset - line_start(self.text, offset)

    def _extent(self, parent: Mapping | Sequence, index: int) -> tuple[int, int]:
        """Return the span of an entry or item without its dash."""
        if type(parent) is Mapping:
            key, value = parent.entries[index]
            return key.start, max(key.end, value.end)
        item = parent.items[index]  # type: ignore[union-attr]
        return item.start, item.end

    def _comment_above(self, offset: int) -> bool:
        """Return whether the line above is a comment."""
        begin = line_start(self.text, offset)
        return begin > 0 and self.text[: begin - 1].rpartition("\n")[2].lstrip().startswith("#")

    def _comment_below(self, end: int, column: int) -> bool:
        """Return whether a more deeply indented comment follows, which belongs to the preceding value."""
        return self._behind_comments(self.line_end(end), column) > self.line_end(end)

    def _behind_comments(self, above: int, column: int) -> int:
        """Return the end of the last comment line after `above` that is indented more than `column`."""
        text, last, offset = self.text, above, above
        while (offset := text.find("\n", offset) + 1) > 0:
            this_end = self.line_end(offset)
            bare = text[offset:this_end].lstrip(" ")
            if bare.startswith("#") and this_end - offset - len(bare) > column:
                last = this_end
            elif bare.strip():
                break
            offset = this_end
        return last

    def _keeps_blank_lines(self, scalar: Scalar) -> bool:
        """Return whether the blank lines after a block scalar are part of its value."""
        return scalar.style in ("|", ">") and "+" in self.text[scalar.content : scalar.content + 3]
