"""The effective tree of a project: what Docker Compose merges from its files, as nodes that point into those files.

The loader merges the values, which know where they are written; here they become nodes again. A value that no other file
changes stays the node that was written, short form, anchors and all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.values import Items, Location, Map, Unreachable
from composefmt.syntax.fileset import MADE, FileSet, Member
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.values import merged_entries

if TYPE_CHECKING:
    from composefmt.project.loaded import LoadedProject


class Effective(NamedTuple):
    """A merged project: its files with their paths, its root, and the files that cannot be reached."""

    files: FileSet
    paths: tuple[str, ...]
    root: Mapping
    gaps: tuple[Unreachable, ...]


def effective_of(project: LoadedProject) -> Effective:
    """Return a project as one tree."""
    files = FileSet()
    for source, tree in project.files.parsed.values():
        files.add(source, tree)
    return Effective(files, project.paths, _Nodes(files).root(project.model), tuple(project.gaps))


class _Index:
    """The nodes of one file by the offset in that file at which their content starts: values, and keys."""

    __slots__ = ("keys", "values")

    def __init__(self, member: Member) -> None:
        self.values: dict[int, Scalar | Sequence | Mapping] = {}
        self.keys: dict[int, Scalar] = {}
        start = member.start
        stack = list(member.tree.documents)
        while stack:
            node = stack.pop()
            if type(node) is Alias:
                continue
            self.values[resolve(node).content - start] = resolve(node)
            if type(node) is Sequence:
                stack += node.items
            elif type(node) is Mapping:
                for key, value in node.entries:
                    target = resolve(key)
                    if type(target) is Scalar:
                        self.keys[target.content - start] = target
                    stack.append(value)


class _Nodes:
    """Makes nodes of merged values."""

    def __init__(self, files: FileSet) -> None:
        self.indexes = {id(member.source): _Index(member) for member in files.members}
        self.first = files.members[0].tree.documents[0] if files.members and files.members[0].tree.documents else None
        self.merged: dict[int, dict[str, tuple[Node, Node]]] = {}

    def root(self, model: Map) -> Mapping:
        return self.mapping(model, self.first)

    def written(self, place: Location | None) -> Scalar | Sequence | Mapping | None:
        """Return the node that is written at a place."""
        index = self.indexes.get(id(place.source)) if place is not None else None
        return index.values.get(place.offset) if index is not None and place is not None else None

    def value(self, value: object, place: Location | None) -> Node:
        """Return the node of a value: as written at its place, or a new one that joins several."""
        own = value.place if isinstance(value, (Map, Items)) and value.place is not None else place
        node = self.written(own)
        if isinstance(value, Map):
            if node is not None and (_is_whole(value, own) or self.is_list_of(value, node)):
                return node
            return self.mapping(value, node)
        if isinstance(value, Items):
            if type(node) is Scalar and all(each == own for each in value.places):
                return node
            return self.sequence(value, node)
        return node if node is not None else _text("" if value is None else str(value), None)

    def is_list_of(self, value: Map, node: Node) -> bool:
        """Return whether a mapping is the merged form of one whole list of names or assignments."""
        if type(node) is not Sequence or len(value.places) != len(node.items):
            return False
        items = {id(resolve(item)) for item in node.items}
        return all(id(self.written(each)) in items for each in value.places.values())

    def mapping(self, value: Map, node: Node | None, start: int = 0) -> Mapping:
        """Return the node of a mapping that is written at a node, if that is unchanged, or a new one; without a node, at `start`."""
        entries = [self.entry(name, part, value.places[name]) for name, part in value.items() if value.places.get(name) is not None]
        if type(node) is Mapping:
            written = list(merged_entries(node, self.merged).values())
            if len(written) == len(entries) and all(_is_same(*both) for both in zip(written, entries, strict=True)):
                return node
        start, end = _extent(node, start)
        made = Mapping(start, start, MADE, None, flow=True)
        made.end = end
        made.entries = entries
        return made

    def entry(self, name: str, part: object, place: Location | None) -> tuple[Node, Node]:
        index = self.indexes.get(id(place.source)) if place is not None else None
        key: Node | None = index.keys.get(place.key) if index is not None and place is not None else None
        item = self.written(place)
        if key is None:
            # An item of a list of names or assignments.
            key = item if type(item) is Scalar and item.value == name else _text(name, item)
            if isinstance(part, Map):
                return key, self.mapping(part, None, item.end if item is not None else 0)
            return key, _text("" if part is None else str(part), item)
        if type(key) is Scalar and key.value != name:
            key = _text(name, key)
        return key, self.value(part, place)

    def sequence(self, value: Items, node: Node | None) -> Node:
        places = list(value.places)
        if places and all(place is not None and place.key >= 0 and type(part) is str for part, place in zip(value, places, strict=True)):
            return self.assignments(value, node)
        items: list[Node] = []
        for part, place in zip(value, places, strict=True):
            item = self.value(part, place) if place is None or place.key < 0 or type(part) is not str else _text(part, self.written(place))
            # A range of ports has become several values.
            if not items or items[-1] is not item:
                items.append(item)
        if (
            type(node) is Sequence
            and len(items) == len(node.items)
            and all(a is resolve(b) for a, b in zip(items, node.items, strict=True))
        ):
            return node
        start, end = _extent(node)
        made = Sequence(start, start, MADE, None, flow=True)
        made.end = end
        made.items = items
        return made

    def assignments(self, value: Items, node: Node | None) -> Node:
        """Return a list of `KEY=VALUE` as a mapping."""
        made = Map(value.place)
        for part, place in value.entries():
            made.put(str(part).partition("=")[0], str(part).partition("=")[2], place)
        if type(node) is Mapping:
            # The list is sorted, the mapping is not.
            order = {name: at for at, name in enumerate(merged_entries(node, self.merged))}
            ordered = Map(value.place)
            for name in sorted(made, key=lambda name: order.get(name, len(order))):
                ordered.take(name, made)
            made = ordered
        return self.mapping(made, node)


def _extent(node: Node | None, start: int = 0) -> tuple[int, int]:
    """Return where a node starts and ends; without one, an empty range."""
    return (node.start, node.end) if node is not None else (start, start)


def _is_whole(value: Map, own: Location | None) -> bool:
    """Return whether all of a mapping is written at one place, in short form."""
    return not value.places or (own is not None and all(_is_at(place, own) for place in value.places.values()))


def _is_at(place: Location | None, own: Location) -> bool:
    return place is not None and place.source is own.source and place.offset == own.offset


def _is_same(written: tuple[Node, Node], made: tuple[Node, Node]) -> bool:
    return resolve(written[0]) is made[0] and resolve(written[1]) is made[1]


def _text(value: str, at: Node | None) -> Scalar:
    """Return a scalar that is not written like this; it points at a node."""
    if at is None or type(at) is Alias:
        return Scalar(0, 0, 0, MADE, None, value, "'")
    node = resolve(at)
    return Scalar(node.start, node.end, node.content, MADE, None, value, "'" if value else "")
