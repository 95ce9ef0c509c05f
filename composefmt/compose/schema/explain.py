"""Report every violation of the schema in a value, in the terms of Compose."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, cast

from composefmt.compose.schema.formats import FORMATS, to_number
from composefmt.compose.schema.gate import WHOLE_MOST, may_fit, name_check, repeated, text_check
from composefmt.compose.schema.hints import keys_without_name, misplaced_section, name_above, nearest, unknown_key
from composefmt.compose.schema.mistakes import nearest_text, wrong_type
from composefmt.compose.schema.ports import is_port, port_problems
from composefmt.compose.schema.problem import SchemaProblem
from composefmt.compose.schema.shapes import load
from composefmt.compose.schema.spaced import meant_text
from composefmt.compose.schema.words import (
    FORMAT_HELP,
    FORMAT_RULES,
    NAME_HELP,
    PATTERN_HELP,
    SECTIONS,
    one_of,
    owned,
    quoted,
    subject,
    written,
)
from composefmt.syntax.scalars import Timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.schema.shapes import List, MapShape, Number, Shape, Text
    from composefmt.compose.schema.words import Path


def explain(value: object) -> list[SchemaProblem]:
    """Return all violations, in the order of the value."""
    root, shapes = load()
    return list(_Explainer(shapes).explain(value, root, ()))


def kind_of(value: object) -> str:
    """Return the kind of a value, as named in the tables."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, Timestamp):
        return "time"
    return "list" if isinstance(value, list) else "map" if isinstance(value, dict) else "text"


class _Explainer:
    def __init__(self, shapes: list[Shape]) -> None:
        self.shapes = shapes
        # A value shared by an anchor is explained once, at its first location.
        self.seen: set[tuple[int, int]] = set()
        # Inside a service with `extends`, missing and empty values may be inherited.
        self.extends = False

    def explain(self, value: object, number: int, path: Path) -> Iterator[SchemaProblem]:
        shape = self.shapes[number]
        kind = kind_of(value)
        if kind == "map" and (meant := meant_text(path, value)) is not None:
            message = f"{subject(path)} is a mapping because a space follows the colon"
            yield SchemaProblem("wrong-type", path, False, message, f'remove the space: "{meant}"', meant)
            return
        if "any" in shape or (kind == "null" and self._inherits(path)):
            return
        if kind not in shape:
            yield wrong_type(path, value, shape)
        elif kind == "time":
            return
        elif kind == "number" and not isfinite(cast("float", value)):
            yield SchemaProblem("wrong-type", path, False, f"invalid number {value} for {owned(path)}", "use a finite number")
        elif kind == "number":
            yield from _number(cast("float", value), shape, path)
        elif kind == "text":
            yield from _text(str(value), shape["text"], path)
        elif kind in ("list", "map") and (id(value), number) not in self.seen:
            self.seen.add((id(value), number))
            if kind == "list":
                yield from self._list(cast("list[object]", value), shape["list"], path)
            else:
                yield from self._map(cast("dict[str, object]", value), shape["map"], path)

    def _inherits(self, path: Path) -> bool:
        """Return whether the reference merges an extended service's mapping into this one; it appends to lists."""
        return self.extends and len(path) > 2 and path[2] != "extends" and not any(isinstance(part, int) for part in path)

    def _list(self, values: list[object], wanted: List, path: Path) -> Iterator[SchemaProblem]:
        for index, value in enumerate(values):
            yield from self.explain(value, wanted["items"], (*path, index))
        if wanted.get("unique") and not self.extends:
            for index in repeated(values):
                item = values[index]
                name = index + 1 if isinstance(item, (dict, list)) else quoted(written(item))
                message = f"duplicate item {name} in {owned(path)}"
                yield SchemaProblem("invalid-value", (*path, index), False, message, "remove one of them")

    def _map(self, values: dict[str, object], wanted: MapShape, path: Path) -> Iterator[SchemaProblem]:
        is_service = len(path) == 2 and path[0] == "services"
        if is_service:
            self.extends = "extends" in values
        meant = set()
        if path == ("services",) and (keys := keys_without_name(values, self.shapes[wanted["names"][0][1]]["map"]["keys"])):
            problem, name = _keys_without_name(values, keys)
            yield problem
            values = {key: value for key, value in values.items() if key not in keys and key != name}
        for key, value in values.items():
            number = _number_of(key, wanted)
            if number is not None:
                if path == ("services",) and misplaced_section(key, value, self.shapes[number]["map"]["keys"]):
                    yield _misplaced(key)
                else:
                    problems = self.explain(value, number, (*path, key))
                    yield from port_problems(problems, values) if key == "target" and is_port(path) else problems
            elif wanted.get("closed"):
                problem, near = _not_known(key, value, wanted, path)
                meant.add(near)
                yield problem
                if problem.rule == "invalid-service-name" and isinstance(value, dict):
                    # The value of an invalid name is validated, too.
                    yield from self.explain(value, wanted["names"][0][1], (*path, key))
        yield from self._missing(values, wanted, path, meant)
        if is_service:
            self.extends = False

    def _missing(self, values: dict[str, object], wanted: MapShape, path: Path, meant: set[str | None]) -> Iterator[SchemaProblem]:
        if self._inherits(path):
            return
        on_key = bool(path) and isinstance(path[-1], str)
        for key in wanted.get("required", ()):
            if key not in values and key not in meant:
                message = f'{subject(path)} is missing required key "{key}"'
                yield SchemaProblem("missing-key", path, on_key, message, self._how_to_add(key, wanted))
        choices = wanted.get("one_required", [])
        if choices and not any(key in values or key in meant for key in choices):
            names = one_of([f'"{key}"' for key in choices])
            yield SchemaProblem("missing-key", path, on_key, f"{subject(path)} is missing required key {names}", f"add {names}")

    def _how_to_add(self, key: str, wanted: MapShape) -> str:
        values = self.shapes[wanted["keys"][key]].get("text", {}).get("enum")
        return f'add "{key}:" with {one_of(values)}' if values else f'add "{key}: ..."'


def _number_of(key: str, wanted: MapShape) -> int | None:
    """Return the number of the shape of a key's value, None if the schema does not define the key."""
    known = wanted["keys"].get(key)
    if known is not None:
        return known
    return next((number for pattern, number in wanted.get("names", ()) if name_check(pattern)(key)), None)


def _keys_without_name(services: dict[str, object], keys: list[str]) -> tuple[SchemaProblem, str | None]:
    """Return the problem of service keys used as service names, and the name without a value above them, if any."""
    name = name_above(services, keys)
    if name is not None:
        message = f'service "{name}" has no keys because those below it are not indented'
        return SchemaProblem("wrong-type", ("services", name), True, message, f'indent "{keys[0]}" below "{name}"'), name
    advice = 'add the name of the service above these keys, such as "web:", and indent them'
    if len(keys) == len(services):
        return SchemaProblem(
            "wrong-type", ("services",), True, '"services" contains the keys of a service instead of service names', advice
        ), None
    message = f'"{keys[0]}" is a key of a service, but a service name is expected'
    return SchemaProblem("wrong-type", ("services", keys[0]), True, message, advice), None


def _misplaced(key: str) -> SchemaProblem:
    message = f'"{key}" is read as the name of a service because it is indented below "services"'
    return SchemaProblem("unknown-key", ("services", key), True, message, f'reduce the indentation of "{key}" to that of "services"')


def _not_known(key: str, value: object, wanted: MapShape, path: Path) -> tuple[SchemaProblem, str | None]:
    """Return the problem of an unknown key, and the nearest known key if there is one."""
    place = (*path, key)
    if not wanted["keys"] and wanted.get("names"):
        return _invalid_name(key, path), None
    advice, near = unknown_key(wanted, path, key, value)
    if wanted.get("ignores"):
        return SchemaProblem("ignored-key", place, True, f'unknown key "{key}" in {owned(path)} is ignored', advice, near), near
    message = f'unknown key "{key}" in {owned(path)}' if path else f'unknown top-level key "{key}"'
    return SchemaProblem("unknown-key", place, True, message, advice, near), near


def _invalid_name(key: str, path: Path) -> SchemaProblem:
    place = (*path, key)
    section = str(path[-1])
    kind = SECTIONS.get(section, "service" if section == "depends_on" else "")
    if not kind:
        return SchemaProblem("invalid-value", place, True, f"missing name before a colon in {owned(path)}", "add a name before the colon")
    where = "" if len(path) == 1 else f" in {owned(path)}"
    return SchemaProblem("invalid-service-name", place, True, f"invalid {kind} name {quoted(key)}{where}", NAME_HELP)


def _number(value: float, shape: Shape, path: Path) -> Iterator[SchemaProblem]:
    wanted: Number = shape["number"]
    if wanted.get("whole") and not float(value).is_integer():
        yield wrong_type(path, value, shape)
        return
    if wanted.get("written") and (type(value) is not int or value > WHOLE_MOST):
        yield wrong_type(path, value, shape)
        return
    for word, side, fits in (("min", "at least", value >= wanted.get("min", value)), ("max", "at most", value <= wanted.get("max", value))):
        if not fits:
            bound = f"{side} {wanted[word]}"  # type: ignore[literal-required]
            yield SchemaProblem("invalid-value", path, False, f"{subject(path)} must be {bound}, not {value}", f"use a number of {bound}")


def _text(value: str, wanted: Text, path: Path) -> Iterator[SchemaProblem]:
    fits_text = text_check(wanted)
    if fits_text(value) or may_fit(value, fits_text):
        return
    rule, advice, near = "invalid-value", "", None
    if "enum" in wanted:
        near = nearest(value, wanted["enum"])
        advice = f'did you mean "{near}"?' if near else f"use {one_of(wanted['enum'])}"
    elif "pattern" in wanted:
        advice = PATTERN_HELP.get(str(path[-1]), f"use a value that matches {wanted['pattern']}")
    else:
        name = wanted["format"]
        if "bounds" in wanted and FORMATS[name](value):
            yield from _number(to_number(value), {"number": wanted["bounds"]}, path)
            return
        rule, advice = FORMAT_RULES.get(name, (rule, FORMAT_HELP.get(name, "")))
        if (near := nearest_text(value, name)) is not None:
            advice = f'did you mean "{near}"? {advice}'
    yield SchemaProblem(rule, path, False, f"invalid value {quoted(value)} for {owned(path)}", advice, near)
