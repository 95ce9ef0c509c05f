"""Find the place of a path in the documents of a text: through aliases and merge keys, with what was crossed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.edit.errors import EditError, MissingPath
from composefmt.edit.forms import index_of_name
from composefmt.edit.paths import ANY, Exact, Path, Selection, shown
from composefmt.edit.places import Crossing, Found, PathEnd, Place
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.values import is_merge_key, key_text, merged_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.edit.forms import Forms
    from composefmt.syntax.nodes import Tree


def locate(tree: Tree, path: Exact, forms: Forms) -> Found:
    """Return the place of a path: in the last document that has it, else where most of it exists."""
    best: Found = PathEnd(0, None)
    for root in reversed(tree.documents):
        found = _walk(root, path, forms)
        if isinstance(found, Place):
            return found
        if isinstance(best, PathEnd) and (found.depth > best.depth or best.node is None):
            best = found
    return best


def locate_all(tree: Tree, path: Exact, forms: Forms) -> list[Node]:
    """Return the values at a path in all documents that have it, aliases followed."""
    found = [_walk(root, path, forms) for root in tree.documents]
    return [resolve(place.node) for place in found if isinstance(place, Place)]


def _walk(root: Node, path: Exact, forms: Forms) -> Found:
    place = Place(None, 0, root)
    for depth, part in enumerate(path):
        if place.inside:
            place = place._replace(inside=(*place.inside, part))
            continue
        crossings, node = place.crossings, place.node
        if type(node) is Alias:
            crossings = (*crossings, Crossing(node, node.target, is_merge=False))
        node = resolve(node)
        following = _entry(node, str(part), crossings) if type(node) is Mapping else None
        if type(node) is Sequence:
            following = _item(node, part, path[:depth], forms, crossings)
        elif type(node) is Scalar and forms.has_parts(path[:depth], node) and isinstance(part, str):
            following = Place(place.holder, place.number, node, crossings, (part,))
        if following is None:
            return PathEnd(depth, node, crossings)
        place = following
    if place.inside and not forms.has_inside(path, place):
        return PathEnd(len(path) - 1, place.node, place.crossings)
    return place


def _entry(node: Mapping, key: str, crossings: tuple[Crossing, ...]) -> Place | None:
    """Return the place of a key: of the mapping itself, else of what it merges."""
    own = [index for index, (name, _) in enumerate(node.entries) if key_text(name) == key and not is_merge_key(name)]
    if len(own) > 1:
        raise EditError(f'duplicate key "{key}"', "remove one of the two first")
    if own:
        return Place(node, own[0], node.entries[own[0]][1], crossings)
    for name, value in node.entries:
        if not is_merge_key(name):
            continue
        target = resolve(value)
        for item in target.items if type(target) is Sequence else [target]:
            source = resolve(item)
            if type(source) is Mapping:
                found = _entry(source, key, (*crossings, Crossing(name, source, is_merge=True)))
                if found is not None:
                    return found
    return None


def _item(node: Sequence, part: str | int, path: Exact, forms: Forms, crossings: tuple[Crossing, ...]) -> Place | None:
    if isinstance(part, int) or (part.isdecimal() and len(part) < 9):
        index = int(part) if int(part) >= 0 else len(node.items) + int(part)
        return Place(node, index, node.items[index], crossings) if 0 <= index < len(node.items) else None
    number = index_of_name(node, part, forms.of(path))
    return None if number is None else Place(node, number, node.items[number], crossings, (part,))


def expand(tree: Tree, path: Path, forms: Forms, *, exact: bool = False) -> list[Exact]:
    """Return the paths that a path with `*` and selections means. Raises MissingPath if a selection finds nothing.

    `exact`: paths to values that do not exist are omitted, as long as one exists.
    """
    made: list[Exact] = [()]
    for number, part in enumerate(path):
        if isinstance(part, (str, int)):
            made = [(*one, part) for one in made]
            continue
        before = made
        made = [longer for one in before for longer in _chosen(tree, one, part, forms)]
        if not made:
            where = shown(before[0]) if before else "the file"
            what = f"item {shown((part,))}" if isinstance(part, Selection) else "element"
            raise MissingPath(f"{where or 'the file'} has no {what}", _selectable(tree, before, forms), missing=shown(path[: number + 1]))
    if exact and any(not isinstance(part, (str, int)) for part in path):
        made = [one for one in made if isinstance(locate(tree, one, forms), Place)] or made
    return [_normal(tree, one, forms) for one in made]


def _normal(tree: Tree, path: Exact, forms: Forms) -> Exact:
    """Return a path with indexes counted from the start."""
    made: list[str | int] = []
    for part in path:
        if isinstance(part, int) and part < 0:
            found = locate(tree, (*made, part), forms)
            made.append(found.number if isinstance(found, Place) else part)
        else:
            made.append(part)
    return tuple(made)


def _chosen(tree: Tree, path: Exact, part: object, forms: Forms) -> Iterator[Exact]:
    found = locate(tree, path, forms) if path else Place(None, 0, tree.documents[-1]) if tree.documents else PathEnd(0, None)
    if isinstance(found, PathEnd) or found.inside:
        return
    node = resolve(found.node)
    if isinstance(part, Selection):
        for index, canonical in enumerate(forms.canonical_items(path, node) if type(node) is Sequence else []):
            if any(part.wanted == tuple((key, forms.text(one.get(key))) for key, _ in part.wanted) for one in canonical):
                yield (*path, index)
    elif type(node) is Sequence:
        yield from ((*path, index) for index in range(len(node.items)))
    elif type(node) is Mapping and part is ANY:
        yield from ((*path, key) for key in merged_entries(node) if not key.startswith("x-"))


def _selectable(tree: Tree, paths: list[Exact], forms: Forms) -> str:
    """Return the values by which the items of a list could be selected, as advice."""
    for path in paths:
        found = locate(tree, path, forms)
        node = resolve(found.node) if isinstance(found, Place) else None
        if type(node) is Sequence:
            texts = [item.value if type(item) is Scalar else "" for item in map(resolve, node.items)]
            shown_items = ", ".join(f'"{text}"' for text in texts if text)
            return f"its items are {shown_items}" if shown_items else ""
    return ""


def is_empty(node: Node) -> bool:
    """Return whether a node has no value, so that it may become a mapping or a list."""
    return type(node) is Scalar and scalar_value(node) is None
