"""The layout: indentation, blank lines, spaces, quotes and the style of collections, as edits of what differs.

One walk over the tree compares each value, and each gap between two elements, with how it should be. The same walk writes
the values that the plan replaces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from composefmt.format.documents import lay_out_documents
from composefmt.format.plan import Rewrite
from composefmt.format.scalars import BlockText, has_needless_tag, requoted, rewrapped, shifted, width_before_value
from composefmt.format.whitespace import Level, UnsupportedLayout
from composefmt.format.writer import Writer
from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence
from composefmt.syntax.write import block_lines

if TYPE_CHECKING:
    from composefmt.format.plan import Plan
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.nodes import Node, Tree
    from composefmt.syntax.source import Span
    from composefmt.syntax.write import Entry

INDENT = 2
# Mappings whose keys are not keys of a service.
_OTHER_KEYS = frozenset({"annotations", "environment", "extends", "healthcheck", "labels", "logging", "storage_opt", "sysctls", "ulimits"})

# Compiled on first use, because most files need none of them.
_COLON = r"[ \t]*:"
_DASH = r"(?:[ \t\r\n]+|(?<=[ \t\r\n])#[^\r\n]*)*-"
_PROPERTIES = r"[&!][^ \t\r\n]*(?:[ \t]+[&!][^ \t\r\n]*)*"


def layout_edits(text: str, tree: Tree, plan: Plan, newline: str, keep_out: list[Span]) -> tuple[list[Edit], bool]:
    """Return the edits that lay a text out and make the planned changes. Raises UnsupportedLayout.

    The second value is whether the result depends on the old layout: only then can a second run change anything.
    """
    walk = Layout(text, tree, plan, newline, keep_out)
    lay_out_documents(walk)
    return walk.edits, walk.layout_dependent


class Layout(Writer):
    """One walk over one tree."""

    def __init__(self, text: str, tree: Tree, plan: Plan, newline: str, keep_out: list[Span]) -> None:
        super().__init__(text, tree, newline, keep_out)
        self.plan = plan
        # Flow collections on one line, by id; None if they do not fit one.
        self.lines: dict[int, str | None] = {}

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
            if previous is not None:
                self.lead(cursor, key.start, old, column, spread=self.stand_apart(previous, entry, is_top=column == 0))
            elif key.start != cursor:
                self.open(cursor, key.start, old, column, inline=False)
            self.key(key)
            cursor = self.entry_value(key, value, old, column, spread=column == 0 and self.is_services(key))
            previous = entry
        self.closed.append(Level(old, column))
        return cursor

    def stand_apart(self, one: tuple[Node, Node], other: tuple[Node, Node], *, is_top: bool) -> bool:
        """Return whether a blank line separates two sections; not two single lines such as `version` and `name` at the top."""
        return not is_top or not all(type(value) is Scalar and "\n" not in self.text[key.start : value.end] for key, value in (one, other))

    @staticmethod
    def is_services(key: Node) -> bool:
        """Return whether a top-level key is `services`."""
        return type(key) is Scalar and key.value == "services"

    def sequence(self, node: Sequence, cursor: int, column: int, *, inline: bool = False) -> int:
        """Lay out a block list with its dashes in `column` (from 0) and return its end."""
        text, plan = self.text, self.plan
        old, column, stays = self.columns(node, cursor, column)
        lead = self.indents[column] + "- "
        first = True
        for item in node.items:
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
            return self.replaced_item(item, cursor, change, column)
        return self.value(item, cursor, old, column, key_width=INDENT, after_dash=True)

    def replaced_item(self, item: Scalar, cursor: int, entries: list[Entry], column: int) -> int:
        """Replace a short item with its long entries; an end-of-line comment moves to the first line."""
        indent = self.indents[column + INDENT]
        lines = block_lines(entries[0])
        rest = "".join(indent + line for line in lines[1:])
        for entry in entries[1:]:
            rest += self.indents[column] + "- " + indent.join(block_lines(entry))
        first = lines[0]
        self.between(cursor, item.start, column + INDENT)
        if item.anchor is not None:
            # The anchor stays on the dash's line, so the mapping starts on the next one.
            cursor = self.properties(item)
            if self.comments.any_within(cursor, item.content):
                self.lead(cursor, item.content, 0, column + INDENT, first=True)
            else:
                self.put(cursor, item.content, "")
                first, rest = "", indent + first + rest
        return self.with_end_comment(item.content, item.end, first, rest)

    # -- values ------------------------------------------------------------------------------------------------------

    def key(self, key: Node) -> None:
        """Lay out a key that is quoted or has an anchor or tag."""
        if type(key) is Alias:
            return
        if type(key) is not Scalar or key.content == key.end or key.style in ("|", ">") or "\n" in self.text[key.start : key.end]:
            raise UnsupportedLayout(key.start)
        if has_needless_tag(key):
            if not self.is_protected(key.start, key.end):
                self.put(key.start, key.content, "")
        elif key.style and key.tag is None and not self.is_protected(key.content, key.end):
            self.put(key.content, key.end, requoted(self.text[key.content : key.end], key.value, flow=False))

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
            from composefmt.format.flow import lay_out_flow

            flow = cast("Mapping | Sequence", node)
            end = lay_out_flow(self, flow, cursor, column, inner, key_width=key_width, after_dash=after_dash, spread=spread)
            if not after_dash and not (flow.items if isinstance(flow, Sequence) else flow.entries):
                # Comments below an empty collection are treated as its elements.
                self.closed = [Level(old + 1, inner)]
            return end
        if type(node) is Mapping:
            return self.sections(node, cursor, inner) if spread else self.mapping(node, cursor, inner, inline=after_dash)
        return self.sequence(node, cursor, inner, inline=after_dash)  # type: ignore[arg-type]

    def properties(self, node: Node) -> int:
        """Return where a node's anchor and tag end. Raises UnsupportedLayout for an anchor name that the reference ends at a colon."""
        if node.anchor is not None and ":" in node.anchor:  # type: ignore[union-attr]
            raise UnsupportedLayout(node.start)
        found = re.compile(_PROPERTIES).match(self.text, node.start, node.content)  # type: ignore[union-attr]
        return found.end() if found else node.start

    def scalar(self, node: Scalar, old: int, column: int) -> int:
        """Lay out a scalar whose start is already in position. Return its end."""
        start, end, text = node.content, node.end, self.text
        style = node.style
        if style in ("|", ">"):
            return self.block_text(node, old, column)
        # Not by its length: in flow style a line may start in column 0.
        raw = text[start:end]
        if "\n" in raw or "\r" in raw:
            self.layout_dependent = True
            made = rewrapped(raw, self.indents[column + INDENT])
        elif style and node.tag is None:
            made = requoted(raw, node.value, flow=False)
        else:
            return end
        if made != raw and not self.is_protected(start, end):
            self.put(start, end, made)
        return end

    def block_text(self, node: Scalar, old: int, column: int) -> int:
        """Lay out the header and the indentation of a block scalar. Return its end."""
        text = self.text
        block = BlockText(text, node.content, node.end)
        body = block.body(old)
        if body is None:
            if node.value or self.is_protected(block.header_end, _comments_end(text, block.header_end)):
                raise UnsupportedLayout(node.start)
            self.keep_end = block.header_end if block.keeps else -1
            return block.header_end
        self.keep_end = block.end if block.keeps else -1
        start, indent = body
        new = column + (block.indicator or INDENT)
        if self.is_protected(node.start, block.end):
            return block.end
        if self.keep_out and self.is_protected(block.end, _comments_end(text, block.end)):
            # A comment below that does not move must not become part of the text.
            if indent <= column or (block.indicator and new != indent):
                raise UnsupportedLayout(start)
            new = indent
        header = text[block.header_end : start]
        comment = header.strip()
        self.layout_dependent = self.layout_dependent or indent != new or block.keeps
        self.put(block.header_end, start, (f"  {comment}" if comment else "") + header[len(header.rstrip("\r\n")) :])
        self.put(start, block.end, shifted(text[start : block.end], indent, new, start))
        return block.end

    def rewrite(self, node: Node, cursor: int, change: Rewrite, column: int) -> int:
        """Replace a value as planned, inline or with a block collection."""
        from composefmt.format.flow import close_flow, closing_comment

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


def _comments_end(text: str, offset: int) -> int:
    """Return where the whitespace and comments that start at `offset` end."""
    found = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*").match(text, offset)
    return found.end() if found else offset
