"""Flow collections: short ones stay on one line, long ones and those with comments become block collections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.format.quotes import can_get_quotes, is_quoted
from composefmt.format.scalars import has_needless_tag, in_new_quotes, requoted, rewrapped, width_before_value
from composefmt.format.whitespace import END_COMMENT, UnsupportedLayout, read_gap
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, parts_of
from composefmt.syntax.write import flow_text

if TYPE_CHECKING:
    from composefmt.format.values import ValueWriter

# A flow collection that would extend past this column becomes a block collection.
WIDTH = 80


def lay_out_flow(
    layout: ValueWriter,
    node: Mapping | Sequence,
    cursor: int,
    column: int,
    inner: int,
    *,
    key_width: int,
    after_dash: bool = False,
    spread: bool = False,
) -> int:
    """Lay out a flow collection, the value of an element at `column`. Return the offset up to which the text is laid out.

    `inner`: the column of its elements if it becomes a block collection; `spread`: separate them with blank lines;
    `key_width`: the width of the text before it on its line.
    """
    is_root = cursor == node.start and column == inner
    if layout.is_protected(node.start, node.end) or (layout.keep_out and layout.comments.any_within(node.start, node.end)):
        # In a protected region, its comments may have no line to move to.
        return node.end
    line = one_line(layout, node)
    if line is not None:
        # The anchor and the tag have already been laid out.
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


def one_line(layout: ValueWriter, node: Node) -> str | None:
    """Return a value in flow style on one line, None if it does not fit one."""
    if type(node) is Alias:
        return layout.text[node.start : node.end]
    lines = layout.lines
    if id(node) not in lines:
        lines[id(node)] = _one_line(layout, node)
    return lines[id(node)]


def _one_line(layout: ValueWriter, node: Node) -> str | None:
    text = layout.text
    properties = text[node.start : node.content]  # type: ignore[union-attr]
    if type(node) is Scalar:
        raw = text[node.start : node.end]
        if "\n" in raw or "\r" in raw or node.content == node.end:
            return None
        if not node.style or node.tag is not None:
            return raw
        return properties + requoted(text[node.content : node.end], node.value, flow=True, keep=id(node) in layout.quotes.kept)
    if "\n" in properties or _has_sign_between(text, node):  # type: ignore[arg-type]
        return None
    if type(node) is Sequence:
        return _one_line_list(layout, node, properties)
    parts: list[str] = []
    for key, value in node.entries:  # type: ignore[union-attr]
        layout.quotes.keep_free(key, value)
        written, held = "<<" if has_needless_tag(key) else one_line(layout, key), one_line(layout, value)
        if written is None or held is None or _is_explicit(layout, key):
            return None
        parts.append(f"{written}{' ' if type(key) is Alias else ''}: {held}")
    inside = ", ".join(parts)
    # A single pair in a list needs no braces.
    return properties + (f"{{{inside}}}" if text.startswith("{", node.content) else inside)  # type: ignore[union-attr]


def _has_sign_between(text: str, node: Mapping | Sequence) -> bool:
    """Return whether a number sign separates parts of a collection: parsers disagree on which ones start a comment."""
    parts = parts_of(node)
    ends = [node.content, *(part.end for part in parts)]
    starts = [*(part.start for part in parts), node.end]
    return any("#" in text[end:start] for end, start in zip(ends, starts, strict=True))


def _one_line_list(layout: ValueWriter, node: Sequence, properties: str) -> str | None:
    items: list[str] = []
    has_quotes = any(map(is_quoted, node.items))
    for item in node.items:
        change = layout.plan.get(id(item))
        if isinstance(change, list):
            anchor = layout.text[item.start : item.content]  # type: ignore[union-attr]
            items += [anchor + flow_text(entry) for entry in change]
            continue
        written = _quoted_item(layout, item) if has_quotes else one_line(layout, item)
        if written is None:
            return None
        items.append(written)
    return f"{properties}[{', '.join(items)}]"


def _quoted_item(layout: ValueWriter, item: Node) -> str | None:
    """Return an item of a list whose strings are quoted."""
    is_plain = can_get_quotes(item)
    if not is_plain and not is_quoted(item):
        return one_line(layout, item)
    raw = layout.text[item.content : item.end]  # type: ignore[union-attr]
    if "\n" in raw or "\r" in raw or not raw:
        return None
    made = in_new_quotes(item.value) if is_plain else requoted(raw, item.value, flow=True, keep=True)  # type: ignore[union-attr]
    return layout.text[item.start : item.content] + made  # type: ignore[union-attr]


def is_block_possible(layout: ValueWriter, node: Mapping | Sequence) -> bool:
    """Return whether a flow collection can be written in block style."""
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


def _is_explicit(layout: ValueWriter, key: Node) -> bool:
    """Return whether a key is explicit (`? key`)."""
    return layout.text[max(0, key.start - 80) : key.start].rstrip(" \t\r\n").endswith("?")


def closing_comment(layout: ValueWriter, node: Node, cursor: int) -> re.Match[str] | None:
    """Return the comment after the closing bracket if it is the only one: it moves to the first line of the block."""
    if type(node) is Scalar or type(node) is Alias or not node.flow or layout.comments.any_within(cursor, node.end):  # type: ignore[union-attr]
        return None
    return END_COMMENT.match(layout.text, node.end)


def to_block(
    layout: ValueWriter, node: Mapping | Sequence, cursor: int, column: int, *, after_dash: bool, is_root: bool, spread: bool
) -> int:
    """Write a flow collection in block style. Return the offset up to which the text is laid out."""
    text = layout.text
    closing = closing_comment(layout, node, cursor) if not is_root else None
    spread = spread and type(node) is Mapping
    elements: list[tuple[Node, Node | None]] = (
        [(item, None) for item in node.items] if type(node) is Sequence else list(node.entries)  # type: ignore[union-attr]
    )
    mark = "-" if type(node) is Sequence else ""
    if type(node) is Sequence:
        layout.quotes.match(node)
    for number, (element, value) in enumerate(elements):
        start = element.start
        if number == 0 and is_root:
            if not read_gap(text, cursor, start, marked=True).is_empty:
                raise UnsupportedLayout(cursor)
            layout.put(cursor, start, mark)
        elif number == 0 and after_dash and closing is None and read_gap(text, cursor, start, marked=True).is_empty:
            layout.put(cursor, start, " " + mark)
        elif number == 0 and closing is not None:
            layout.put(cursor, start, f"  {closing[1].rstrip()}{layout.indents[column]}{mark}")
        else:
            apart = spread and number > 0 and layout.stand_apart(elements[number - 1], elements[number], is_top=is_root)  # type: ignore[arg-type]
            layout.lead(cursor, start, 0, column, first=number == 0, spread=apart, marked=True, mark=mark)
        cursor = _element(layout, element, value, column, spread=is_root and layout.is_services(element))
    cursor = close_flow(layout, cursor, node.end, column, closing)
    # A comment after the bracket belongs to the enclosing collection.
    layout.closed = []
    return cursor


def _element(layout: ValueWriter, element: Node, value: Node | None, column: int, *, spread: bool) -> int:
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
    layout.quotes.keep_free(element, value)
    layout.put(element.end, colon.end(), " :" if type(element) is Alias else ":")
    return layout.value(value, colon.end(), column, column, key_width=width_before_value(element), after_dash=False, spread=spread)


def close_flow(layout: ValueWriter, start: int, end: int, column: int, closing: re.Match[str] | None) -> int:
    """Remove the closing bracket and keep the comments before it; `closing`, the one after it, is already written elsewhere.

    Return the offset up to which the text is laid out.
    """
    gap = read_gap(layout.text, start, end, marked=True)
    made = layout.end_comment(gap, start, column)
    for comment in gap.comments:
        made += (layout.newline if comment.blank else "") + layout.indents[column] + comment.text
    layout.put(start, end, made)
    if made or start == layout.comment_end:
        layout.comment_end = end
    if closing is None:
        return end
    layout.put(end, closing.end(), "")
    return closing.end()
