"""Merge one model over another, for override files, extending services and including files.

Source: the specification's 13-merge, and compose-go, override/merge.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.project.deduplicate import key_of_assignment, unique_entries
from composefmt.project.values import Items, Map, ProjectError, frozen, text
from composefmt.project.walk import Table, here, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.compose.patterns import PatternNode
    from composefmt.project.values import Location, Path

    Merger = Callable[["Merge"], object]
    Nodes = tuple[PatternNode[Merger], ...]


class Merge:
    """Two values of one field, `base` and `over`, with their locations."""

    __slots__ = ("base", "base_place", "nodes", "over", "over_place", "path")

    def __init__(
        self, base: object, over: object, path: Path, nodes: Nodes, base_place: Location | None = None, over_place: Location | None = None
    ) -> None:
        self.base = base
        self.over = over
        self.path = path
        self.nodes = nodes
        self.base_place = base_place
        self.over_place = over_place

    def error(self, message: str) -> ProjectError:
        """Return an error at the value that does not fit."""
        return ProjectError(f"{'.'.join(self.path)}: {message}", self.over_place or self.base_place, self.path)


def merge(base: Map, over: Map, path: Path = ()) -> Map:
    """Merge a mapping over another at a path of the model; `base` is changed. Raises ProjectError."""
    nodes = _table().root
    for key in path:
        nodes = step(nodes, key)
    result = _merged(Merge(base, over, path, nodes, base.place, over.place))
    if not isinstance(result, Map):
        raise ProjectError(f"{'.'.join(path)} cannot be merged", over.place, path)
    return result


def _merged(what: Merge) -> object:
    special = here(what.nodes)
    if special is not None:
        return special(what)
    if what.over is None:
        return what.base
    if isinstance(what.base, Map):
        if not isinstance(what.over, Map):
            raise what.error("a mapping cannot be overridden by another type")
        return _mappings(what, what.base, what.over)
    if isinstance(what.base, Items):
        if not isinstance(what.over, Items):
            raise what.error("a list cannot be overridden by another type")
        return _appended(what.base, what.over)
    return what.over


def _mappings(what: Merge, base: Map, over: Map) -> Map:
    for key, value in over.items():
        if key not in base:
            base.take(key, over)
            continue
        place = over.where(key)
        inner = Merge(base[key], value, (*what.path, key), step(what.nodes, key), base.where(key), place)
        result = _merged(inner)
        if result is not inner.base:
            base.put(key, result, place)
    return base


def _appended(base: Items, over: Items) -> Items:
    """Return the items of both lists without duplicates."""
    known = {frozen(value) for value in base}
    for value, place in over.entries():
        key = frozen(value)
        if key not in known:
            known.add(key)
            base.put(value, place)
    return base


def _replaced(what: Merge) -> object:
    return what.over


def _sequence(value: object, place: Location | None) -> Items:
    """Return a value as a list: a mapping as `KEY=VALUE` items in order, a string as one item."""
    if isinstance(value, Items):
        return Items(place, value.entries())
    items = Items(place)
    if isinstance(value, Map):
        for key in sorted(value):
            part = value[key]
            where = value.where(key)
            if part is None:
                items.put(key, where)
            elif isinstance(part, Items):
                for one, at in part.entries():
                    items.put(f"{key}={text(one)}", at)
            else:
                items.put(f"{key}={text(part)}", where)
        # A key such as "A=1" sorts after its value's text.
        order = sorted(range(len(items)), key=lambda index: str(items[index]))
        return Items(place, [(items[index], items.where(index)) for index in order])
    if isinstance(value, str):
        items.put(value, place)
    return items


def _to_sequence(what: Merge) -> object:
    return _appended(_sequence(what.base, what.base_place), _sequence(what.over, what.over_place))


def _assignments(what: Merge) -> object:
    both = _sequence(what.base, what.base_place)
    for value, place in _sequence(what.over, what.over_place).entries():
        both.put(value, place)
    return unique_entries(both, key_of_assignment, what.path)


def _build(what: Merge) -> object:
    return _mappings(what, _as_build(what.base, what.base_place), _as_build(what.over, what.over_place))


def _as_build(value: object, place: Location | None) -> Map:
    if isinstance(value, Map):
        return value
    made = Map(place)
    if isinstance(value, str):
        made.put("context", value, place)
    return made


def _depends_on(what: Merge) -> object:
    return _as_mappings(what, (("condition", "service_started"), ("required", True)))


def _names(what: Merge) -> object:
    return _as_mappings(what, None)


def _as_mappings(what: Merge, defaults: tuple[tuple[str, object], ...] | None) -> object:
    base = _as_mapping(what, what.base, what.base_place, defaults)
    return _mappings(what, base, _as_mapping(what, what.over, what.over_place, defaults))


def _as_mapping(what: Merge, value: object, place: Location | None, defaults: tuple[tuple[str, object], ...] | None) -> Map:
    """Return a value as a mapping: a list of names maps each name to the defaults, or to null."""
    if isinstance(value, Map):
        return value
    names = value.entries() if isinstance(value, Items) else [(value, place)] if isinstance(value, str) else []
    if value is not None and not isinstance(value, (Items, str)):
        raise what.error("must be a mapping or a list of names")
    made = Map(place)
    for name, where in names:
        if not isinstance(name, str):
            raise what.error(f"invalid name {text(name)}")
        part: Map | None = None
        if defaults is not None:
            part = Map(where)
            part.update(defaults)
        made.put(name, part, where)
    return made


def _logging(what: Merge) -> object:
    """Merge logging options only if both name the same driver."""
    base, over = what.base, what.over
    if not isinstance(base, Map) or not isinstance(over, Map):
        raise what.error("must be a mapping")
    if "driver" in base and "driver" in over and base["driver"] != over["driver"]:
        return over
    return _mappings(what, base, over)


def _ulimit(what: Merge) -> object:
    if isinstance(what.base, Map) and isinstance(what.over, Map):
        return _mappings(what, what.base, what.over)
    return what.over


def _pools(what: Merge) -> object:
    """Merge address pools of a network that have the same subnet."""
    if not isinstance(what.base, Items) or not isinstance(what.over, Items):
        raise what.error("must be a list")
    found = Items(what.base_place)
    for pool, place in what.base.entries():
        base = _as_mapping(what, pool, place, None)
        for other, other_place in what.over.entries():
            over = _as_mapping(what, other, other_place, None)
            if over.get("subnet") != base.get("subnet") and _index(found, over.get("subnet")) is None:
                found.put(over, other_place)
                continue
            merged = _mappings(what, base, over)
            index = _index(found, merged.get("subnet"))
            if index is None:
                found.put(merged, place)
            else:
                found[index] = merged
    return found


def _index(pools: Items, subnet: object) -> int | None:
    return next((index for index, pool in enumerate(pools) if isinstance(pool, Map) and pool.get("subnet") == subnet), None)


_RESOURCES: tuple[tuple[str, Merger], ...] = (
    ("networks.*.ipam.config", _pools),
    ("networks.*.labels", _assignments),
    ("volumes.*.labels", _assignments),
    ("secrets.*.labels", _assignments),
    ("configs.*.labels", _assignments),
    ("services.*.deploy.labels", _assignments),
)
_WORKLOADS: tuple[tuple[str, Merger], ...] = (
    ("annotations", _assignments),
    ("build", _build),
    ("build.args", _assignments),
    ("build.additional_contexts", _assignments),
    ("build.extra_hosts", _to_sequence),
    ("build.labels", _assignments),
    ("command", _replaced),
    ("depends_on", _depends_on),
    ("dns", _to_sequence),
    ("dns_opt", _to_sequence),
    ("dns_search", _to_sequence),
    ("entrypoint", _replaced),
    ("env_file", _to_sequence),
    ("label_file", _to_sequence),
    ("environment", _assignments),
    ("extra_hosts", _to_sequence),
    ("healthcheck.test", _replaced),
    ("labels", _assignments),
    ("logging", _logging),
    ("models", _names),
    ("networks", _names),
    ("sysctls", _assignments),
    ("tmpfs", _to_sequence),
    ("ulimits.*", _ulimit),
)


@lru_cache(maxsize=1)
def _table() -> Table[Merger]:
    return Table((*_RESOURCES, *((f"{section}.*.{field}", merger) for section in ("services", "jobs") for field, merger in _WORKLOADS)))
