"""Variables: their uses, the one at an offset, and the lines of `.env` that set it."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.references import VARIABLES, Name
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.syntax.nodes import Scalar

ENV_FILE = ".env"


def uses(file: ComposeFile) -> Iterator[Name]:
    """Yield the variables of a file, including those in defaults of others; skip values whose offsets differ from the text's."""
    for scalar in file.interpolated_scalars():
        start = _content(scalar)
        if not file.source.text.startswith(scalar.value, start):
            continue
        stack = [(scalar.value, start)]
        while stack:
            value, offset = stack.pop()
            for part in _variables(value):
                first = offset + part.start + (2 if value.startswith("{", part.start + 1) else 1)
                yield Name(VARIABLES, part.name, Span(first, first + len(part.name)), write="")
                if part.argument:
                    stack.append((part.argument, offset + part.end - 1 - len(part.argument)))


def variable_at(scalar: Scalar, offset: int) -> interpolation.Variable | None:
    """Return the variable of a scalar at an offset in the text."""
    start = _content(scalar)
    return next((part for part in _variables(scalar.value) if part.start <= offset - start <= part.end), None)


def lines_that_set(name: str, around: Surroundings | None) -> list[int]:
    """Return the numbers, from 0, of the lines of `.env` that set a variable."""
    data = around.read(ENV_FILE) if around is not None else None
    wanted = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}\s*=")
    lines = (data or b"").decode("utf-8", "replace").splitlines()
    return [number for number, line in enumerate(lines) if wanted.match(line)]


def _content(scalar: Scalar) -> int:
    return scalar.content + (scalar.style in ("'", '"'))


def _variables(value: str) -> Iterator[interpolation.Variable]:
    with suppress(interpolation.InvalidInterpolation):
        for part in interpolation.split(value) if "$" in value else ():
            if isinstance(part, interpolation.Variable):
                yield part
