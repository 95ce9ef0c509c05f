"""What Docker Compose refuses only once the files of a project are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("invalid-project", Severity.ERROR, group="structure", scope="loading")
def invalid_project(element: Element) -> Iterator[Problem]:
    """Detects projects that Docker Compose refuses although each of their files is valid.

    Files are merged before they are validated, so a mistake can come from two files together: an override replaces a mapping by a
    list, or two entries become equal. The rule loads the project as Docker Compose does and reports the reason if no other rule
    reports an error. Values of unknown variables are not judged.

    An example is `build: {args: [A=1]}` in `compose.yaml` and `build: {args: 5}` in `compose.override.yaml`.

    Source: compose-go, loader/loader.go and override/merge.go.
    """
    for span, message in element.file.refusals:
        yield Problem(span, message)
