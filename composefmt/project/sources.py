"""A project's model with the place of each value, which says which of five override files set this port."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.project.values import Items, Map
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from composefmt.project.model import Model
    from composefmt.project.project import Project
    from composefmt.project.values import Path, Place


def with_sources(project: Project) -> Model:
    """The model with each scalar replaced by its `value` and its `source`.

    The source is `file:line:column`, of what stands around it where the value itself is a default, null where nothing does.
    """
    found = _explained(project.model, project.values, None)
    return found if isinstance(found, dict) else {}


def _explained(value: object, written: object, place: Place | None) -> object:
    if isinstance(value, dict):
        return {key: _explained(part, *_inner(written, key, place)) for key, part in value.items()}
    if isinstance(value, list):
        return [_explained(part, *_inner(written, str(index), place)) for index, part in enumerate(value)]
    return {"value": value, "source": None if place is None else shown_place(place)}


def _inner(written: object, key: str, place: Place | None) -> tuple[object, Place | None]:
    """What was written for a key, and where."""
    if isinstance(written, Map) and key in written:
        return written[key], written.where(key) or place
    if isinstance(written, Items):
        if key.isdecimal() and whole_number(key) < len(written):
            return written[int(key)], written.where(int(key)) or place
        for index, item in enumerate(written):
            if isinstance(item, str) and item.partition("=")[0] == key:
                return item, written.where(index) or place
    return None, place


def written_at(values: Map, path: Path) -> Place | None:
    """Where the value at a path of the model was written; what stands around it where that is not known."""
    written: object = values
    place: Place | None = None
    for key in path:
        written, place = _inner(written, key, place)
    return place


def shown_place(place: Place) -> str:
    """`file:line:column`, with the path relative to the working directory where the file is below it."""
    line, column = place.source.position(place.offset)
    return f"{shown_path(place.source.filename)}:{line}:{column}"


def shown_path(path: str) -> str:
    """A path as people write it: relative where it is below the working directory."""
    if not os.path.isabs(path):
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
