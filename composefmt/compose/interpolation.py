"""Interpolation: parse `$NAME`, `${NAME:-default}` and their variants into parts.

The grammar follows the specification (12-interpolation) as implemented by the reference's `template` package: a dollar
sign that is not followed by a name, a brace or another dollar sign is literal; braces nest.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Mapping

_DOLLAR = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[A-Za-z_][A-Za-z0-9_]*)|(?P<brace>\{))")
_HEAD = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:?[-+?])?")
_BRACES = re.compile(r"\{.?|\}", re.DOTALL)

# No real value has more variables than this; nested ones would exhaust the stack.
MAX_VARIABLES = 100

# The remedy for an invalid interpolation.
ADVICE = 'use "${NAME}" or "${NAME:-default}", or "$$" for a literal dollar sign'


class InvalidInterpolation(ValueError):
    """A `${` that the reference rejects; `offset` is its location in the value, from 0."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"invalid interpolation at {offset}")
        self.offset = offset


class MissingVariable(ValueError):
    """A `${NAME:?}` or `${NAME?}` whose variable has no value."""


class Variable(NamedTuple):
    """One use of a variable. `operator` is "" or one of :- - :? ? :+ +; offsets are in the value, half-open."""

    name: str
    operator: str
    argument: str
    start: int
    end: int


class Literal(NamedTuple):
    """Text between variables, with `$$` still doubled."""

    text: str
    start: int
    end: int


Part = Union[Literal, Variable]


def has_variable(value: str) -> bool:
    """Return whether a value has a variable or an invalid `${`. `$$` alone is a literal dollar sign."""
    return "$" in value and any(not found["escaped"] for found in _DOLLAR.finditer(value))


@lru_cache(maxsize=4096)
def split(value: str) -> tuple[Part, ...]:
    """Split a value into literals and variables, in order. Raises InvalidInterpolation."""
    parts: list[Part] = []
    literal = scan = line_end = 0
    while (found := _DOLLAR.search(value, scan)) is not None:
        scan = found.end()
        if found["escaped"]:
            continue
        if found["named"]:
            variable = Variable(found["named"], "", "", found.start(), found.end())
        else:
            if found.start() >= line_end:
                line_end = value.find("\n", found.start())
                line_end = len(value) if line_end < 0 else line_end
            variable = _braced(value, found.start(), line_end)
        if variable.start > literal:
            parts.append(Literal(value[literal : variable.start], literal, variable.start))
        parts.append(variable)
        literal = scan = variable.end
    if literal < len(value):
        parts.append(Literal(value[literal:], literal, len(value)))
    return tuple(parts)


def _braced(value: str, start: int, line_end: int) -> Variable:
    """Parse the variable whose `${` is at `start`; its closing brace must be on the same line."""
    head = _HEAD.match(value, start + 2)
    if head is None:
        raise InvalidInterpolation(start)
    if not head["operator"]:
        if not value.startswith("}", head.end()):
            raise InvalidInterpolation(start)
        return Variable(head["name"], "", "", start, head.end() + 1)
    last = value.rfind("}", head.end(), line_end)
    if last < 0:
        raise InvalidInterpolation(start)
    end = _closing(value, start, last + 1)
    return Variable(head["name"], head["operator"], value[head.end() : end - 1], start, end)


def _closing(value: str, start: int, end: int) -> int:
    """Return where a variable ends: after its closing brace, as the reference counts, or `end` if its braces do not match.

    The character after an opening brace is skipped: `{{` and `{}` count as one opening brace.
    """
    depth = 0
    for brace in _BRACES.finditer(value, start, end):
        depth += 1 if brace.group()[0] == "{" else -1
        if not depth:
            return brace.end()
    return end


def substitute(value: str, environment: Mapping[str, str]) -> str:
    """Replace all variables in a value; unset ones are empty. Raises InvalidInterpolation, MissingVariable."""
    if "$" not in value:
        return value
    if value.count("${") > MAX_VARIABLES:
        raise InvalidInterpolation(value.index("${"))
    return "".join(_replacement(part, environment) if isinstance(part, Variable) else part.text.replace("$$", "$") for part in split(value))


def substituted(value: str, environment: Mapping[str, str], otherwise: str) -> str:
    """Like `substitute`; return `otherwise` if an interpolation is invalid or a required variable is not set."""
    try:
        return substitute(value, environment)
    except (InvalidInterpolation, MissingVariable):
        return otherwise


def _replacement(variable: Variable, environment: Mapping[str, str]) -> str:
    value = environment.get(variable.name)
    operator = variable.operator
    given = value is not None and (value != "" or not operator.startswith(":"))
    if operator.endswith("+"):
        return _argument(variable, environment) if given else value or ""
    if operator.endswith("-") and not given:
        return _argument(variable, environment)
    if operator.endswith("?") and not given:
        raise MissingVariable(variable.name)
    return value or ""


def _argument(variable: Variable, environment: Mapping[str, str]) -> str:
    """Return the value that replaces a variable. Offsets of errors refer to the whole value."""
    try:
        return substitute(variable.argument, environment)
    except InvalidInterpolation as error:
        raise InvalidInterpolation(variable.end - 1 - len(variable.argument) + error.offset) from None


def mask(value: str) -> str:
    """Replace every character of variables by NUL, so that separators inside them are ignored.

    Offsets do not change. Raises InvalidInterpolation.
    """
    if "$" not in value:
        return value
    return "".join("\0" * (part.end - part.start) if isinstance(part, Variable) else part.text for part in split(value))
