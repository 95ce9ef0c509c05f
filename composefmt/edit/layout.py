"""The layout around nodes: where elements start and end with what belongs to them, and where others can be inserted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.edit.errors import EditError
from composefmt.syntax.changes import Changes
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from composefmt.edit.rendering import Look
    from composefmt.edit.steps import IndexPath

# White space, line breaks and comments between two tokens.
_GAP = r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\r\n]*)*"
_PROPERTIES = re.compile(r"(?:[&!][^ \t\r\n]*(?:(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\r\n]*)*(?=[&!]))?)+")


class NodeLayout(Changes):
    """Locations in one text."""

    __slots__ = ()

    # Nodes

    def node_at(self, path: IndexPath) -> Node:
        """Return the node at a path."""
        node: Node = self.tree.documents[path[0]]
        for index in path[1:]:
            assert isinstance(node, (Mapping, Sequence))
            node = node.entries[index][1] if isinstance(node, Mapping) else node.items[index]
        return node

    def path_of(self, node: Node) -> IndexPath:
        """Return the path of a value or an item; of a key, that of its value."""
        path: list[int] = []
        while (place := self.place(node)) is not None:
            node, index = place
            path.append(index)
        return (next(number for number, root in enumerate(self.tree.documents) if root is node), *reversed(path))

    def elements(self, holder: Mapping | Sequence) -> list[Node]:
        """Return the keys of a mapping or the items of a list."""
        return [key for key, _ in holder.entries] if isinstance(holder, Mapping) else holder.items

    def is_item(self, node: Node) -> bool:
        """Return whether a node is an item of a list."""
        place = self.place(node)
        return place is not None and isinstance(place[0], Sequence)

    # Lines and columns

    def column(self, offset: int) -> int:
        """Return the column of an offset, from 0."""
        return offset - line_start(self.text, offset)

    def is_own_line(self, offset: int) -> bool:
        """Return whether only spaces precede an offset on its line."""
        return not self.text[line_start(self.text, offset) : offset].strip(" ")

    def joined(self, lines: list[str], column: int) -> str:
        """Return lines, each after a line break and indented."""
        return "".join(self.newline + (" " * column + line if line else "") for line in lines)

    def holder_column(self, node: Node) -> int:
        """Return the column of the collection that holds a node; -2 for a root, whose content is at column 0."""
        place = self.place(node)
        return -2 if place is None else self.column(place[0].content)

    def child_column(self, node: Node, value: object, look: Look) -> int:
        """Return the column of a block collection that becomes the value of a node's key or dash."""
        place = self.place(node)
        if place is None:
            return 0
        step = look.step if isinstance(value, dict) or isinstance(place[0], Sequence) else look.dash
        return self.column(place[0].content) + step

    def literal_column(self, node: Scalar, look: Look) -> int:
        """Return the column of the lines of a block scalar."""
        lines = self.text[self.line_end(node.content) : node.end].splitlines()
        widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        column = min(widths, default=0)
        return column if column > self.holder_column(node) else self.holder_column(node) + look.step

    # Elements with what belongs to them

    def head_end(self, node: Node) -> int | None:
        """Return where the value of a block collection's key would be written on its line: after its colon, dash or anchor.

        None for a root, and for a collection that starts on the line of its dash.
        """
        start, content = node.start, node.content  # type: ignore[union-attr]
        if content > start:
            found = _PROPERTIES.match(self.text, start, content)
            return found.end() if found else content
        place = self.place(node)
        if place is None:
            return None
        holder, index = place
        if isinstance(holder, Mapping):
            return self.colon_end(holder.entries[index][0])
        dash = self.dash(holder, index)
        return dash + 1 if self.is_own_line(content) else None

    def colon_end(self, key: Node) -> int:
        """Return the end of the colon after a key."""
        found = re.compile(_GAP + ":").match(self.text, key.end)
        return found.end() if found else key.end

    def dash(self, holder: Sequence, index: int) -> int:
        """Return the offset of the dash before an item of a block list."""
        if not index:
            return holder.content
        found = re.compile(_GAP + "-").match(self.text, holder.items[index - 1].end)
        if found is None:
            raise EditError("the layout of the list is not supported")
        return found.end() - 1

    def element_start(self, holder: Mapping | Sequence, index: int) -> int:
        """Return where an element starts, with its dash. Raises EditError for a key that is written after `?`."""
        if isinstance(holder, Sequence):
            return self.dash(holder, index)
        start = holder.entries[index][0].start
        if self.text[line_start(self.text, start) : start].rstrip(" ").endswith("?"):
            raise EditError('the key is written after "?"')
        return start

    def element_end(self, holder: Mapping | Sequence, index: int) -> int:
        """Return where the value of an element ends: without one, after its colon or dash."""
        if isinstance(holder, Sequence):
            end = holder.items[index].end
            return end if holder.flow else max(end, self.dash(holder, index) + 1)
        key, value = holder.entries[index]
        return max(value.end, key.end if holder.flow else self.colon_end(key))

    def element_span(self, holder: Mapping | Sequence, index: int) -> Span:
        """Return the span of an element of a block collection up to the end of its last line, with the comments inside it."""
        start = self.element_start(holder, index)
        return Span(start, self._behind_comments(self.line_end(self.element_end(holder, index)), self.column(holder.content)))

    def last_scalar(self, node: Node) -> Node:
        """Return the last value in a node."""
        while isinstance(node, (Mapping, Sequence)) and self.elements(node):
            node = node.entries[-1][1] if isinstance(node, Mapping) else node.items[-1]
        return node

    def open_lines(self, node: Node) -> bool:
        """Return whether a value ends with a block scalar to which the blank lines that follow may belong."""
        last = self.last_scalar(node)
        if type(last) is not Scalar or last.style not in ("|", ">"):
            return False
        following = re.compile(r"[ \t\r\n]*").match(self.text, last.end)
        blank = following.group() if following else ""
        return self._keeps_blank_lines(last) or bool(re.search(r"[ \t]", blank.rpartition("\n")[0])) or "\n" not in blank

    # Block style

    def insert_lines(self, holder: Mapping | Sequence, index: int, lines: list[str]) -> Edit:
        """Return the edit that inserts an element before another one, or after the last."""
        column = self.column(holder.content)
        if not index:
            return self._insert_first(holder, lines, column)
        last = index == len(self.elements(holder))
        value = holder.entries[index - 1][1] if isinstance(holder, Mapping) else holder.items[index - 1]
        self.element_start(holder, index - 1)
        gap = self.newline if self._are_apart(holder, index, lines) else ""
        if self.open_lines(value):
            return self._insert_below_literal(value, lines, column, gap)
        end = self.line_end(self.element_end(holder, index - 1))
        # A comment in the column of the elements belongs to the next one, or to the last.
        offset = self._behind_comments(end, column - last)
        return Edit(offset, offset, gap + self.joined(lines, column))

    def _insert_first(self, holder: Mapping | Sequence, lines: list[str], column: int) -> Edit:
        start = self.element_start(holder, 0)
        if not self.is_own_line(start):
            return Edit(start, start, self.joined(lines, column).lstrip() + self.newline + " " * column)
        begin = line_start(self.text, start)
        while begin:
            above = line_start(self.text, begin - 1)
            line = self.text[above:begin].strip()
            if line and not line.startswith("#"):
                break
            begin = above
        if not begin:
            # The comments at the top are about the whole file.
            begin = line_start(self.text, start)
        while not self.text[begin : self.line_end(begin)].strip():
            begin = self.text.find("\n", begin) + 1
        gap = self.newline if self._are_apart(holder, 1, lines) else ""
        return Edit(begin, begin, self.joined(lines, column).removeprefix(self.newline) + self.newline + gap)

    def _insert_below_literal(self, value: Node, lines: list[str], column: int, gap: str) -> Edit:
        """Insert below a block scalar to which the blank lines that follow belong."""
        last = self.last_scalar(value)
        found = re.compile(r"(?:[ \t]*\r?\n)*").match(self.text, self.line_end(last.end))
        offset = found.end() if found else last.end
        if not self.text[:offset].endswith("\n"):
            raise EditError("the last value is a block scalar that ends without a line break")
        return Edit(offset, offset, gap + self.joined(lines, column).removeprefix(self.newline) + self.newline)

    def _are_apart(self, holder: Mapping | Sequence, index: int, lines: list[str]) -> bool:
        """Return whether a blank line separates the elements of a collection: the two above, or else as the formatter does."""
        count = len(self.elements(holder))
        if count > 1:
            other = min(max(index - 1, 1), count - 1)
            between = self.text[self.element_end(holder, other - 1) : self.element_start(holder, other)]
            return re.search(r"\n[ \t]*\r?\n", between) is not None
        depth = len(self.path_of(holder))
        return isinstance(holder, Mapping) and depth == 1 and len(lines) > 1 and "\n" in self.text[holder.content : holder.end]

    def delete_lines(self, holder: Mapping | Sequence, index: int) -> tuple[Edit, Span]:
        """Return the edit that deletes one of several elements of a block collection, and the span that it removes."""
        text, span = self.text, self.element_span(holder, index)
        if not self.is_own_line(span.start):
            return self._delete_first_of_compact(holder, span)
        begin = line_start(text, span.start)
        previous = holder.entries[index - 1][1] if isinstance(holder, Mapping) else holder.items[index - 1]
        if index and self.open_lines(previous):
            # Blank lines above may belong to the value above.
            end = text.find("\n", span.end) + 1
            return Edit(begin, end or len(text), ""), span
        return self._line_edit(begin, span.end, first=index == 0 and not self._comment_above(span.start)), span

    def _delete_first_of_compact(self, holder: Mapping | Sequence, span: Span) -> tuple[Edit, Span]:
        """Delete `a: 1` from `- a: 1` when more elements follow."""
        text = self.text
        following = self.element_start(holder, 1)
        if text[line_start(text, span.start) : span.start].strip(" -"):
            raise EditError("the layout of the first element is not supported")
        if text[span.end : following].strip():
            # Comments above the next element stay there.
            start = span.start
            while text[start - 1] == " ":
                start -= 1
            return Edit(start, span.end, ""), span
        return Edit(span.start, following, ""), Span(span.start, following)
