"""The edits of a text since it was read, however many changes were made one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from composefmt.syntax.edits import Edit
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

# A part of the first text, or new text.
_Piece = Union[Span, str]


class History:
    """A text as pieces of the first text with new text between them."""

    __slots__ = ("_length", "_pieces")

    def __init__(self, text: str, pieces: tuple[_Piece, ...] | None = None) -> None:
        self._length = len(text)
        self._pieces: tuple[_Piece, ...] = (Span(0, len(text)),) if pieces is None else pieces

    def after(self, text: str, edits: Iterable[Edit]) -> History:
        """Return the history after edits of the current text; `text` is the first one."""
        pieces: list[_Piece] = []
        done = 0
        for edit in sorted(edits):
            pieces += [*self._cut(done, edit.start), edit.text]
            done = edit.end
        pieces += self._cut(done, None)
        return History(text, tuple(piece for piece in pieces if (piece if isinstance(piece, str) else piece.end > piece.start)))

    def _cut(self, start: int, end: int | None) -> list[_Piece]:
        """Return the pieces of a range of the current text."""
        found: list[_Piece] = []
        offset = 0
        for piece in self._pieces:
            length = len(piece) if isinstance(piece, str) else piece.end - piece.start
            first, last = max(start - offset, 0), length if end is None else min(end - offset, length)
            if first < last:
                found.append(piece[first:last] if isinstance(piece, str) else Span(piece.start + first, piece.start + last))
            offset += length
        return found

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that turn the first text into the current one, in order."""
        made: list[Edit] = []
        done, new = 0, ""
        for piece in (*self._pieces, Span(self._length, self._length)):
            if isinstance(piece, str):
                new += piece
                continue
            if new or piece.start > done:
                made.append(Edit(done, piece.start, new))
            done, new = piece.end, ""
        return tuple(made)
