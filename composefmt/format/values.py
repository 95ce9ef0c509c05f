"""The layout of single values and keys: scalars, quotes, anchors and tags, and the items that the plan replaces."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from composefmt.format.quotes import Quotes
from composefmt.format.scalars import BlockText, has_needless_tag, in_new_quotes, requoted, rewrapped, shifted
from composefmt.format.whitespace import END_COMMENT, UnsupportedLayout
from composefmt.format.writer import Writer
from composefmt.syntax.nodes import Alias, Scalar
from composefmt.syntax.source import line_start
from composefmt.syntax.write import block_lines

if TYPE_CHECKING:
    from collections.abc import Container

    from composefmt.format.plan import Plan
    from composefmt.syntax.nodes import Node, Tree
    from composefmt.syntax.source import Span
    from composefmt.syntax.write import Entry

INDENT = 2

# Compiled on first use, because most files need none of them.
# What a comment says about both parts of a short form, such as "host:container".
_EXPLAINS_SHORT_FORM = (
    r"(?i)\b(?:host|external|outside|local|public|published)\b[\w ]*>?[ ]?"
    r"(?::|[-=]>|\u2192)[ ]?<?(?:container|internal|inside|docker|target)\b"
)
_PROPERTIES = r"[&!][^ \t\r\n]*(?:[ \t]+[&!][^ \t\r\n]*)*"


class ValueWriter(Writer, ABC):
    """Lays out values; how a value that may be a collection is laid out is up to the walk."""

    def __init__(self, text: str, tree: Tree, plan: Plan, newline: str, keep_out: list[Span], left: Container[int] = ()) -> None:
        super().__init__(text, tree, newline, keep_out, left)
        self.plan = plan
        self.quotes = Quotes(plan)
        # Flow collections on one line, by id; None if they do not fit one.
        self.lines: dict[int, str | None] = {}

    @abstractmethod
    def value(self, node: Node, cursor: int, old: int, column: int, *, key_width: int, after_dash: bool, spread: bool = False) -> int:
        """Lay out the value of an element at `column`, after the colon or dash that ends at `cursor`.

        `spread`: separate the entries of a mapping with blank lines.
        """

    def stand_apart(self, one: tuple[Node, Node], other: tuple[Node, Node], *, is_top: bool) -> bool:
        """Return whether a blank line separates two sections; not two single lines such as `version` and `name` at the top."""
        return not is_top or not all(type(value) is Scalar and "\n" not in self.text[key.start : value.end] for key, value in (one, other))

    @staticmethod
    def is_services(key: Node) -> bool:
        """Return whether a top-level key is `services`."""
        return type(key) is Scalar and key.value == "services"

    def replaced_item(self, item: Scalar, cursor: int, entries: list[Entry], column: int, *, dash: int | None = None) -> int:
        """Replace a short item with its long entries; an end-of-line comment moves to the first line.

        `dash`: the offset of the dash before it. A comment that explains the short form moves above it.
        """
        comment = self.explanation(item, cursor, dash) if dash is not None else None
        if comment is not None and dash is not None:
            self.put(dash, dash, comment[1].rstrip() + self.indents[column])
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
        if comment is not None:
            self.put(item.content, comment.end(), first + rest)
            return comment.end()
        return self.with_end_comment(item.content, item.end, first, rest)

    def explanation(self, item: Scalar, cursor: int, dash: int) -> re.Match[str] | None:
        """Return the end-of-line comment of a short item if it explains its two parts and can move above its dash."""
        comment = END_COMMENT.match(self.text, item.end)
        if comment is None or not re.compile(_EXPLAINS_SHORT_FORM).search(comment[1]):
            return None
        starts_line = not self.text[line_start(self.text, dash) : dash].strip()
        return comment if starts_line and not self.comments.any_within(cursor, item.content) else None

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
            made = requoted(raw, node.value, flow=False, keep=id(node) in self.quotes.kept)
        elif id(node) in self.quotes.wanted:
            made = in_new_quotes(node.value)
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


def _comments_end(text: str, offset: int) -> int:
    """Return where the whitespace and comments that start at `offset` end."""
    found = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*").match(text, offset)
    return found.end() if found else offset
