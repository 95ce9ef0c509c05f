"""Tables from path patterns such as `services.*.ports` to functions, and the walk that applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from composefmt.compose.patterns import PatternNode
from composefmt.project.values import Items, Map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from composefmt.project.values import Location, Path

Value = TypeVar("Value")

# The patterns of containers, and of everything that runs one (compose-go, transform/canonical.go).
CONTAINERS = ("services.*", "jobs.*", "services.*.pre_start.*")
WORKLOADS = ("services.*", "jobs.*")

# The name of a list item in the paths that patterns match.
ITEM = "[]"


class Table(Generic[Value]):
    """What is registered for path patterns, to be followed key by key."""

    __slots__ = ("root",)

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        self.root: tuple[PatternNode[Value], ...] = (PatternNode(),)
        for pattern, value in entries:
            self.root[0].add(pattern, value)

    def at(self, path: Path) -> Value | None:
        """Return what is registered for a path."""
        nodes = self.root
        for key in path:
            nodes = step(nodes, key)
        return here(nodes)


def step(nodes: tuple[PatternNode[Value], ...], key: str) -> tuple[PatternNode[Value], ...]:
    """Return the pattern nodes that a key leads to; () if it leads nowhere."""
    if len(nodes) == 1:
        node = nodes[0]
        found = node.keys.get(key)
        if node.any is None:
            return (found,) if found is not None else ()
        return (node.any,) if found is None else (found, node.any)
    return tuple(place for node in nodes for place in (node.keys.get(key), node.any) if place is not None)


def here(nodes: tuple[PatternNode[Value], ...]) -> Value | None:
    """Return what is registered at some pattern nodes."""
    for node in nodes:
        if node.here:
            return node.here[0]
    return None


class Spot:
    """A value during a walk: its path and its location. `uninterpolated`: variables were not replaced."""

    __slots__ = ("path", "place", "uninterpolated")

    def __init__(self, path: Path, place: Location | None, *, uninterpolated: bool = False) -> None:
        self.path = path
        self.place = place
        self.uninterpolated = uninterpolated

    def hides(self, value: str) -> bool:
        """Return whether a string holds an unreplaced variable, which may be anything."""
        return self.uninterpolated and "$" in value


Rewrite = "Callable[[object, Spot], object]"


def rewrite(model: Map, table: Table[Callable[[object, Spot], object]], *, uninterpolated: bool = False) -> None:
    """Replace each value that the table names by the result of its function, then descend into the new value.

    `uninterpolated`: variables were not replaced.
    """
    _rewrite_map(model, table.root, Spot((), None, uninterpolated=uninterpolated))


def _rewrite_map(value: Map, nodes: tuple[PatternNode[Callable[[object, Spot], object]], ...], spot: Spot) -> None:
    for key in list(value):
        inner = step(nodes, key)
        if inner:
            value[key] = _rewritten(value[key], inner, Spot((*spot.path, key), value.where(key), uninterpolated=spot.uninterpolated))


def _rewritten(value: object, nodes: tuple[PatternNode[Callable[[object, Spot], object]], ...], spot: Spot) -> object:
    function = here(nodes)
    if function is not None:
        value = function(value, spot)
    if isinstance(value, Map):
        _rewrite_map(value, nodes, spot)
    elif isinstance(value, Items):
        inner = step(nodes, ITEM)
        if inner:
            for index, item in enumerate(value):
                value[index] = _rewritten(
                    item, inner, Spot((*spot.path, str(index)), value.where(index), uninterpolated=spot.uninterpolated)
                )
    return value
