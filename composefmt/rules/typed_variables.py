"""A rule about variables where a number or true or false must stand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.interpolation import InvalidInterpolation, MissingVariable, Variable
from composefmt.findings import Severity
from composefmt.project.casts import INTERPOLATED, CastError
from composefmt.project.walk import ITEM, Table
from composefmt.rules._project import severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@lru_cache(maxsize=1)
def _casts() -> Table[Callable[[str], object]]:
    return Table(INTERPOLATED)


@rule("variable-type", Severity.ERROR, *(path.replace(ITEM, "*") for path, _ in INTERPOLATED), group="interpolation")
def variable_type(element: Element) -> Iterator[Problem]:
    """A variable stands where a number, or true or false must stand, and its value here is none.

    A variable without a default that neither `.env` nor the environment sets is empty; Docker refuses the file then.

    Bad:

        services:
          web:
            image: nginx
            read_only: ${READ_ONLY:-maybe}

    Good:

        services:
          web:
            image: nginx
            read_only: ${READ_ONLY:-true}

    Source: the reference's loader/interpolate.go.
    """
    node, options = element.node, element.file.options
    if type(node) is not Scalar or "$" not in node.value or options.surroundings is None:
        return
    cast = _casts().at(tuple(part if isinstance(part, str) else ITEM for part in element.path))
    try:
        parts = [part for part in interpolation.split(node.value) if isinstance(part, Variable)]
        if (
            cast is None
            or not parts
            or any(part.name not in options.environment and options.surroundings.is_set(part.name) for part in parts)
        ):
            return
        text = interpolation.substitute(node.value, options.environment)
    except (InvalidInterpolation, MissingVariable):
        # Told by other rules.
        return
    try:
        cast(text)
    except CastError as error:
        field = ".".join(str(part) for part in element.path[2:]) or str(element.path[-1])
        owner = f'service "{element.service}": ' if element.service else ""
        message = f"{owner}{field}: {error}" if text else f"{owner}{field} is empty, for {parts[0].name} has no value here"
        advice = "" if text else f"give it a value in .env, or a default: ${{{parts[0].name}:-...}}"
        yield Problem(node.span, message, advice, severity=severity(element.file))
