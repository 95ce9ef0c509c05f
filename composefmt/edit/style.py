"""The style of the neighbors of a value: flow or block, quotes, indentation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from composefmt.edit.rendering import Look, needs_no_quotes
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.values import key_text

# Lists of words, which most authors write in flow style.
_WORDS = frozenset({"command", "entrypoint", "test"})

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.edit.layout import NodeLayout
    from composefmt.edit.paths import Exact


def look_of(layout: NodeLayout, holder: Node | None, path: Exact, but: Node | None = None) -> Look:
    """Return the look of a new value at a path in a collection, the `holder`, or of one that replaces `but`."""
    neighbors = [node for node in _values(holder) if node is not but]
    quotes, always = _quotes(neighbors)
    key_quotes, keys_always = _quotes([key for key, _ in holder.entries] if type(holder) is Mapping else [])
    step, dash = _indentation(layout, holder)
    lists, mappings = (_is_flow(layout, holder, path, but, kind) for kind in (Sequence, Mapping))
    if lists is None and path and path[-1] in _WORDS:
        lists, words = True, True
    else:
        words = False
    key_quotes = key_quotes if keys_always else ""
    return Look(quotes, always, key_quotes, bool(lists), bool(mappings), step, dash, _gap(layout, holder), words=words)


def _values(holder: Node | None) -> list[Node]:
    if type(holder) is Mapping:
        return [value for _, value in holder.entries]
    return holder.items if type(holder) is Sequence else []


def _quotes(neighbors: Iterable[Node]) -> tuple[str, bool]:
    """Return the quotes that strings have, and whether those have them that need none."""
    strings = [node for node in neighbors if type(node) is Scalar and isinstance(scalar_value(node), str) and node.value]
    quotes = {node.style for node in strings if node.style in ("'", '"')}
    if len(quotes) != 1:
        return "", False
    always = all(node.style in ("'", '"', "|", ">") for node in strings) and any(needs_no_quotes(node.value) for node in strings)
    return quotes.pop(), always


def _is_flow(layout: NodeLayout, holder: Node | None, path: Exact, but: Node | None, kind: type) -> bool | None:
    """Return whether a collection of a kind is in flow style here: the old one, else that of other services, else the neighbors.

    None without any of them.
    """
    same = _filled([but] if but is not None else [], kind) or _filled(namesakes(layout, path), kind)
    if not same and (type(holder) is Sequence or len(path) == 2):
        # Elements of a list or a section are alike; the fields of a service are not.
        same = _filled(_values(holder), kind)
    return all(node.flow for node in same) if same else None


def _filled(nodes: Iterable[Node], kind: type) -> list[Mapping | Sequence]:
    """Return the collections of a kind that are not empty."""
    return [node for node in nodes if type(node) is kind and _values(node)]  # type: ignore[misc]


def namesakes(layout: NodeLayout, path: Exact) -> list[Node]:
    """Return the values of the same field in the other elements of a section: the `ports` of other services."""
    if len(path) < 3 or not all(isinstance(part, str) for part in path):
        return []
    found: list[Node] = []
    for root in layout.tree.documents:
        for element in map(resolve, _values(_child(root, path[0]))):
            node: Node | None = element
            for part in path[2:]:
                node = _child(node, part)
            if node is not None:
                found.append(node)
    return found


def _child(node: Node | None, part: str | int) -> Node | None:
    entries = node.entries if type(node) is Mapping else []
    return next((resolve(value) for key, value in entries if key_text(key) == part), None)


def _indentation(layout: NodeLayout, holder: Node | None) -> tuple[int, int]:
    """Return by how much mappings and lists are indented: in the collection itself, else in most of the file."""
    own = _steps(layout, [holder] if holder is not None else [])
    if not own[0] or not own[1]:
        whole = _steps(layout, layout.tree.documents, deep=True)
        own = (own[0] or whole[0], own[1] or whole[1])
    step, dash = ((counter.most_common(1) or [(2, 0)])[0][0] for counter in own)
    return step, dash


def _steps(layout: NodeLayout, nodes: Iterable[Node], *, deep: bool = False) -> tuple[Counter[int], Counter[int]]:
    """Count the indentations of block mappings and of block lists below the keys of mappings; `deep`: on all levels."""
    found: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    stack = list(nodes)
    while stack:
        node = stack.pop()
        for value in _values(node) if type(node) is Mapping and not node.flow else ():
            if type(value) in (Mapping, Sequence) and not value.flow and _values(value):  # type: ignore[union-attr]
                found[type(value) is Sequence][layout.column(value.content) - layout.column(node.content)] += 1  # type: ignore[union-attr]
        if deep:
            stack += _values(node)
    return found


def _gap(layout: NodeLayout, holder: Node | None) -> str:
    """Return the text between the dashes of a block list and its items."""
    if type(holder) is not Sequence or holder.flow or not holder.items:
        return " "
    between = layout.text[layout.dash(holder, len(holder.items) - 1) + 1 : holder.items[-1].start]
    return between if between.strip(" ") == "" and between else " "
