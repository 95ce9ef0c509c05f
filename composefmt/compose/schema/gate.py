"""Decide fast whether a value fits the schema.

The tables become nested closures. A string with a dollar sign passes if any string may: the reference validates after
interpolation, so its final text is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING

from composefmt.compose.schema.shapes import load
from composefmt.syntax.scalars import Timestamp

if TYPE_CHECKING:
    from composefmt.compose.schema.shapes import List, MapShape, Number, Shape, Shapes, Text

Check = Callable[[object], bool]

_KINDS: dict[str, tuple[type, ...]] = {"null": (type(None),), "bool": (bool,), "text": (str,), "time": (Timestamp,)}
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
# The largest 64-bit integer.
WHOLE_MOST = 2**63 - 1
# Collections of this size and more are checked once: anchors may share them a million times.
_REMEMBERED_SIZE = 8


def fits(value: object) -> bool:
    """Return whether a Compose file's plain value fits the schema, as the reference applies it."""
    check, seen = _compiled()
    seen.clear()
    return check(value)


@lru_cache(maxsize=1)
def _compiled() -> tuple[Check, set[tuple[int, int]]]:
    seen: set[tuple[int, int]] = set()
    return compile_gate(load(), seen), seen


def compile_gate(tables: Shapes, seen: set[tuple[int, int]]) -> Check:
    """Compile the check of whole files. `seen` collects checked values by shape and identity: clear it before each value."""
    checks: list[Check] = []
    for number, shape in enumerate(tables.shapes):
        checks.append(_check(shape, checks, (seen, number)))
    return checks[tables.root]


def _check(shape: Shape, checks: list[Check], memory: tuple[set[tuple[int, int]], int]) -> Check:
    if "any" in shape:
        return _yes
    plain = frozenset(kind for name, kinds in _KINDS.items() if name in shape and not (name == "text" and shape["text"]) for kind in kinds)
    by_kind: dict[type, Check] = {}
    if "number" in shape:
        by_kind[int] = by_kind[float] = _number(shape["number"])
    if shape.get("text"):
        by_kind[str] = _text(shape["text"])
    if "list" in shape:
        by_kind[list] = _list(shape["list"], checks, memory)
    if "map" in shape:
        by_kind[dict] = _map(shape["map"], checks, memory)
    if not by_kind:
        return lambda value: type(value) in plain
    if len(by_kind) == 1 and not plain:
        ((wanted, only),) = by_kind.items()
        return lambda value: type(value) is wanted and only(value)
    by_kind.update(dict.fromkeys(plain, _yes))
    get = by_kind.get

    def check(value: object) -> bool:
        found = get(type(value))
        return found is not None and found(value)

    return check


def _yes(_: object) -> bool:
    return True


def _number(wanted: Number) -> Check:
    least, most, whole = wanted.get("min", float("-inf")), wanted.get("max", float("inf")), wanted.get("whole")
    if "written" in wanted:
        return lambda value: type(value) is int and least <= value <= min(most, WHOLE_MOST)

    def check(value: int | float) -> bool:
        # The reference converts every file to JSON, which has no infinity and no NaN.
        return least <= value <= most and (type(value) is int or (isfinite(value) and (not whole or float(value).is_integer())))

    return check  # type: ignore[return-value]  # called for numbers only


def _text(wanted: Text) -> Check:
    fits_text = text_check(wanted)
    return lambda value: fits_text(value) or may_fit(value, fits_text)  # type: ignore[arg-type]  # called for strings only


def may_fit(value: str, fits_text: Callable[[str], bool]) -> bool:
    """Return whether a string may fit after interpolation: it has a variable, or fits with each `$$` as a dollar sign."""
    return "$" in value and ("$" in value.replace("$$", "") or fits_text(value.replace("$$", "$")))


def text_check(wanted: Text) -> Callable[[str], bool]:
    """Return the check of strings without variables."""
    if "enum" in wanted:
        return frozenset(wanted["enum"]).__contains__
    if "pattern" in wanted:
        pattern = wanted["pattern"]
        return lambda value: search(pattern, value)
    name = wanted.get("format")
    if name is None:
        return _yes
    within = _number(wanted["bounds"]) if "bounds" in wanted else _yes

    def check(value: str) -> bool:
        from composefmt.compose.schema.formats import FORMATS, to_number

        return FORMATS[name](value) and (within is _yes or within(to_number(value)))

    return check


@lru_cache(maxsize=32)
def _searcher(pattern: str) -> Callable[[str], object]:
    # In Python, `$` also matches before a final line break, unlike in Go.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern).search


def search(pattern: str, text: str) -> bool:
    """Return whether a pattern of the schema matches anywhere in a string."""
    return _searcher(pattern)(text) is not None


def name_check(pattern: str) -> Callable[[str], bool]:
    """Return the check of keys against a pattern; common patterns need no regular expression."""
    if pattern == "^x-":
        return lambda key: key.startswith("x-")
    if pattern == "^[a-zA-Z0-9._-]+$":
        return lambda key: key != "" and not key.strip(_NAME_CHARACTERS)
    return lambda key: search(pattern, key)


def _list(wanted: List, checks: list[Check], memory: tuple[set[tuple[int, int]], int]) -> Check:
    item, unique = checks[wanted["items"]], wanted.get("unique", False)
    seen, number = memory

    def check(value: list[object]) -> bool:
        if len(value) >= _REMEMBERED_SIZE:
            if (number, id(value)) in seen:
                return True
            seen.add((number, id(value)))
        return all(map(item, value)) and not (unique and len(value) > 1 and repeated(value))

    return check  # type: ignore[return-value]  # called for lists only


# More digits than any port has; Python refuses to convert thousands of digits.
_PORT_DIGITS = 20


def repeated(values: list[object]) -> list[int]:
    """Return the indexes of items that equal an earlier one; 1 and 1.0 are equal, 1 and true are not.

    A port published as the number 8080 also equals an earlier one published as "8080", as in the reference (jsonschema
    6.0.1, `equals`). Newer versions of its library distinguish them, but the engine cannot publish a port twice.
    """
    known: set[object] = set()
    indexes = []
    for index, value in enumerate(values):
        if type(value) is dict or type(value) is list:
            from json import dumps

            key: object = (dict, dumps(value, sort_keys=True, default=str))
            published = value.get("published") if isinstance(value, dict) else None
            if isinstance(value, dict) and isinstance(published, str) and published.isdecimal():
                as_number = {**value, "published": int(published[-_PORT_DIGITS:])}
                known.add((dict, dumps(as_number, sort_keys=True, default=str)))
        else:
            key = (bool, value) if type(value) is bool else value
        if key in known:
            indexes.append(index)
        known.add(key)
    return indexes


def _map(wanted: MapShape, checks: list[Check], memory: tuple[set[tuple[int, int]], int]) -> Check:
    get = {key: checks[number] for key, number in wanted["keys"].items()}.get
    other = _others(wanted, checks)
    required, one_required = wanted.get("required", ()), wanted.get("one_required", ())
    seen, number = memory

    def check(value: dict[str, object]) -> bool:
        if len(value) >= _REMEMBERED_SIZE:
            if (number, id(value)) in seen:
                return True
            seen.add((number, id(value)))
        for key, part in value.items():
            found = get(key)
            if found is None:
                if not other(key, part):
                    return False
            elif not found(part):
                return False
        return all(key in value for key in required) and (not one_required or any(key in value for key in one_required))

    return check  # type: ignore[return-value]  # called for mappings only


def _others(wanted: MapShape, checks: list[Check]) -> Callable[[str, object], bool]:
    """Return the check of keys that are not listed."""
    is_open = "closed" not in wanted
    if "names" not in wanted:
        return lambda _key, _part: is_open
    ((pattern, number),) = wanted["names"]
    matches, part_check = name_check(pattern), checks[number]
    return lambda key, part: part_check(part) if matches(key) else is_open
