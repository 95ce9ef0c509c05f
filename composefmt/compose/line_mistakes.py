"""Explain a line that does not fit the line above it: a list item without a space, an assignment or an item between entries."""

from __future__ import annotations

import re
from typing import NamedTuple

from composefmt.compose.secrecy import masked_item

_ITEM = re.compile(r"-(?:\s|(?!-)\S)")
_ENTRY = re.compile(r"[\w.\"'/-]+:(?:\s+\S|$)")
_GLUED_ITEM = re.compile(r"-(?=[^\s-])(\S.*)")
_OPTION = re.compile(r"-[A-Za-z]")
_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.-]*)=")
_LONGEST = 200


class LineMistake(NamedTuple):
    """The offset of the line's first character, the problem and the remedy."""

    offset: int
    message: str
    help: str


def line_mistake(text: str, offset: int) -> LineMistake | None:
    """Return the mistake in the line at an offset, given the one above, None if nothing is known."""
    start = text.rfind("\n", 0, offset) + 1
    here = text[start:].partition("\n")[0].rstrip()
    above = _line_above(text, start)
    line, column = here.lstrip(), len(here) - len(here.lstrip())
    if above is None or len(here) > _LONGEST or len(above) - len(above.lstrip()) != column:
        return None
    above = above.lstrip()
    if (glued := _GLUED_ITEM.match(line)) is not None and _ITEM.match(above):
        option = f', or write "- {line}" for an option' if _OPTION.fullmatch(line) else ""
        return LineMistake(
            start + column, "missing space after the dash", f'add a space after the dash: "- {masked_item(glued[1])}"{option}'
        )
    if not _ENTRY.match(above):
        return None
    if (found := _ASSIGNMENT.match(line)) is not None:
        return LineMistake(start + column, "assignment between the entries of a mapping", f'use a colon and a space: "{found[1]}: ..."')
    if line.startswith("- ") and not above.endswith(":"):
        advice = 'write all lines as entries ("NAME: value") or all as items ("- NAME=value")'
        return LineMistake(start + column, "list item between the entries of a mapping", advice)
    return None


def _line_above(text: str, start: int) -> str | None:
    """Return the nearest line above an offset that is neither blank nor a comment."""
    while start > 0:
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end].rstrip()
        if line.strip() and not line.lstrip().startswith("#"):
            return line
    return None
