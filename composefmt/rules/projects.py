"""What Docker Compose refuses only once the files of a project are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Severity
from composefmt.rules._effective import claims_for, loading_problem
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("invalid-project", Severity.ERROR, group="structure")
def invalid_project(element: Element) -> Iterator[Problem]:
    """Detects projects that Docker Compose refuses although each of their files is valid.

    Files are merged before they are validated, so a mistake can come from two files together: an override replaces a mapping by a
    list, or two entries become equal. The rule loads the project as Docker Compose does and reports the reason if no other rule
    reports an error. Values of unknown variables are not judged.

    An example is `build: {args: [A=1]}` in `compose.yaml` and `build: {args: 5}` in `compose.override.yaml`.

    Source: compose-go, loader/loader.go and override/merge.go.
    """
    file = element.file
    for claim in claims_for(file):
        error = loading_problem(file, claim) if len(claim.paths) > 1 and claim.certain else None
        if error is None:
            continue
        if error.place is not None and error.place.source is file.source:
            yield Problem(first_line(file.source, Span(error.place.offset, error.place.offset + 1)), error.message)
        elif error.place is None and claim.paths[0] == file.source.filename.rpartition("/")[2]:
            yield Problem(Span(0, 0), error.message)
