"""Print a model with the location of each value, which shows which of five override files sets a port."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.project.values import Items, Map
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from composefmt.project.model import Model
    from composefmt.project.values import Location, Path


def with_sources(model: Model, values: Map) -> Model:
    """Return the model made from some values with each scalar replaced by its `value` and its `source`.

    The source is `file:line:column`, of the parent for a default value, null if nothing is written.
    """
    found = _explained(model, values, None)
    return found if isinstance(found, dict) else {}


def _explained(value: object, written: object, place: Location | None) -> object:
    if isinstance(value, dict):
        return {key: _explained(part, *_inner(written, key, place)) for key, part in value.items()}
    if isinstance(value, list):
        return [_explained(part, *_inner(written, str(index), place)) for index, part in enumerate(value)]
    return {"value": value, "source": None if place is None else shown_place(place)}


def _inner(written: object, key: str, place: Location | None) -> tuple[object, Location | None]:
    """Return the location of a key's value."""
    if isinstance(written, Map) and key in written:
        return written[key], written.where(key) or place
    if isinstance(written, Items):
        if key.isdecimal() and whole_number(key) < len(written):
            return written[int(key)], written.where(int(key)) or place
        for index, item in enumerate(written):
            if isinstance(item, str) and item.partition("=")[0] == key:
                return item, written.where(index) or place
    return None, place


def written_at(values: Map, path: Path) -> Location | None:
    """Return where the value at a path of the model is written; the location of its parent if that is unknown."""
    written: object = values
    place: Location | None = None
    for key in path:
        written, place = _inner(written, key, place)
    return place


def files_of(values: Map) -> set[str]:
    """Return the paths of the files in which some values are written."""
    found: set[str] = set()
    pending: list[object] = [values]
    while pending:
        value = pending.pop()
        if isinstance(value, (Map, Items)):
            places = value.places.values() if isinstance(value, Map) else value.places
            found.update(place.source.filename for place in (value.place, *places) if place is not None)
            pending += value.values() if isinstance(value, Map) else value
    return found


def shown_place(place: Location) -> str:
    """Return `file:line:column`, with a relative path if the file is below the working directory."""
    line, column = place.source.position(place.offset)
    return f"{shown_path(place.source.filename)}:{line}:{column}"


def shown_path(path: str) -> str:
    """Return a path, relative if it is below the working directory."""
    if not os.path.isabs(path):
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
