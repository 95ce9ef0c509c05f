"""Steps as edits: the smallest change of the text that gives a value, inserts an element, deletes one or renames a key.

The layout around stays as it is. What cannot be written where it is asked for raises EditError; `proof.py` judges the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.edit.errors import EditError
from composefmt.edit.flow_layout import FlowNodeLayout
from composefmt.edit.rendering import (
    Look,
    block_lines,
    entry_lines,
    flow_text,
    inline_text,
    is_inline,
    is_plain_like,
    item_lines,
    key_text,
    literal_lines,
    scalar_text,
)
from composefmt.edit.steps import Delete, Insert, Rename, Set, Step, StepEdits
from composefmt.edit.written import MERGE_TAGS
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence
from composefmt.syntax.scalars import in_quotes, write_scalar
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from collections.abc import Sequence as Listed

_TAG = re.compile(r"!(?:<[^>]*>|[^ \t\r\n,\[\]{}]*)")
_HEADER = re.compile(r"[|>][-+0-9]*")


class StepWriter(FlowNodeLayout):
    """Makes the changes of one text."""

    __slots__ = ()

    def change(self, step: Step, look: Look) -> StepEdits:
        """Return the change that carries out a step. Raises EditError."""
        made = self._change(step, look)
        edits: list[Edit] = []
        for edit in made.edits:
            # Edits are applied in the order of their offsets, so that those that touch become one.
            touches = bool(edits) and edits[-1].end == edit.start
            edits.append(Edit(edits[-1].start, edit.end, edits.pop().text + edit.text) if touches else edit)
        return made._replace(edits=tuple(edits))

    def _change(self, step: Step, look: Look) -> StepEdits:
        if not self.newline:
            raise EditError("the file has line breaks that are not supported", "use the same line break in every line")
        if isinstance(step, Insert):
            holder = self.node_at(step.path)
            assert isinstance(holder, (Mapping, Sequence))
            return self.insert_element(holder, step, look)
        if not self.tree.documents:
            return self.first_value(step, look)
        if isinstance(step, Set):
            return self.replace_value(self.node_at(step.path), step.value, look)
        holder = self.node_at(step.path[:-1])
        assert isinstance(holder, (Mapping, Sequence))
        if isinstance(step, Delete):
            return self.delete(holder, step.path[-1], look)
        return self.rename(holder, step, look)

    # Values

    def first_value(self, step: Step, look: Look) -> StepEdits:
        """Write the first value of a text that has none, below its comments."""
        value = step.value if isinstance(step, Set) else None
        lines = self.root_lines(value, look)
        text, end = self.text, len(self.text)
        lead = self.newline if text and not text.endswith(("\n", "\r")) else ""
        tail = self.newline if not text or text.endswith(("\n", "\r")) else ""
        return StepEdits((Edit(end, end, lead + self.newline.join(lines) + tail),))

    def root_lines(self, value: object, look: Look) -> list[str]:
        """Return the lines of the value of a document."""
        if isinstance(value, str):
            return [scalar_text(value, look)]
        return [inline_text(value, look)] if is_inline(value, look) else block_lines(value, look)

    def replace_value(self, node: Node, value: object, look: Look) -> StepEdits:
        """Give a node another value; its anchor stays, and so does the comment on the line of its key."""
        if type(node) in (Mapping, Sequence):
            self.refuse_needed(node.content, node.end)  # type: ignore[union-attr]
        if type(node) is Scalar and node.start == node.end and self.place(node) is None:
            lines = self.newline.join(self.root_lines(value, look))
            at_start = not self.column(node.start)
            made = lines + self.newline if at_start else self.newline + lines
            return StepEdits((Edit(node.start, node.end, made),))
        if type(node) is Scalar and node.style in ("|", ">"):
            return self.replace_literal(node, value, look)
        if type(node) is not Alias and type(node) is not Scalar and not node.flow:  # type: ignore[union-attr]
            return self.replace_block(node, value, look)
        start, end, _ = self.core(node)
        if self.in_flow(node) or is_inline(value, look):
            return self.replace_inline(node, value, look)
        lines, rest = self.below(node, value, look)
        behind = self.line_end(end)
        return StepEdits((self.spaced(start, end, lines), *([Edit(behind, behind, rest)] if rest else [])), (Span(start, end),))

    def replace_inline(self, node: Node, value: object, look: Look) -> StepEdits:
        """Replace a value on one line by another on one line."""
        start, end, _ = self.core(node)
        flow = self.in_flow(node)
        if type(node) is Scalar and node.style in ("'", '"') and isinstance(value, str):
            made = in_quotes(value, node.style)
        elif type(node) is Scalar and not node.style and isinstance(value, str) and is_plain_like(value, node.value, flow=flow):
            made = value
        elif flow:
            made = flow_text(value, look)
        else:
            made = inline_text(value, look)
        return StepEdits((self.spaced(start, end, made),), (Span(start, end),))

    def below(self, node: Node, value: object, look: Look) -> tuple[str, str]:
        """Return how a value of several lines replaces an inline one: the text in its place, and the lines below its line."""
        start, _, kept = self.core(node)
        if isinstance(value, str):
            header, lines = literal_lines(value)
            column = self.holder_column(node) + look.step
            return header, self.joined(lines, column)
        lines = block_lines(value, look.inner)
        if self.is_own_line(start) or (self.is_item(node) and not kept):
            column = self.column(start)
            return lines[0], self.joined(lines[1:], column)
        return "", self.joined(lines, self.child_column(node, value, look))

    def replace_literal(self, node: Scalar, value: object, look: Look) -> StepEdits:
        """Replace a block scalar: its header, and the lines below; a comment on the line of the header stays."""
        text = self.text
        start, _, _ = self.core(node)
        found = _HEADER.match(text, node.content)
        token = found.end() if found else node.content + 1
        first, last = self.line_end(node.content), self.line_end(node.end)
        if isinstance(value, str) and not is_inline(value, look):
            header, lines = literal_lines(value)
            column = self.literal_column(node, look)
            return StepEdits((Edit(start, token, header), Edit(first, last, self.joined(lines, column))))
        if is_inline(value, look):
            return StepEdits((Edit(start, token, inline_text(value, look)), *self.dropped(first, last)))
        made, rest = self.below(node, value, look)
        return StepEdits((self.spaced(start, token, made), Edit(first, last, rest)))

    def replace_block(self, node: Node, value: object, look: Look) -> StepEdits:
        """Replace a block collection with the comments inside it."""
        assert isinstance(node, (Mapping, Sequence))
        end = self.region_end(node)
        head = self.head_end(node)
        lines = [] if is_inline(value, look) else block_lines(value, look.inner) if not isinstance(value, str) else None
        if lines is None:
            header, body = literal_lines(str(value))
            made, rest = header, self.joined(body, self.holder_column(node) + look.step)
        elif not lines:
            made, rest = inline_text(value, look), ""
        else:
            made, rest = "", ""
        if head is None:
            # It starts on the line of a dash, or it is the root.
            start = node.content
            made = self.newline.join([lines[0], *(" " * self.column(start) + line for line in lines[1:])]) if lines else made + rest
            return StepEdits((Edit(start, end, made),), (Span(start, end),))
        first = self.line_end(head)
        if lines:
            rest = self.joined(lines, self.child_column(node, value, look))
        tag = self.properties(node)
        edits = [self.spaced(*tag, made)] if tag is not None else [Edit(head, head, f" {made}")] if made else []
        return StepEdits((*edits, Edit(first, end, rest)), (Span(first, end),))

    # Elements

    def rename(self, holder: Node, step: Rename, look: Look) -> StepEdits:
        """Give an entry another key, in the same quotes."""
        key = holder.entries[step.path[-1]][0] if type(holder) is Mapping else None
        if type(key) is not Scalar or key.style in ("|", ">") or key.start == key.end:
            raise EditError("the key is not a plain or quoted string")
        start, end, _ = self.core(key)
        made = in_quotes(step.key, key.style) if key.style else write_scalar(step.key, flow=self.in_flow(key))
        if step.key == "<<" and not key.style:
            made = key_text(step.key, look)
        return StepEdits((Edit(start, end, made),))

    def insert_element(self, holder: Mapping | Sequence, step: Insert, look: Look) -> StepEdits:
        """Insert an entry or item."""
        if holder.flow:
            return self.insert_in_flow(holder, step, look)
        value = step.value
        lines = entry_lines(step.key, value, look) if step.key is not None else item_lines(value, look)
        return StepEdits((self.insert_lines(holder, step.number, lines),))

    def insert_in_flow(self, holder: Mapping | Sequence, step: Insert, look: Look) -> StepEdits:
        """Insert an entry or item into a collection in flow style."""
        parts = self.elements(holder)
        if not parts and not self.in_flow(holder) and not look.lists | look.mappings:
            # Empty brackets say nothing about the style.
            return self.replace_value(holder, {step.key: step.value} if step.key is not None else [step.value], look)
        name = "" if step.key is None else f"{key_text(step.key, look, flow=True)}: "
        made = name + flow_text(step.value, look)
        return StepEdits(self.insert_flow_text(holder, step.number, made))

    def delete(self, holder: Mapping | Sequence, index: int, look: Look) -> StepEdits:
        """Delete an entry or item with the comments inside it; the only one leaves an empty collection."""
        start, end = self._extent(holder, index)
        self.refuse_needed(start, end)
        if holder.flow:
            return self.delete_in_flow(holder, index)
        if len(self.elements(holder)) == 1:
            return self.delete_only(holder, look)
        edit, span = self.delete_lines(holder, index)
        return StepEdits((edit,), (span,))

    def delete_only(self, holder: Mapping | Sequence, look: Look) -> StepEdits:
        """Delete the only element of a block collection; comments around it stay."""
        empty = "{}" if type(holder) is Mapping else "[]"
        head = self.head_end(holder)
        span = self.element_span(holder, 0)
        if head is None:
            return StepEdits((Edit(span.start, span.end, empty),), (span,))
        begin = line_start(self.text, span.start) - len(self.newline)
        return StepEdits((Edit(head, head, f" {empty}"), *self.dropped(begin, span.end)), (span,))

    # Parts

    def refuse_needed(self, start: int, end: int) -> None:
        """Raise EditError if an alias outside a span uses an anchor inside it."""
        for alias in self.tree.aliases:
            if start <= alias.target.start < end and not start <= alias.start < end:
                line = self.text.count("\n", 0, alias.start) + 1
                raise EditError(f'it holds the anchor "{alias.name}", which is used in line {line}', "replace that use first")

    def region_end(self, node: Mapping | Sequence) -> int:
        """Return the end of the last line of a block collection, with the comments that belong to it."""
        end = node.end
        if self.elements(node):
            end = max(end, self.element_end(node, len(self.elements(node)) - 1))
        return self._behind_comments(self.line_end(end), self.holder_column(node))

    def core(self, node: Node) -> tuple[int, int, bool]:
        """Return the span of a value that is replaced, and whether its anchor or tag stays before it."""
        if type(node) is Alias:
            return node.start, node.end, False
        properties = self.properties(node)
        if properties is None:
            return node.content, node.end, node.content > node.start  # type: ignore[union-attr]
        return properties[0], node.end, node.anchor is not None or self.merge_tag(node)  # type: ignore[union-attr]

    def properties(self, node: Node) -> tuple[int, int] | None:
        """Return the span of a tag that does not apply to another value; None without one."""
        tag = None if type(node) is Alias else node.tag  # type: ignore[union-attr]
        if tag is None or tag in MERGE_TAGS:
            return None
        found = _TAG.search(self.text, node.start, node.content)  # type: ignore[union-attr]
        if found is None or node.anchor is not None:  # type: ignore[union-attr]
            raise EditError(f"its tag {tag} cannot be removed")
        return found.span()

    def merge_tag(self, node: Node) -> bool:
        """Return whether the tag of a node stays with another value."""
        return type(node) is not Alias and node.tag in MERGE_TAGS  # type: ignore[union-attr, operator]

    def spaced(self, start: int, end: int, made: str) -> Edit:
        """Return the edit that replaces a value, with a space after what precedes it and none at the end of a line."""
        text = self.text
        if made and start == end and text[start - 1 : start] not in (" ", "\t", "\n", "\r", "[", "{", "", "\ufeff"):
            made = f" {made}"
        if not made:
            while text[start - 1 : start] in (" ", "\t"):
                start -= 1
        elif start == end and text[end : end + 1] not in ("", "\n", "\r", " ", "\t", ",", "]", "}"):
            made += " "
        return Edit(start, end, made)

    def dropped(self, start: int, end: int) -> Listed[Edit]:
        """Return the edit that removes a span, none if it is empty."""
        return [Edit(start, end, "")] if end > start else []
