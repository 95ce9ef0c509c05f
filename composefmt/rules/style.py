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

    Bad:

        services:
            web:
                image: 'nginx'

    Good:

        services:
          web:
            image: nginx

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


@rule("unused-suppression", Severity.WARNING, group="style")
def unused_suppression(element: Element) -> Iterator[Problem]:
    """A comment silences a rule that finds nothing on its line.

    It was mended since, or the name of the rule is mistyped.

    Bad:

        services:
          web:
            image: nginx # composefmt: ignore[unknown-key] this key is fine

    Good:

        services:
          web:
            image: nginx
            prots: [] # composefmt: ignore[unknown-key] read by another tool

    Source: the README, "Settings, and turning rules off".
    """
    for span, name in element.file.unused_suppressions:
        yield Problem(span, f'nothing to ignore: "{name}" finds nothing on this line', "delete the comment")
