"""The name or value at an offset of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.references import ANCHORS, Name
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve

if TYPE_CHECKING:
    from composefmt.compose.file import Path
    from composefmt.syntax.nodes import Tree

# The nesting of shared values that is followed.
_MAX_STEPS = 5


def name_at(found: list[Name], offset: int) -> Name | None:
    """Return the name at an offset (its end included)."""
    return next((name for name in found if name.span.start <= offset <= name.span.end), None)


def same(found: list[Name], wanted: Name) -> list[Name]:
    """Return all locations that refer to the same thing as one of them."""
    if wanted.section == ANCHORS:
        return [name for name in found if name.section == ANCHORS and name.node is wanted.node]
    return [name for name in found if name.section == wanted.section and name.text == wanted.text]


def path_at(roots: list[Node], offset: int) -> tuple[Path, list[Node]]:
    """Return the path of the innermost key or value at an offset, and the nodes on the way to it, itself last."""
    path: list[str | int] = []
    way: list[Node] = []
    current = next((node for node in roots if node.start <= offset <= node.end), None)
    while current is not None:
        way.append(current)
        following: Node | None = None
        if type(current) is Sequence:
            for index, item in enumerate(current.items):
                if item.start <= offset <= item.end:
                    path.append(index)
                    following = item
                    break
        elif type(current) is Mapping:
            for key, value in current.entries:
                on_key = key.start <= offset <= key.end
                if on_key or value.start <= offset <= value.end:
                    path.append(resolve(key).value if type(resolve(key)) is Scalar else "")  # type: ignore[union-attr]
                    following = key if on_key else value
                    break
            if following is not None and any(following is key for key, _ in current.entries):
                way.append(following)
                break
        current = following
    return tuple(path), way


def used_path(tree: Tree, path: Path, way: list[Node]) -> Path:
    """Return the path at which a value is used: that of the first alias or merge key for a value of an `x-` field."""
    for _ in range(_MAX_STEPS):
        found = next(
            ((depth, alias) for depth, node in enumerate(way) for alias in tree.aliases if path and alias.target is node),
            None,
        )
        if found is None or not str(path[0]).startswith("x-"):
            break
        depth, alias = found
        place, way_there = path_at(tree.documents, alias.start)
        if "<<" in place:
            place = place[: place.index("<<")]
            way_there = way_there[: len(place) + 1]
        path, way = (*place, *path[depth:]), [*way_there, *way[depth + 1 :]]
    return path
