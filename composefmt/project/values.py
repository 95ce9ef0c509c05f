"""Values of a project: mappings and lists that record the file and offset of each value.

For readers they are ordinary dictionaries and lists. Writing `mapping[key] = value` keeps the key's location; `put` and
`take` set a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from composefmt.syntax.source import Source

Path = tuple[str, ...]


class Location(NamedTuple):
    """The location of a value: its file's source and the offset in it; `key` is the offset of its key, -1 without one."""

    source: Source
    offset: int
    key: int = -1

    def __str__(self) -> str:
        """`file:line:column`."""
        line, column = self.source.position(self.offset)
        return f"{self.source.filename}:{line}:{column}"


class ProjectError(Exception):
    """The project cannot be loaded: the problem, and its location in a file if it is known.

    `path` is the path of the value in the model, by which the location can be found.
    """

    def __init__(self, message: str, place: Location | None = None, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.path = path

    def __str__(self) -> str:
        """Return the message on one line, after the location if it is known."""
        return f"{self.place}: {self.message}" if self.place else self.message


class Unreachable(ProjectError):
    """A file of the project is missing, cannot be read, or is remote."""


class Map(dict[str, object]):
    """A mapping; `place` is its own location, `places` the locations of its values by key."""

    __slots__ = ("place", "places")

    def __init__(self, place: Location | None = None) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Location | None] = {}

    def put(self, key: str, value: object, place: Location | None) -> None:
        """Set a key to a value written at a location."""
        self[key] = value
        self.places[key] = place

    def take(self, key: str, other: Map) -> None:
        """Set a key to its value in another mapping."""
        self.put(key, other[key], other.where(key))

    def where(self, key: str) -> Location | None:
        """Return the location of a key's value; the mapping's if it is unknown."""
        return self.places.get(key) or self.place


class Items(list[object]):
    """A list; `place` is its own location, `places` the locations of its items."""

    __slots__ = ("place", "places")

    def __init__(self, place: Location | None = None, entries: Iterable[tuple[object, Location | None]] = ()) -> None:
        super().__init__()
        self.place = place
        self.places: list[Location | None] = []
        for value, where in entries:
            self.put(value, where)

    def put(self, value: object, place: Location | None) -> None:
        """Append an item written at a location."""
        self.append(value)
        self.places.append(place)

    def where(self, index: int) -> Location | None:
        """Return the location of an item; the list's if it is unknown."""
        return (self.places[index] if index < len(self.places) else None) or self.place

    def entries(self) -> Iterable[tuple[object, Location | None]]:
        """Yield the items with their locations."""
        return [(value, self.where(index)) for index, value in enumerate(self)]


def make(place: Location | None, **entries: object) -> Map:
    """Return a mapping whose values all have one location."""
    made = Map(place)
    made.update(entries)
    return made


def clone(value: object) -> object:
    """Return a deep copy of a value, including locations."""
    if isinstance(value, Map):
        copy = Map(value.place)
        copy.places = value.places.copy()
        for key, part in value.items():
            copy[key] = clone(part) if isinstance(part, (Map, Items)) else part
        return copy
    if isinstance(value, Items):
        items = Items(value.place)
        items.places = value.places.copy()
        items.extend(clone(part) if isinstance(part, (Map, Items)) else part for part in value)
        return items
    return value


def plain(value: object, *, escaped: bool = False) -> object:
    """Return the value as ordinary dictionaries and lists. `escaped`: with literal dollar signs doubled, as in a file."""
    if isinstance(value, dict):
        return {key: plain(part, escaped=escaped) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part, escaped=escaped) for part in value]
    return value.replace("$", "$$") if escaped and type(value) is str and "$" in value else value


def same(one: object, other: object) -> bool:
    """Return whether two values are equal and of the same types: 80 differs from "80", and 1 from true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def frozen(value: object) -> Hashable:
    """Return a hashable equivalent of the value: equal for equal values of the same types."""
    if isinstance(value, dict):
        return (dict, frozenset((key, frozen(part)) for key, part in value.items()))
    if isinstance(value, list):
        return (list, tuple(map(frozen, value)))
    return (type(value), value)


def child(value: object, key: str) -> Map | None:
    """Return the mapping at a key of a mapping; None if it is absent."""
    found = value.get(key) if isinstance(value, Map) else None
    return found if isinstance(found, Map) else None


def children(value: object, key: str) -> list[tuple[str, Map]]:
    """Yield the names and values at a key that are mappings: `children(model, "services")`."""
    section = child(value, key)
    return [(name, part) for name, part in section.items() if isinstance(part, Map)] if section is not None else []


def place_of(model: object, path: Path) -> Location | None:
    """Return the location of the value at a path; of its nearest parent if it is unknown."""
    place = model.place if isinstance(model, (Map, Items)) else None
    for part in path:
        if isinstance(model, Map) and part in model:
            place = model.where(part) or place
            model = model[part]
        elif isinstance(model, Items) and part.isdecimal() and whole_number(part) < len(model):
            place = model.where(int(part)) or place
            model = model[int(part)]
        else:
            break
    return place


def text(value: object) -> str:
    """Return a scalar as Docker Compose converts it to a string: `true`, `1.5`, `1e+10`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    return "" if value is None else str(value)


def _float_text(value: float) -> str:
    """Return the shortest digits that identify a number, with an exponent below 1e-4 and from 1e6 on, as Go prints it."""
    special = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}.get(str(value))
    if special is not None:
        return special
    from decimal import Decimal

    number = Decimal(repr(value)).normalize()
    sign, digits, _ = number.as_tuple()
    power = number.adjusted()
    if not value or -5 < power < 6:
        return format(number, "f")
    shown = "".join(map(str, digits))
    fraction = f".{shown[1:]}" if len(shown) > 1 else ""
    return f"{'-' * sign}{shown[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
