"""What a short-syntax parser answers.

There are three answers: parsed, with what it means; opaque, where a variable hides the structure; malformed, where
the reference refuses the text. Offsets are characters in the text of the value, from 0, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, Union

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Model_co]):
    """The entries that the short form stands for, one or more, and what is doubtful about it."""

    entries: tuple[Model_co, ...]
    doubts: tuple[Doubt, ...] = ()


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


def bad_interpolation(value: str, error: InvalidInterpolation) -> Malformed:
    """The answer for a value whose `${` begins no variable."""
    return Malformed(
        "invalid-interpolation",
        f'"{value}" holds a "${{" that begins no variable',
        'a variable looks like "${NAME}" or "${NAME:-default}"; for a plain dollar sign write "$$"',
        error.offset,
        error.offset + 2,
    )
