"""Sort the keys of mappings in an order such as that of the specification; comments move with their entries.

An entry owns the comments directly above it, its end-of-line comment, and those below it that are indented more than its
key. An entry with an anchor never moves below one with its alias.
"""

from __future__ import annotations

import re
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.spec_order import places, rank
from composefmt.format.protection import is_protected
from composefmt.syntax.edits import Edit, apply_edits
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree, parts_of
from composefmt.syntax.source import Source, Span, line_end, line_start

if TYPE_CHECKING:
    from composefmt.compose.patterns import PatternNode


# After the layout, only block scalars have trailing spaces.
_SPACES_BELOW = r"[\r\n]+[ \t]+(?:[\r\n]|\Z)"


class _Entry(NamedTuple):
    """One entry: the start of its leading comments, the start of its key, and its end."""

    name: str
    lead: int
    start: int
    end: int
    anchors: frozenset[str]
    aliases: frozenset[str]


def order_edits(text: str, tree: Tree, keep_out: list[Span], order: str | tuple[str, ...]) -> list[Edit]:
    """Return the edits that sort the keys of a text that is laid out. `order`: as in the options."""
    sorter = _Sorter(text, tree, keep_out)
    edits: list[Edit] = []
    if sorter.is_clear:
        for document in tree.documents:
            edits += sorter.edits(document, places(order))
    return edits


def sorted_edits(text: str, tree: Tree, node: Node, order: tuple[str, ...], keep_out: list[Span]) -> tuple[Edit, ...]:
    """Return the edits that sort the keys of one mapping in a text that is laid out; none if they are sorted or cannot move."""
    sorter = _Sorter(text, tree, keep_out)
    if type(node) is not Mapping or node.flow or not sorter.is_clear:
        return ()
    moved = sorter.moved(node, order, [[] for _ in node.entries])
    return (moved,) if moved is not None else ()


class _Sorter:
    def __init__(self, text: str, tree: Tree, keep_out: list[Span]) -> None:
        self.text = text
        self.tree = tree
        self.keep_out = keep_out
        anchors = [name for document in tree.documents for name in _anchors(document)]
        # If an anchor is defined more than once, moving it could change what an alias refers to.
        # The line functions support only one kind of line break.
        self.is_clear = len(anchors) == len(set(anchors)) and not ("\n" in text and re.search(r"\r(?!\n)", text))

    def edits(self, node: Node, place: PatternNode[tuple[str, ...]]) -> list[Edit]:
        """Return the edits for a node and its descendants."""
        if type(node) is Sequence:
            return [edit for item in node.items for edit in self.edits(item, place.any)] if place.any else []
        if type(node) is not Mapping or node.flow:
            return []
        inner: list[list[Edit]] = []
        for key, value in node.entries:
            following = place.keys.get(key.value) or place.any if type(key) is Scalar else None
            inner.append(self.edits(value, following) if following else [])
        if place.here:
            moved = self.moved(node, place.here[0], inner)
            if moved is not None:
                return [moved]
        return [edit for edits in inner for edit in edits]

    def moved(self, node: Mapping, order: tuple[str, ...], inner: list[list[Edit]]) -> Edit | None:
        """Return one edit that sorts the entries of a mapping, None if they are sorted or cannot move."""
        if is_protected(self.keep_out, node.start, node.end) or not all(self.is_movable(key, value) for key, value in node.entries):
            return None
        entries = self.entries(node)
        wanted = _in_order(entries, order)
        if wanted == list(range(len(entries))) or len({entry.name for entry in entries}) < len(entries):
            return None
        newline = Source(self.text).newline
        column = node.content - line_start(self.text, node.content)
        compact = bool(self.text[node.content - column : node.content].strip())
        if compact and self.lead(entries[wanted[0]]).strip():
            return None
        made = ""
        for position, index in enumerate(wanted):
            entry = entries[index]
            lead = self.lead(entry)
            if position == 0:
                lead = "" if compact else lead.lstrip("\r\n")
            body = apply_edits(
                self.text[entry.start : entry.end], [Edit(e.start - entry.start, e.end - entry.start, e.text) for e in inner[index]]
            )
            made += (newline if position else "") + lead + (" " * column if position or not compact else "") + body
        first = entries[0]
        return Edit(first.start if compact else first.lead, entries[-1].end, made)

    def lead(self, entry: _Entry) -> str:
        """Return the comments and blank lines above an entry, with their line breaks."""
        return self.text[entry.lead : line_start(self.text, entry.start)] if entry.lead < entry.start else ""

    def is_movable(self, key: Node, value: Node) -> bool:
        """Return whether an entry can move: not if it ends in a block scalar that absorbs the blank lines after it."""
        if type(key) is not Scalar:
            return False
        last = value
        while type(last) in (Mapping, Sequence):
            if type(last) is Mapping:
                last = last.entries[-1][1] if last.entries else key
            elif type(last) is Sequence:
                last = last.items[-1] if last.items else key
        if type(last) is not Scalar or last.style not in ("|", ">"):
            return True
        # Nor if the block scalar ends the text without a line break, or with a line of spaces.
        end = line_end(self.text, last.end)
        claims = "+" in self.text[last.content : last.content + 3] or pattern(_SPACES_BELOW).match(self.text, end)
        return not claims and end < len(self.text)

    def entries(self, node: Mapping) -> list[_Entry]:
        """Return the entries of a mapping with their comments."""
        text = self.text
        column = node.content - line_start(text, node.content)
        made: list[_Entry] = []
        lead = self.first_lead(node)
        for number, (key, value) in enumerate(node.entries):
            end = max(key.end + 1, value.end)
            following = node.entries[number + 1][0].start if number + 1 < len(node.entries) else None
            end, next_lead = self.end(end, following, column)
            ties = (frozenset(_anchors(key)) | frozenset(_anchors(value)), frozenset(_aliases(value)))
            made.append(_Entry(key.value, lead, key.start, end, *ties))  # type: ignore[union-attr]
            lead = next_lead
        return made

    def first_lead(self, node: Mapping) -> int:
        """Return where the comments directly above the first key start; those above a blank line stay in position.

        Comments above a dash belong to the item, whichever key is first in it.
        """
        lead = line_start(self.text, node.content)
        if self.text[lead : node.content].strip():
            return node.content
        while lead > 0:
            above = line_start(self.text, lead - 1 if self.text[lead - 2 : lead] != "\r\n" else lead - 2)
            if not self.text[above:lead].lstrip(" ").startswith("#"):
                break
            lead = above
        return lead

    def end(self, end: int, following: int | None, column: int) -> tuple[int, int]:
        """Return the end of an entry including the comments below it that are indented more, and the start of the next."""
        text = self.text
        stop = len(text) if following is None else line_start(text, following)
        last = line_end(text, end)
        offset = _after_break(text, last)
        while offset < stop:
            this_end = line_end(text, offset)
            line = text[offset:this_end]
            bare = line.lstrip(" ")
            if bare.startswith("#") and len(line) - len(bare) > column:
                last = this_end
            elif bare:
                break
            offset = _after_break(text, this_end)
        return last, _after_break(text, last)


def _after_break(text: str, offset: int) -> int:
    return offset + (2 if text.startswith("\r\n", offset) else 1)


def _in_order(entries: list[_Entry], order: tuple[str, ...]) -> list[int]:
    """Return the indexes of the entries in sorted order: lowest rank first among those whose anchors are already defined."""
    defined: dict[str, int] = {}
    needs: list[set[int]] = []
    needed_by: list[list[int]] = [[] for _ in entries]
    for index, entry in enumerate(entries):
        needs.append({defined[name] for name in entry.aliases if name in defined})
        for other in needs[index]:
            needed_by[other].append(index)
        defined.update(dict.fromkeys(entry.anchors, index))
    ranks = [(rank(entry.name, order), index) for index, entry in enumerate(entries)]
    ready = [ranks[index] for index, needed in enumerate(needs) if not needed]
    heapify(ready)
    made: list[int] = []
    while ready:
        _, best = heappop(ready)
        made.append(best)
        for index in needed_by[best]:
            needs[index].discard(best)
            if not needs[index]:
                heappush(ready, ranks[index])
    return made


def _anchors(node: Node) -> list[str]:
    if type(node) is Alias:
        return []
    found = [node.anchor] if node.anchor is not None else []  # type: ignore[union-attr]
    for part in parts_of(node):
        found += _anchors(part)
    return found


def _aliases(node: Node) -> list[str]:
    return [node.name] if type(node) is Alias else [name for part in parts_of(node) for name in _aliases(part)]
