"""Rules about variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.file import text_span
from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("invalid-interpolation", Severity.ERROR, group="interpolation")
def invalid_interpolation(element: Element) -> Iterator[Problem]:
    """A `${` that begins no variable.

    A variable is `$NAME`, `${NAME}` or `${NAME:-default}` (also with `-`, `:?`, `?`, `:+`, `+`); a dollar sign that stands
    for itself is written twice.

    Bad:

        services:
          web:
            image: nginx:${TAG

    Good:

        services:
          web:
            image: nginx:${TAG}

    Source: the specification's 12-interpolation; the reference's template/template.go.
    """
    file = element.file
    if "${" not in file.source.text:
        return
    for node in file.interpolated_scalars():
        try:
            interpolation.split(node.value)
        except interpolation.InvalidInterpolation as error:
            span = text_span(file.source, node, error.offset, error.offset + 2)
            yield Problem(
                span,
                f'"{node.value[error.offset : error.offset + 20]}" begins no variable',
                interpolation.ADVICE,
            )
