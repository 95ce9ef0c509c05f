"""What a short-syntax parser answers.

There are three answers: parsed, with what it means; opaque, where a variable hides the structure; malformed, where
the reference refuses the text. Offsets are characters in the text of the value, from 0, half-open.
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
    """Something that the reference accepts in silence but that was hardly meant; a warning's worth."""

    rule: str
    message: str
    help: str
    start: int
    end: int
    replacement: str | None = None


class Parsed(Generic[Model_co]):
    """The entries that the short form stands for, one or more, and what is doubtful about it."""

    # No data class: importing these takes longer than reading a hundred entries.
    __slots__ = ("doubts", "entries")

    def __init__(self, entries: Sequence[Model_co], doubts: tuple[Doubt, ...] = ()) -> None:
        self.entries = entries
        self.doubts = doubts


class Opaque(NamedTuple):
    """A variable hides how the text is to be split; `reason` says which and why."""

    reason: str


class Malformed(NamedTuple):
    """The reference refuses the text: what is wrong, where, and how it could be mended."""

    rule: str
    message: str
    help: str
    start: int
    end: int


Answer = Union[Parsed[Model_co], Opaque, Malformed]


class ShortSyntax(Generic[Model_co]):
    """A parser of short forms: called with a text, and with the variables that are known to be set, it answers.

    `literal` reads a text without variables; `with_variables` gets the text, the text with its variables masked, and the
    environment. An entry with variables is taken apart where that is right with this environment (which may be empty) and
    with nothing set; without an environment (None), such an entry is opaque.
    """

    def __init__(
        self, literal: Callable[[str], Answer[Model_co]], with_variables: Callable[[str, str, Mapping[str, str]], Answer[Model_co]]
    ) -> None:
        self.literal = literal
        self._with_variables = with_variables
        # Several rules read the same entries, mostly where no variable is known, else one file after the other.
        self._without_environment = lru_cache(maxsize=4096)(lambda value: self._interpolated(value, {}))
        self._latest: tuple[Mapping[str, str], dict[str, Answer[Model_co]]] = ({}, {})
        self._untouched = lru_cache(maxsize=4096)(lambda value: self._interpolated(value, None))

    def __call__(self, value: str, environment: Mapping[str, str] | None = None) -> Answer[Model_co]:
        """Read one short form."""
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
            return Opaque("it holds too many variables")
        try:
            masked = interpolation.mask(value)
        except interpolation.InvalidInterpolation as error:
            return bad_interpolation(value, error)
        if "\0" not in masked:
            return self.literal(value)
        return Opaque("it holds a variable") if environment is None else self._with_variables(value, masked, environment)


def bad_interpolation(value: str, error: InvalidInterpolation) -> Malformed:
    """The answer for a value whose `${` begins no variable."""
    return Malformed(
        "invalid-interpolation",
        f'"{value}" holds a "${{" that begins no variable',
        interpolation.ADVICE,
        error.offset,
        error.offset + 2,
    )
