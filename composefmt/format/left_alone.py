"""The entries and items that the layout does not support, such as explicit keys (`? key`): they stay, and the rest is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.nodes import Mapping, Node, Sequence, Tree
from composefmt.syntax.source import Span, line_end

if TYPE_CHECKING:
    from collections.abc import Container

# With more of them in one text, the whole text stays.
MOST = 50


class LeftAlone(NamedTuple):
    """An element of a block collection: the id of its key or item, and its span with the text before it and its line break.

    `offset`: the location of what the layout does not support.
    """

    id: int
    span: Span
    offset: int


def innermost(text: str, tree: Tree, offset: int, left: Container[int]) -> LeftAlone | None:
    """Return the innermost element of a block collection that contains an offset and is not left alone yet, None without one.

    `left`: the ids of the elements that already are.
    """
    found: LeftAlone | None = None
    if not tree.documents:
        return None
    node: Node = next((root for root in tree.documents if offset < root.end), tree.documents[-1])
    while (type(node) is Mapping or type(node) is Sequence) and not node.flow:
        parent, elements = node, _elements(node)
        # What precedes an element, such as a question mark, is part of it.
        position = next((i for i, (_, value) in enumerate(elements) if offset < value.end), len(elements) - 1)
        element, node = elements[position]
        if id(element) not in left:
            start = line_end(text, elements[position - 1][1].end) if position else parent.content
            found = LeftAlone(id(element), Span(start, line_end(text, max(element.end, node.end)) + 1), offset)
        if offset < element.start:
            break
    return found


def holds_all(tree: Tree, left: Container[int]) -> bool:
    """Return whether all elements at the top are left alone, so that the text as a whole is."""
    roots = [root for root in tree.documents if type(root) is Mapping or type(root) is Sequence]
    return all(id(element) in left for root in roots for element, _ in _elements(root))


def _elements(node: Mapping | Sequence) -> list[tuple[Node, Node]]:
    """Return the entries of a mapping, or each item of a list twice."""
    return node.entries if type(node) is Mapping else [(item, item) for item in node.items]  # type: ignore[union-attr]
