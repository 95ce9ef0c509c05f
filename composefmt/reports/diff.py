"""What a rewrite changes, as a unified diff."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from composefmt.reports.text import PLAIN, Style, printable

if TYPE_CHECKING:
    from collections.abc import Iterator


def unified(filename: str, before: str, after: str, style: Style = PLAIN) -> Iterator[str]:
    """The lines of a unified diff, each with its line break."""
    from difflib import unified_diff

    name = printable(filename)
    for line in unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}"):
        colour = _colour(line, style)
        text = line.rstrip("\r\n")
        shown = _keep_tabs(text)
        yield f"{colour}{shown}{style.reset if colour else ''}\n"
        if not line.endswith(("\n", "\r")):
            yield "\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    return list(StringIO(text, newline=""))


def _keep_tabs(text: str) -> str:
    return "\t".join(printable(part) for part in text.split("\t"))


def _colour(line: str, style: Style) -> str:
    if line.startswith(("+++", "---")):
        return style.bold
    return {"+": style.added, "-": style.removed, "@": style.dim}.get(line[:1], "")
