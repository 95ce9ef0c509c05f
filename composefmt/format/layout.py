"""The layout: indentation, blank lines, spaces, quotes and the style of collections, as edits of what differs.

One walk over the tree compares each value, and each gap between two elements, with how it should be. The same walk writes
the values that the plan replaces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from composefmt.format.flow import close_flow, closing_comment, lay_out_flow
from composefmt.format.plan import Rewrite
from composefmt.format.scalars import width_before_value
from composefmt.format.values import INDENT, ValueWriter
from composefmt.format.whitespace import Level, UnsupportedLayout
from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node

# Mappings whose keys are not keys of a service.
_OTHER_KEYS = frozenset({"annotations", "environment", "extends", "healthcheck", "labels", "logging", "storage_opt", "sysctls", "ulimits"})

# Compiled on first use, because most files need none of them.
_COLON = r"[ \t]*:"
_DASH = r"(?:[ \t\r\n]+|(?<=[ \t\r\n])#[^\r\n]*)*-"


class Layout(ValueWriter):
    """One walk over one tree."""

    # -- collections -------------------------------------------------------------------------------------------------

    def mapping(self, node: Mapping, cursor: int, column: int, *, inline: bool = False) -> int:
        """Lay out a block mapping with its keys in `column` (from 0) and return its end.

        `cursor`: the end of the preceding element; `inline`: the first key follows a dash.
        """
        text, plan = self.text, self.plan
        old, column, stays = self.columns(node, cursor, column)
        lead = self.indents[column]
        first = True
        for key, value in node.entries:
            if self.left and id(key) in self.left:
                cursor = self.leave(key, value)
                first = inline = False
                continue
            start = key.start
            if text[cursor:start] == lead and not inline:
                if self.closed:
                    self.closed = []
            elif not first:
                self.lead(cursor, start, old, column)
            elif start != cursor and not (stays and inline):
                self.open(cursor, start, old, column, inline=inline)
            first = inline = False
            if type(key) is not Scalar or key.style or key.content > start or start == key.end:
                self.key(key)
            after, kind = key.end, type(value)
            # Fast path: scalars that need no change.
            if kind is Scalar:
                begin, end = value.start, value.end
                if (
                    end - begin == len(value.value)  # type: ignore[union-attr]
                    and value.content == begin  # type: ignore[union-attr]
                    and text[after:begin] == ": "
                    and not value.style  # type: ignore[union-attr]
                    and id(value) not in plan
                ):
                    cursor = end
                    continue
            if kind is not Scalar:
                self.quotes.keep_free(key, value)
            in_place = (
                kind is not Scalar
                and kind is not Alias
                and not value.flow  # type: ignore[union-attr]
                and value.content == value.start  # type: ignore[union-attr]
                and text[after] == ":"
                and id(value) not in plan
            )
            if in_place:
                inner = self.mapping if kind is Mapping else self.sequence
                cursor = inner(value, after + 1, column + INDENT)  # type: ignore[arg-type]
            else:
                cursor = self.entry_value(key, value, old, column)
            if self.closed and type(key) is Scalar and key.value in _OTHER_KEYS and _is_block(value):
                self.closed[-1] = self.closed[-1]._replace(is_closed=True)
        self.closed.append(Level(old, column))
        return cursor

    def sections(self, node: Mapping, cursor: int, column: int) -> int:
        """Lay out a block mapping with blank lines between its entries (the top level, or services) and return its end."""
        old, column, _ = self.columns(node, cursor, column)
        previous: tuple[Node, Node] | None = None
        for entry in node.entries:
            key, value = entry
            if self.left and id(key) in self.left:
                cursor, previous = self.leave(key, value), entry
                continue
            if previous is not None:
                self.lead(cursor, key.start, old, column, spread=self.stand_apart(previous, entry, is_top=column == 0))
            elif key.start != cursor:
                self.open(cursor, key.start, old, column, inline=False)
            self.key(key)
            self.quotes.keep_free(key, value)
            cursor = self.entry_value(key, value, old, column, spread=column == 0 and self.is_services(key))
            previous = entry
        self.closed.append(Level(old, column))
        return cursor

    def sequence(self, node: Sequence, cursor: int, column: int, *, inline: bool = False) -> int:
        """Lay out a block list with its dashes in `column` (from 0) and return its end."""
        text, plan = self.text, self.plan
        old, column, stays = self.columns(node, cursor, column)
        lead = self.indents[column] + "- "
        first = True
        self.quotes.keep_mixed(node)
        for item in node.items:
            if self.left and id(item) in self.left:
                cursor = self.leave(item, item)
                first = inline = False
                continue
            start = item.start
            if text[cursor:start] == lead and not inline:
                if self.closed:
                    self.closed = []
                dash_end = start - 1
            else:
                dash_end = self.dash(cursor) + 1
                if not first:
                    self.lead(cursor, dash_end - 1, old, column)
                elif dash_end - 1 != cursor and not (stays and inline):
                    self.open(cursor, dash_end - 1, old, column, inline=inline)
            first = inline = False
            if type(item) is Scalar and start == dash_end + 1 == item.content and text[dash_end] == " " and id(item) not in plan:
                cursor = item.end
                if item.style or cursor - start != len(item.value):
                    cursor = self.scalar(item, old, column)
                continue
            cursor = self.item_value(item, dash_end, old, column)
        self.closed.append(Level(old, column, is_closed=True))
        return cursor

    def leave(self, element: Node, value: Node) -> int:
        """Leave an element and the gaps around it as they are. Return its end."""
        self.closed = []
        return max(element.end, value.end)

    def dash(self, cursor: int) -> int:
        """Return the offset of the next dash."""
        dash = self.text.find("-", cursor)
        if self.text[cursor:dash].strip(" \t\r\n"):
            found = re.compile(_DASH).match(self.text, cursor)
            if found is None:
                raise UnsupportedLayout(cursor)
            return found.end() - 1
        return dash

    def item_value(self, item: Node, cursor: int, old: int, column: int) -> int:
        """Lay out what follows a dash that ends at `cursor`."""
        change = self.plan.get(id(item))
        if isinstance(change, list) and type(item) is Scalar:
            return self.replaced_item(item, cursor, change, column, dash=cursor - 1)
        return self.value(item, cursor, old, column, key_width=INDENT, after_dash=True)

    # -- values ------------------------------------------------------------------------------------------------------

    def entry_value(self, key: Node, value: Node, old: int, column: int, *, spread: bool = False) -> int:
        """Lay out the colon after a key and its value. Return the value's end."""
        text = self.text
        cursor = key.end + 1
        if not text.startswith(":", key.end):
            colon = re.compile(_COLON).match(text, key.end)
            if colon is None:
                raise UnsupportedLayout(key.end)
            cursor = colon.end()
        if cursor - key.end != 1 and type(key) is not Alias and not self.is_protected(key.end, cursor):
            self.put(key.end, cursor, ":")
        return self.value(value, cursor, old, column, key_width=width_before_value(key), after_dash=False, spread=spread)

    def value(self, node: Node, cursor: int, old: int, column: int, *, key_width: int, after_dash: bool, spread: bool = False) -> int:
        """Lay out the value of an element at `column`, after the colon or dash that ends at `cursor`.

        `spread`: separate the entries of a mapping with blank lines.
        """
        inner = column + INDENT
        if type(node) is Alias:
            self.between(cursor, node.start, inner)
            return node.end
        if node.content > node.start:  # type: ignore[union-attr]
            self.between(cursor, node.start, inner)
            cursor = self.properties(node)
            after_dash = False
            key_width += cursor - node.start + 1
            if type(node) is Scalar and cursor == node.content < node.end:
                # Parsers disagree on where this tag ends.
                raise UnsupportedLayout(cursor)
        change = self.plan.get(id(node))
        if isinstance(change, Rewrite):
            return self.rewrite(node, cursor, change, inner)
        if type(node) is Scalar:
            if node.content == node.end:
                if node.style:
                    raise UnsupportedLayout(node.start)
                self.closed = [Level(old + 1, inner)]
                return cursor
            self.between(cursor, node.content, inner)
            return self.scalar(node, old, column)
        if node.flow:  # type: ignore[union-attr]
            flow = cast("Mapping | Sequence", node)
            end = lay_out_flow(self, flow, cursor, column, inner, key_width=key_width, after_dash=after_dash, spread=spread)
            if not after_dash and not (flow.items if isinstance(flow, Sequence) else flow.entries):
                # Comments below an empty collection are treated as its elements.
                self.closed = [Level(old + 1, inner)]
            return end
        if type(node) is Mapping:
            return self.sections(node, cursor, inner) if spread else self.mapping(node, cursor, inner, inline=after_dash)
        return self.sequence(node, cursor, inner, inline=after_dash)  # type: ignore[arg-type]

    def rewrite(self, node: Node, cursor: int, change: Rewrite, column: int) -> int:
        """Replace a value as planned, inline or with a block collection."""
        self.layout_dependent = True
        if not change.pieces:
            self.between(cursor, node.content, column)  # type: ignore[union-attr]
            self.put(node.content, node.end, change.text)  # type: ignore[union-attr]
            return node.end
        first = True
        start = cursor
        closing = closing_comment(self, node, cursor)
        for piece in change.pieces:
            # In either style, only punctuation and comments separate the pieces.
            if first and closing is not None:
                self.put(start, piece.start, f"  {closing[1].rstrip()}{self.indents[column]}")
            else:
                self.lead(start, piece.start, 0, column, first=first, marked=True)
            indent = self.indents[column]
            start = self.with_end_comment(piece.start, piece.end, piece.lines[0], "".join(indent + line for line in piece.lines[1:]))
            first = False
        if type(node) is Scalar or type(node) is Alias:
            return start
        if node.flow:  # type: ignore[union-attr]
            start = close_flow(self, start, node.end, column, closing)
            self.closed = []
        else:
            becomes_list = change.pieces[0].lines[0].startswith("- ")
            self.closed = [Level(self.column(node.content), column, is_closed=becomes_list)]  # type: ignore[union-attr]
        return start


def _is_block(node: Node) -> bool:
    """Return whether a node is a collection in block style."""
    return (type(node) is Mapping or type(node) is Sequence) and not node.flow
