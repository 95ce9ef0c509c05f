"""Interpolation: `$NAME`, `${NAME:-default}` and their kin as a value with parts.

The grammar is that of the specification (12-interpolation) as the reference's `template` package reads it: a dollar
that is followed by neither a name, a brace nor a dollar stands for itself; braces nest.
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

# A value with more variables than this is no value that anyone wrote; nested ones would exhaust the stack.
MAX_VARIABLES = 100

# How to mend what is no variable.
ADVICE = 'a variable looks like "${NAME}" or "${NAME:-default}"; for a plain dollar sign write "$$"'


class InvalidInterpolation(ValueError):
    """A `${` that the reference refuses; `offset` is its place in the value, from 0."""

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
    """Whether a value holds a variable (or a `${` that is not one). `$$` alone is a dollar."""
    return "$" in value and any(not found["escaped"] for found in _DOLLAR.finditer(value))


@lru_cache(maxsize=4096)
def split(value: str) -> tuple[Part, ...]:
    """A value as literals and variables, in order. Raises InvalidInterpolation."""
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
    """The variable whose `${` is at `start`; its closing brace must stand on the same line."""
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
    """Where a variable ends: behind the brace that closes it, as the reference counts; `end` where its braces do not match.

    What follows an opening brace is not looked at: `{{` and `{}` count as one that opens.
    """
    depth = 0
    for brace in _BRACES.finditer(value, start, end):
        depth += 1 if brace.group()[0] == "{" else -1
        if not depth:
            return brace.end()
    return end


def substitute(value: str, environment: Mapping[str, str]) -> str:
    """The value with all variables replaced; unset ones are empty. Raises InvalidInterpolation, MissingVariable."""
    if "$" not in value:
        return value
    if value.count("${") > MAX_VARIABLES:
        raise InvalidInterpolation(value.index("${"))
    return "".join(_replacement(part, environment) if isinstance(part, Variable) else part.text.replace("$$", "$") for part in split(value))


def substituted(value: str, environment: Mapping[str, str], otherwise: str) -> str:
    """As `substitute`; `otherwise` where a variable is required and not set, or is none."""
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
    """What stands in for a variable. An error's place is one in the whole value."""
    try:
        return substitute(variable.argument, environment)
    except InvalidInterpolation as error:
        raise InvalidInterpolation(variable.end - 1 - len(variable.argument) + error.offset) from None


def mask(value: str) -> str:
    """The value with every character of a variable replaced by a NUL, so that separators inside it are not seen.

    Offsets stay. Raises InvalidInterpolation.
    """
    if "$" not in value:
        return value
    return "".join("\0" * (part.end - part.start) if isinstance(part, Variable) else part.text for part in split(value))
