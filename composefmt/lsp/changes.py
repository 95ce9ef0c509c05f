"""Edits as the protocol's text edits, and the edits between two texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.syntax.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.lsp.documents import View


def text_edits(view: View, edits: Iterable[Edit]) -> list[types.TextEdit]:
    """Convert edits of a text to text edits of the protocol."""
    return [types.TextEdit(view.positions.range(edit[:2]), edit.text) for edit in edits]


def difference(before: str, after: str) -> list[Edit]:
    """Return the line-by-line difference of two texts, so that the editor's cursor and marks keep their position."""
    from composefmt.reports.diff import changed

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return [Edit(starts[start], starts[end], "".join(new[new_start:new_end])) for start, end, new_start, new_end in changed(old, new)]
