"""Rules about how a file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("unformatted", Severity.WARNING, group="style")
def unformatted(element: Element) -> Iterator[Problem]:
    """`composefmt format` would change the file.

    Source: the readable format, as the README describes it.
    """
    from composefmt.format.passes import formatted

    file = element.file
    edits = formatted(file.source.text, file.tree, file.options, file.uses).edits
    if edits:
        first = min(edits)
        places = f"{len(edits)} places" if len(edits) > 1 else "one place"
        yield Problem(
            Span(first.start, max(first.end, first.start + 1)),
            f"the file is not formatted ({places})",
            "run composefmt format",
            Fix("format the file", tuple(edits)),
        )
