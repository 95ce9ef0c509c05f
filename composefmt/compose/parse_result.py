"""Results of short-syntax parsers.

A result is parsed, with the entries; opaque, if a variable hides the structure; or malformed, if the reference rejects
the string. Offsets count characters of the value from 0, half-open.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, Union

from composefmt.compose import interpolation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from composefmt.compose.interpolation import InvalidInterpolation

Model_co = TypeVar("Model_co", covariant=True)


class Doubt(NamedTuple):
    """A probable mistake that Docker Compose accepts without a warning.

    `replacement` is the corrected text; with `is_safe`, it has the same effective configuration.
    """

    rule: str
    message: str
    help: str
    start: int
    end: int
    replacement: str | None = None
    is_safe: bool = False


class Parsed(Generic[Model_co]):
    """The entries of a short form, one or more, and its probable mistakes."""

    # Not a dataclass: importing that module takes longer than parsing a hundred entries.
    __slots__ = ("doubts", "entries")

    def __init__(self, entries: Sequence[Model_co], doubts: tuple[Doubt, ...] = ()) -> None:
        self.entries = entries
        self.doubts = doubts


class Opaque(NamedTuple):
    """A variable hides how the string splits; `reason` explains it."""

    reason: str


class Malformed(NamedTuple):
    """A string that the reference rejects: the problem, its offsets and the remedy."""

    rule: str
    message: str
    help: str
    start: int
    end: int


Answer = Union[Parsed[Model_co], Opaque, Malformed]


class ShortSyntax(Generic[Model_co]):
    """A parser of short forms, called with a string and the variables that are known to be set.

    `literal` parses a string without variables; `with_variables` gets the string, the string with its variables masked,
    and the environment. An entry with variables is parsed if the result holds with this environment (which may be empty)
    and with no variable set; without an environment (None), such an entry is opaque.
    """

    def __init__(
        self, literal: Callable[[str], Answer[Model_co]], with_variables: Callable[[str, str, Mapping[str, str]], Answer[Model_co]]
    ) -> None:
        self.literal = literal
        self._with_variables = with_variables
        # Several rules parse the same entries, mostly without known variables, or file by file.
        self._without_environment = lru_cache(maxsize=4096)(lambda value: self._interpolated(value, {}))
        self._latest: tuple[Mapping[str, str], dict[str, Answer[Model_co]]] = ({}, {})
        self._untouched = lru_cache(maxsize=4096)(lambda value: self._interpolated(value, None))

    def __call__(self, value: str, environment: Mapping[str, str] | None = None) -> Answer[Model_co]:
        """Parse one short form."""
        if "$" not in value:
            return self.literal(value)
        if environment is None:
            return self._untouched(value)
        if not environment:
            return self._without_environment(value)
        known_for, known = self._latest
        if known_for is not environment:
            known = {}
            self._latest = environment, known
        answer = known.get(value)
        if answer is None:
            answer = known[value] = self._interpolated(value, environment)
        return answer

    def _interpolated(self, value: str, environment: Mapping[str, str] | None) -> Answer[Model_co]:
        if value.count("${") > interpolation.MAX_VARIABLES:
            return Opaque("it has too many variables")
        try:
            masked = interpolation.mask(value)
        except interpolation.InvalidInterpolation as error:
            return bad_interpolation(value, error)
        if "\0" not in masked:
            return self.literal(value)
        return Opaque("it has a variable") if environment is None else self._with_variables(value, masked, environment)


def bad_interpolation(value: str, error: InvalidInterpolation) -> Malformed:
    """Return the answer for a value with an invalid `${`."""
    return Malformed(
        "invalid-interpolation",
        f'invalid interpolation in "{value}"',
        interpolation.ADVICE,
        error.offset,
        error.offset + 2,
    )
