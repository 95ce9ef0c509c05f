"""Replacing the items of a list by mappings: the edits that do it in block and in flow style.

An item's comment stays with it: one at the end of its line goes to the end of the first line of what replaces it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence
from composefmt.syntax.source import line_start
from composefmt.syntax.write import Entry, block_lines, flow_text

if TYPE_CHECKING:
    from collections.abc import Iterable

Plan = dict[int, list[Entry]]
Replacement = tuple[list[Edit], list[tuple[Scalar, str]]]

# What may follow a value on its line: white space, or a comment after white space.
_REST_OF_LINE = re.compile(r"(?:[ \t]+(#[^\r\n]*)|[ \t]*)(?=[\r\n]|$)")


class Layout(NamedTuple):
    """The text that is edited, and how its lines end."""

    text: str
    newline: str

    def column(self, offset: int) -> int:
        """How many characters stand before `offset` on its line."""
        return offset - line_start(self.text, offset)


def replace_block_items(layout: Layout, node: Sequence, plan: Plan) -> Replacement:
    """The edits that write the planned items of a block list as mappings; items that can't be are given back."""
    edits: list[Edit] = []
    refused: list[tuple[Scalar, str]] = []
    dash_column = layout.column(node.content)
    for item in node.items:
        if type(item) is not Scalar or id(item) not in plan:
            continue
        reason = _obstacle(layout, item)
        if reason:
            refused.append((item, reason))
        else:
            edits += _block_edits(layout, item, plan[id(item)], dash_column)
    return edits, refused


def _obstacle(layout: Layout, item: Scalar) -> str:
    if item.style in ("|", ">"):
        return "it is written as a block scalar"
    if "\n" in layout.text[item.content : item.end] or "\r" in layout.text[item.content : item.end]:
        return "it is written on more than one line"
    if _REST_OF_LINE.match(layout.text, item.end) is None:
        return "something else follows on its line"
    before = layout.text[line_start(layout.text, item.start) : item.start]
    if before.strip(" -:"):
        return "something else stands before it on its line"
    return ""


def _block_edits(layout: Layout, item: Scalar, entries: list[Entry], dash_column: int) -> list[Edit]:
    text, newline = layout.text, layout.newline
    indent = newline + " " * layout.column(item.start)
    lines = block_lines(entries[0])
    rest = "".join(indent + line for line in lines[1:])
    for entry in entries[1:]:
        rest += newline + " " * dash_column + "- " + (newline + " " * (dash_column + 2)).join(block_lines(entry))
    edits: list[Edit] = []
    found = _REST_OF_LINE.match(text, item.end)
    comment = found is not None and found.group(1) is not None
    # The line gets another length, so a comment at its end cannot stay in its column.
    value_end = found.start(1) if found is not None and comment else item.end
    if item.anchor is not None:
        # The anchor stays on the dash's line, so the whole mapping goes below it.
        anchor_end = item.content
        while text[anchor_end - 1] in " \t":
            anchor_end -= 1
        edits.append(Edit(anchor_end, value_end, "  " if comment else indent + lines[0] + rest))
        rest = indent + lines[0] + rest
    else:
        edits.append(Edit(item.content, value_end, lines[0] + "  " if comment else lines[0] + rest))
    if comment and found is not None:
        edits.append(Edit(found.end(), found.end(), rest))
    return edits


def replace_flow_items(layout: Layout, node: Sequence, plan: Plan, owner: Mapping | None, key: Node | None) -> Replacement:
    """The edits that write the planned items of a list in brackets as mappings.

    The whole list becomes a block list where its owner is in block style and it holds no comments; elsewhere each
    item becomes a mapping in braces.
    """
    if owner is not None and key is not None and not owner.flow and _can_be_block(layout, node, key):
        return [_to_block(layout, node, plan, layout.column(key.start))], []
    edits: list[Edit] = []
    refused: list[tuple[Scalar, str]] = []
    for item in node.items:
        if type(item) is Scalar and id(item) in plan:
            if item.anchor is not None and len(plan[id(item)]) > 1:
                refused.append((item, "it has an anchor, and a range becomes several entries"))
            else:
                edits.append(Edit(item.content, item.end, ", ".join(flow_text(entry) for entry in plan[id(item)])))
    return edits, refused


def _can_be_block(layout: Layout, node: Sequence, key: Node) -> bool:
    text = layout.text
    if _REST_OF_LINE.match(text, node.end) is None:
        return False
    between = text[key.end : node.content]
    if "\n" in between or "\r" in between or "?" in text[line_start(text, key.start) : key.start]:
        return False
    # A comment between the brackets would have to be carried along.
    done = node.content
    for item in node.items:
        if "#" in text[done : item.start] or (type(item) is not Alias and _has_break(text[item.start : item.end])):
            return False
        done = item.end
    return "#" not in text[done : node.end]


def _has_break(text: str) -> bool:
    return "\n" in text or "\r" in text


def _to_block(layout: Layout, node: Sequence, plan: Plan, key_column: int) -> Edit:
    text, newline = layout.text, layout.newline
    indent = newline + " " * (key_column + 2)
    body = ""
    for item in node.items:
        for lines in _item_lines(text, item, plan):
            body += indent + "- " + (indent + "  ").join(lines)
    start = node.content
    while text[start - 1] in " \t":
        start -= 1
    found = _REST_OF_LINE.match(text, node.end)
    if found is not None and found.group(1) is not None:
        return Edit(start, found.end(), "  " + found.group(1) + body)
    return Edit(start, node.end, body)


def _item_lines(text: str, item: Node, plan: Plan) -> Iterable[list[str]]:
    if id(item) not in plan or type(item) is not Scalar:
        return [[text[item.start : item.end]]]
    entries = [block_lines(entry) for entry in plan[id(item)]]
    if item.content > item.start:
        # An anchor stands alone on the dash's line, with the mapping below it.
        return [[text[item.start : item.content].rstrip(), *entries[0]], *entries[1:]]
    return entries
