"""The elements that comments belong to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.comments import comments
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.nodes import Tree

# Keys by their names, items by what they hold: an index changes when another item is removed.
KeyPath = tuple[object, ...]


class Owned(NamedTuple):
    """The comments of a text with their owners, in order, and the paths of all elements."""

    comments: list[tuple[str, KeyPath]]
    paths: set[KeyPath]


def owned_comments(text: str, tree: Tree) -> Owned:
    """Return each comment with its owner.

    The owner is the first element that starts on its line, or else the next element; a comment indented deeper than that
    belongs to the element above it. The comments at the top of the file have the owner `()`.
    """
    elements = sorted((element for document in tree.documents for element in _elements(document, ())), key=lambda one: one[0])
    starts = [start for start, _ in elements]
    owned = [(text[start:end], _owner(text, start, elements, starts)) for start, end in comments(text, tree)]
    return Owned(owned, {path for _, path in elements})


def _elements(node: Node, path: KeyPath) -> Iterator[tuple[int, KeyPath]]:
    """Yield the start and the path of every entry and item."""
    stack = [(node, path)]
    while stack:
        node, path = stack.pop()
        children: list[tuple[Node, Node, object]] = []
        if type(node) is Mapping:
            children = [(key, value, key_text(key)) for key, value in node.entries]
        elif type(node) is Sequence:
            children = [(item, item, ("-", _content(item))) for item in node.items]
        for first, value, name in children:
            yield first.start, (*path, name)
            stack.append((value, (*path, name)))


def _content(node: Node) -> object:
    """Return what identifies an item: its value, or the first entry of a mapping."""
    if type(node) is Scalar:
        return node.value
    if type(node) is Mapping and node.entries:
        key, value = node.entries[0]
        return key_text(key), _content(value) if type(value) is Scalar else None
    return None


def _owner(text: str, start: int, elements: list[tuple[int, KeyPath]], starts: list[int]) -> KeyPath:
    line = text.rfind("\n", 0, start) + 1
    following = bisect_right(starts, start)
    if not following:
        return ()
    column = _column(text, start)
    first = bisect_left(starts, line)
    if first < following:
        return elements[first][1]
    if following < len(starts) and not text[line:start].strip() and column <= _column(text, starts[following]):
        return elements[following][1]
    above = following - 1
    while above and _column(text, starts[above]) > column:
        above -= 1
    return elements[above][1]


def _column(text: str, offset: int) -> int:
    """Return the column of the first character of a line that is not a space, from 0."""
    line = text.rfind("\n", 0, offset) + 1
    return len(text[line:offset]) - len(text[line:offset].lstrip(" "))
