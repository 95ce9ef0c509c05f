"""Changes of nodes as edits: replace, remove or add what a fix asks for, in the style of the surrounding text.

No change loses a comment or touches a value that is shared through an anchor. A change that would, or whose layout is
not supported, yields no edits. Block and flow style, quotes, indentation and line breaks stay as they are.
"""

from __future__ import annotations

import re

from composefmt.syntax.edits import Edit
from composefmt.syntax.locations import NodeLocations
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence
from composefmt.syntax.scalars import in_quotes, quote, write_scalar
from composefmt.syntax.source import line_start
from composefmt.syntax.write import entry_lines

Edits = tuple[Edit, ...]

_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
_DASH = re.compile(r"[ ]*-[ ]+")


def apart(one: Edits, other: Edits) -> Edits:
    """Combine two changes; None unless both can be made and neither overlaps the other."""
    overlap = any(a.start < b.end and b.start < a.end for a in one for b in other)
    return (*one, *other) if one and other and not overlap else ()


class Changes(NodeLocations):
    """Changes of one text; each method returns edits, or none if the change cannot be made."""

    __slots__ = ()

    # Single values

    def replace(self, node: Node, value: object) -> Edits:
        """Replace a scalar (or a key) by another value, in the same quotes."""
        if type(node) is not Scalar or node.style in ("|", ">") or node.tag is not None or self._is_taken(node, value):
            return ()
        if node.style and isinstance(value, str):
            made = in_quotes(value, node.style)
        else:
            made = write_scalar(value, flow=self.in_flow(node))
        if node.content == node.end and self.text[node.content - 1 : node.content] == ":":
            made = f" {made}"
        return (Edit(node.content, node.end, made),)

    def _is_taken(self, node: Scalar, value: object) -> bool:
        """Return whether another key of the mapping, or another item of the list, already has this value."""
        place = self.place(node)
        if place is None:
            return False
        parent, index = place
        if type(parent) is Mapping and parent.entries[index][0] is not node:
            return False
        return isinstance(value, str) and self.values_in(parent)[value] > (node.value == value)

    def replace_part(self, node: Node, start: int, end: int, made: str) -> Edits:
        """Replace part of a scalar's value by characters that need neither quotes nor escapes."""
        if type(node) is not Scalar or node.tag is not None:
            return ()
        raw, old = self.text[node.content : node.end], node.value[start:end]
        meant = node.value[:start] + made + node.value[end:]
        if self._is_taken(node, meant):
            return ()
        if old and raw.count(old) == node.value.count(old):
            offset = -1
            for _ in range(node.value.count(old, 0, start) + 1):
                offset = raw.find(old, offset + 1)
            return (Edit(node.content + offset, node.content + offset + len(old), made),)
        return self.replace(node, meant)

    def quote(self, node: Node) -> Edits:
        """Quote a plain scalar."""
        if type(node) is not Scalar or node.style or node.tag is not None or not node.value:
            return ()
        return (Edit(node.content, node.end, quote(node.value)),)

    # Entries and items

    def remove(self, node: Node, *, above: bool = False) -> Edits:
        """Remove an entry or item; if it is the only one, remove its parent.

        `above`: keep a comment line above, which need not belong to the node.
        """
        place = self.place(node)
        if place is None or not self.newline:
            return ()
        parent, index = place
        start, end = self._extent(parent, index)
        if start != node.start or self.comments.any_within(start, end) or self._is_needed(start, end):
            return ()
        if _count(parent) == 1:
            return self._remove_holder(parent, above=above)
        return self._remove_from_flow(parent, index) if parent.flow else self._remove_lines(parent, index, above=above)

    def has_comment(self, node: Node) -> bool:
        """Return whether a comment lies within the lines of an entry or item, which is then not removed."""
        place = self.place(node)
        if place is None:
            return False
        start, end = self._extent(*place)
        return self.comments.any_within(start, self.line_end(end))

    def rewrite(self, key: Node, lines: list[str]) -> Edits:
        """Replace an entry by other lines."""
        place = self.place(key)
        if place is None or type(place[0]) is not Mapping or not self.newline:
            return ()
        start, end = self._extent(*place)
        if self.comments.any_within(start, end) or self._is_needed(start, end) or self._comment_below(end, self._column(start)):
            return ()
        separator = ", " if place[0].flow else f"{self.newline}{' ' * self._column(start)}"
        return (Edit(start, end, separator.join(lines)),)

    def insert(self, mapping: Mapping, key: str, value: object = None) -> Edits:
        """Append an entry to a mapping; `value` is a scalar, a list of scalars or a mapping of them."""
        if not self.newline or self.is_shared(mapping) or self.values_in(mapping)[key]:
            return ()
        lines = entry_lines(key, value, flow=mapping.flow)
        if mapping.flow:
            return self._append_in_flow(mapping, ", ".join(lines))
        if not mapping.entries:
            return ()
        return self._append_lines(mapping, self._column(mapping.content), lines)

    def append(self, sequence: Sequence, value: object) -> Edits:
        """Append a scalar to a list."""
        text = write_scalar(value, flow=sequence.flow)
        if not self.newline or self.is_shared(sequence):
            return ()
        if sequence.flow:
            return self._append_in_flow(sequence, text)
        return self._append_lines(sequence, self._column(sequence.content), [f"- {text}"]) if sequence.items else ()

    def prepend(self, sequence: Sequence, value: object) -> Edits:
        """Insert a scalar at the start of a list."""
        if not self.newline or self.is_shared(sequence) or not sequence.items:
            return ()
        start = sequence.items[0].start
        separator = ", " if sequence.flow else f"{self.newline}{' ' * self._column(sequence.content)}- "
        text = write_scalar(value, flow=sequence.flow)
        if sequence.flow and text == value and any(type(item) is Scalar and item.style for item in sequence.items):
            text = quote(text)
        return (Edit(start, start, text + separator),)

    def permute(self, nodes: list[Node], wanted: list[Node]) -> Edits:
        """Write scalars in a different order, each in the position of another one."""
        text, begin, end = self.text, line_start(self.text, nodes[0].start), self.line_end(nodes[-1].end)
        if any(type(node) is not Scalar or node.anchor is not None or node.style in ("|", ">") for node in nodes):
            return ()
        if self.comments.any_within(begin, end) or self._comment_above(begin):
            return ()
        return tuple(Edit(old.start, old.end, text[new.start : new.end]) for old, new in zip(nodes, wanted, strict=True) if old is not new)

    # Layout

    def _is_needed(self, start: int, end: int) -> bool:
        """Return whether an alias outside a span uses an anchor inside it."""
        return any(start <= alias.target.start < end and not start <= alias.start < end for alias in self.tree.aliases)

    def _remove_holder(self, parent: Mapping | Sequence, *, above: bool) -> Edits:
        place = self.place(parent)
        if place is None or parent.tag is not None:
            return ()
        holder, index = place
        return self.remove(holder.entries[index][0] if type(holder) is Mapping else parent, above=above)

    def _remove_from_flow(self, parent: Mapping | Sequence, index: int) -> Edits:
        start, end = self._extent(parent, index)
        if self.text[:start].rstrip()[-1:] not in (",", "[", "{"):
            return ()
        if index + 1 < _count(parent):
            end = self._extent(parent, index + 1)[0]
        else:
            start = self._extent(parent, index - 1)[1]
        return () if self.comments.any_within(start, end) else (Edit(start, end, ""),)

    def _remove_lines(self, parent: Mapping | Sequence, index: int, *, above: bool) -> Edits:
        text = self.text
        start, end = self._extent(parent, index)
        begin = line_start(text, start)
        before = text[begin:start]
        if type(parent) is Mapping:
            end = max(end, parent.entries[index][0].end + 1)
            if before.strip():
                return self._remove_first_of_compact(parent, index, end)
        elif not _DASH.fullmatch(before + ("" if start < end or before.endswith(" ") else " ")):
            return ()
        column = len(before) if type(parent) is Mapping else before.find("-")
        if text[end : self.line_end(end)].strip() or self._comment_below(end, column) or (not above and self._comment_above(start)):
            return ()
        last = _last_scalar(parent, index)
        previous = _last_scalar(parent, index - 1) if index else None
        if any(scalar is not None and self._keeps_blank_lines(scalar) for scalar in (last, previous)):
            return ()
        return (self._line_edit(begin, self.line_end(end), first=index == 0 and not self._comment_above(start)),)

    def _line_edit(self, begin: int, end: int, *, first: bool) -> Edit:
        """Return the edit that removes whole lines together with blank lines that become superfluous."""
        text = self.text
        found = _BLANK_LINES.match(text, end)
        behind = found.end() if found else end
        if not text[behind:].strip():
            # Nothing follows: remove the preceding line break and blank lines instead.
            return Edit(len(text[:begin].rstrip(" \t\r\n")), end, "")
        one_line = text.find("\n", end) + 1
        blank_before = not text[:begin].rstrip(" \t").removesuffix("\n").removesuffix("\r").rpartition("\n")[2].strip()
        return Edit(begin, behind if first or blank_before else one_line, "")

    def _remove_first_of_compact(self, parent: Mapping, index: int, end: int) -> Edits:
        """Remove `a: 1` from `- a: 1` when more keys follow."""
        text = self.text
        start = parent.entries[index][0].start
        if index or not _DASH.fullmatch(text[line_start(text, start) : start]):
            return ()
        following = parent.entries[1][0].start
        return () if text[end:following].strip() else (Edit(start, following, ""),)

    def _append_in_flow(self, parent: Mapping | Sequence, made: str) -> Edits:
        count = _count(parent)
        if not count:
            inside = self.text[parent.content + 1 : parent.end - 1]
            return () if inside.strip() else (Edit(parent.content + 1, parent.end - 1, made),)
        end = self._extent(parent, count - 1)[1]
        if self.comments.any_within(end, parent.end):
            return ()
        previous = self._extent(parent, count - 1)[0]
        lead = self.text[line_start(self.text, previous) : previous]
        # Keep one entry per line if the mapping is written that way, but a comment after the bracket on the line of the last entry.
        on_lines = "\n" in self.text[parent.content : previous] and not lead.strip()
        separator = ", " if not on_lines or self.comments.any_within(end, self.line_end(end)) else f",{self.newline}{lead}"
        nothing = " null" if self.text[end - 1] == ":" else ""
        return (Edit(end, end, nothing + separator + made),)

    def _append_lines(self, parent: Mapping | Sequence, column: int, lines: list[str]) -> Edits:
        text = self.text
        index = _count(parent) - 1
        last = _last_scalar(parent, index)
        end = max(parent.end, parent.entries[-1][0].end + 1 if type(parent) is Mapping else 0)
        if last is not None and last.style in ("|", ">") and (self._keeps_blank_lines(last) or text.find("\n", last.end) < 0):
            return ()
        offset = self._behind_comments(self.line_end(end), column)
        gap = ""
        if index:
            begin, finish = self._extent(parent, index - 1)[1], self._extent(parent, index)[0]
            gap = self.newline if re.search(r"\n[ \t]*\r?\n", text[begin:finish]) else ""
        return (Edit(offset, offset, "".join([gap, *(f"{self.newline}{' ' * column}{line}" for line in lines)])),)


def _count(parent: Mapping | Sequence) -> int:
    return len(parent.entries if type(parent) is Mapping else parent.items)  # type: ignore[union-attr]


def _last_scalar(parent: Mapping | Sequence, index: int) -> Scalar | None:
    """Return the last scalar of an entry or item."""
    node: Node = parent.entries[index][1] if type(parent) is Mapping else parent.items[index]  # type: ignore[union-attr]
    while type(node) in (Mapping, Sequence) and _count(node):  # type: ignore[arg-type]
        node = node.entries[-1][1] if type(node) is Mapping else node.items[-1]  # type: ignore[union-attr]
    return node if type(node) is Scalar else None
