"""Collections in brackets: short ones on one line, long ones and those with comments as block collections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.format.scalars import has_needless_tag, requoted, rewrapped, width_before_value
from composefmt.format.whitespace import END_COMMENT, UnsupportedLayout, read_gap
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, parts_of
from composefmt.syntax.write import flow_text

if TYPE_CHECKING:
    from composefmt.format.layout import Layout

# A collection in brackets that would go beyond this column becomes a block collection.
WIDTH = 80


def lay_out_flow(
    layout: Layout,
    node: Mapping | Sequence,
    cursor: int,
    column: int,
    inner: int,
    *,
    key_width: int,
    after_dash: bool = False,
    spread: bool = False,
) -> int:
    """Lay out a collection in brackets, the value of an element at `column`. Returns the end of what is laid out.

    `inner` is where the elements go if it becomes a block collection, with blank lines between them if they are to be
    `spread`; `key_width` is what stands before it on its line.
    """
    is_root = cursor == node.start and column == inner
    if layout.kept(node.start, node.end) or (layout.keep_out and layout.comments.any_within(node.start, node.end)):
        # With something protected around, its comments may have no line to go to.
        return node.end
    line = one_line(layout, node)
    if line is not None:
        # The anchor and the tag are laid out already.
        line = line[node.content - node.start :]
    planned = type(node) is Sequence and any(id(item) in layout.plan for item in node.items)
    if line is not None and not planned and column + key_width + len(line) <= WIDTH:
        if not is_root:
            layout.between(cursor, node.content, inner)
        layout.put(node.content, node.end, line)
        return node.end
    if is_block_possible(layout, node):
        layout.layout_dependent = True
        return to_block(layout, node, cursor, inner, after_dash=after_dash, is_root=is_root, spread=spread)
    if not is_root:
        layout.between(cursor, node.content, inner)
    raw = layout.text[node.content : node.end]
    if line is not None:
        layout.put(node.content, node.end, line)
    elif not layout.comments.any_within(node.content, node.end):
        layout.layout_dependent = True
        layout.put(node.content, node.end, rewrapped(raw, layout.indents[inner]))
    return node.end


def one_line(layout: Layout, node: Node) -> str | None:
    """A value inside brackets on one line; None where it cannot be written so."""
    if type(node) is Alias:
        return layout.text[node.start : node.end]
    lines = layout.lines
    if id(node) not in lines:
        lines[id(node)] = _one_line(layout, node)
    return lines[id(node)]


def _one_line(layout: Layout, node: Node) -> str | None:
    text = layout.text
    properties = text[node.start : node.content]  # type: ignore[union-attr]
    if type(node) is Scalar:
        raw = text[node.start : node.end]
        if "\n" in raw or "\r" in raw or node.content == node.end:
            return None
        if not node.style or node.tag is not None:
            return raw
        return properties + requoted(text[node.content : node.end], node.value, flow=True)
    if "\n" in properties or _has_sign_between(text, node):  # type: ignore[arg-type]
        return None
    if type(node) is Sequence:
        return _one_line_list(layout, node, properties)
    parts: list[str] = []
    for key, value in node.entries:  # type: ignore[union-attr]
        written, held = "<<" if has_needless_tag(key) else one_line(layout, key), one_line(layout, value)
        if written is None or held is None or _is_explicit(layout, key):
            return None
        parts.append(f"{written}{' ' if type(key) is Alias else ''}: {held}")
    inside = ", ".join(parts)
    # A single pair in a list needs no braces.
    return properties + (f"{{{inside}}}" if text.startswith("{", node.content) else inside)  # type: ignore[union-attr]


def _has_sign_between(text: str, node: Mapping | Sequence) -> bool:
    """Whether a number sign stands between the parts of a collection: a comment, by whatever rules one is told."""
    parts = parts_of(node)
    ends = [node.content, *(part.end for part in parts)]
    starts = [*(part.start for part in parts), node.end]
    return any("#" in text[end:start] for end, start in zip(ends, starts, strict=True))


def _one_line_list(layout: Layout, node: Sequence, properties: str) -> str | None:
    items: list[str] = []
    for item in node.items:
        change = layout.plan.get(id(item))
        if isinstance(change, list):
            anchor = layout.text[item.start : item.content]  # type: ignore[union-attr]
            items += [anchor + flow_text(entry) for entry in change]
            continue
        written = one_line(layout, item)
        if written is None:
            return None
        items.append(written)
    return f"{properties}[{', '.join(items)}]"


def is_block_possible(layout: Layout, node: Mapping | Sequence) -> bool:
    """Whether the elements of a collection can stand on lines of their own."""
    text = layout.text
    if not text.startswith(("[", "{"), node.content):
        return False
    nodes = parts_of(node)
    if not nodes or any(type(part) is Scalar and part.start == part.end for part in nodes):
        return False
    for part in nodes:
        if (type(part) is Mapping or type(part) is Sequence) and part.flow:
            pair = type(part) is Mapping and not text.startswith("{", part.content)
            if pair or (layout.comments.any_within(part.start, part.end) and not is_block_possible(layout, part)):
                return False
    if type(node) is Mapping:
        for key, _ in node.entries:
            if type(key) not in (Scalar, Alias) or "\n" in text[key.start : key.end] or _is_explicit(layout, key):
                return False
            if not re.compile(_FLOW_COLON).match(text, key.end):
                return False
    return True


_FLOW_COLON = r"[ \t\r\n]*:"


def _is_explicit(layout: Layout, key: Node) -> bool:
    """Whether a question mark stands before a key."""
    return layout.text[max(0, key.start - 80) : key.start].rstrip(" \t\r\n").endswith("?")


def comment_behind(layout: Layout, node: Node, cursor: int) -> re.Match[str] | None:
    """The comment behind a closing bracket, where none stands inside or above: it goes to the first line of the block."""
    if type(node) is Scalar or type(node) is Alias or not node.flow or layout.comments.any_within(cursor, node.end):  # type: ignore[union-attr]
        return None
    return END_COMMENT.match(layout.text, node.end)


def to_block(layout: Layout, node: Mapping | Sequence, cursor: int, column: int, *, after_dash: bool, is_root: bool, spread: bool) -> int:
    """Write a collection in brackets as a block collection. Returns the end of what is laid out."""
    text = layout.text
    behind = comment_behind(layout, node, cursor) if not is_root else None
    spread = spread and type(node) is Mapping
    elements: list[tuple[Node, Node | None]] = (
        [(item, None) for item in node.items] if type(node) is Sequence else list(node.entries)  # type: ignore[union-attr]
    )
    mark = "-" if type(node) is Sequence else ""
    for number, (element, value) in enumerate(elements):
        start = element.start
        if number == 0 and is_root:
            if not read_gap(text, cursor, start, marked=True).is_empty:
                raise UnsupportedLayout(cursor)
            layout.put(cursor, start, mark)
        elif number == 0 and after_dash and behind is None and read_gap(text, cursor, start, marked=True).is_empty:
            layout.put(cursor, start, " " + mark)
        elif number == 0 and behind is not None:
            layout.put(cursor, start, f"  {behind[1].rstrip()}{layout.indents[column]}{mark}")
        else:
            apart = spread and number > 0 and layout.stand_apart(elements[number - 1], elements[number], is_top=is_root)  # type: ignore[arg-type]
            layout.lead(cursor, start, 0, column, first=number == 0, spread=apart, marked=True, mark=mark)
        cursor = _element(layout, element, value, column, spread=is_root and layout.is_services(element))
    cursor = close_flow(layout, cursor, node.end, column, behind)
    # What follows a bracket belongs to what is around it.
    layout.closed = []
    return cursor


def _element(layout: Layout, element: Node, value: Node | None, column: int, *, spread: bool) -> int:
    text = layout.text
    if value is None:
        change = layout.plan.get(id(element))
        if isinstance(change, list) and type(element) is Scalar:
            return layout.replaced_item(element, element.start, change, column)
        return layout.value(element, element.start, column, column, key_width=2, after_dash=True)
    if type(element) is Scalar and (element.style or has_needless_tag(element)):
        layout.key(element)
    colon = re.compile(_FLOW_COLON).match(text, element.end)
    if colon is None:
        raise UnsupportedLayout(element.end)
    layout.put(element.end, colon.end(), " :" if type(element) is Alias else ":")
    return layout.value(value, colon.end(), column, column, key_width=width_before_value(element), after_dash=False, spread=spread)


def close_flow(layout: Layout, start: int, end: int, column: int, behind: re.Match[str] | None) -> int:
    """Take the closing bracket away, and keep the comments before it; the one `behind` it has been written elsewhere.

    Returns the end of what is laid out.
    """
    gap = read_gap(layout.text, start, end, marked=True)
    made = layout.end_comment(gap, start, column)
    for comment in gap.comments:
        made += (layout.newline if comment.blank else "") + layout.indents[column] + comment.text
    layout.put(start, end, made)
    if made or start == layout.comment_end:
        layout.comment_end = end
    if behind is None:
        return end
    layout.put(end, behind.end(), "")
    return behind.end()
