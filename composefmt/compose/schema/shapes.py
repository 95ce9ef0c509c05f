"""What may stand where in a Compose file: the schema as tables, made from it by `tools/update_schema.py`."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import NamedTuple, TypedDict


class Number(TypedDict, total=False):
    """Numbers that fit: `whole` ones only, from `min` to `max`, both included; `written` as whole ones of 64 bits, 1.0 does not do."""

    whole: bool
    written: bool
    min: float
    max: float


class Text(TypedDict, total=False):
    """Texts that fit: one of `enum`, holding `pattern`, or of a `format` (see formats.py) and within the `bounds` of numbers."""

    enum: list[str]
    pattern: str
    format: str
    bounds: Number


class List(TypedDict, total=False):
    """Lists whose items have the shape of that number, and are all different where `unique`."""

    items: int
    unique: bool


class Map(TypedDict, total=False):
    """Mappings with these keys, and others whose names hold a pattern; each with the number of its value's shape.

    A `closed` one takes no other keys; where it `ignores` them the reference loads the file without a word.
    """

    keys: dict[str, int]
    names: list[tuple[str, int]]
    closed: bool
    ignores: bool
    required: list[str]
    one_required: list[str]


Shape = TypedDict(  # noqa: UP013 - as a class, its names would hide the types
    "Shape",
    {"any": bool, "null": bool, "bool": bool, "number": Number, "text": Text, "time": bool, "list": List, "map": Map},
    total=False,
)
"""What a place takes, by the kind of value; a kind that is missing does not fit there. `any` takes everything."""


class Shapes(NamedTuple):
    """All shapes, numbered; each refers only to those before it. `root` is the number of the file's."""

    root: int
    shapes: list[Shape]


@lru_cache(maxsize=1)
def load() -> Shapes:
    """The tables that are shipped."""
    from json import load as read

    with open(os.path.join(os.path.dirname(__file__), "shapes.json"), encoding="utf-8") as file:
        tables = read(file)
    return Shapes(tables["root"], tables["shapes"])
