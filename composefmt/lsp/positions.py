"""Positions in the protocol's terms: lines and columns from 0, columns in the negotiated encoding's units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import Position, PositionEncodingKind, Range

if TYPE_CHECKING:
    from composefmt.syntax.source import Source, Span


def _utf8(character: str) -> int:
    return 1 if character < "\x80" else 2 if character < "\u0800" else 3 if character < "\U00010000" else 4


def _utf16(character: str) -> int:
    return 1 if character < "\U00010000" else 2


# Units per character; one each in UTF-32.
_UNITS = {PositionEncodingKind.Utf8: _utf8, PositionEncodingKind.Utf16: _utf16}


class Positions:
    """Converts offsets of one text to positions, and back.

    Lines end at CR LF, LF or CR only, as the protocol defines.
    """

    __slots__ = ("source", "units")

    def __init__(self, source: Source, encoding: PositionEncodingKind | str | None) -> None:
        self.source = source
        self.units = _UNITS.get(PositionEncodingKind(encoding or PositionEncodingKind.Utf16))

    def position(self, offset: int) -> Position:
        """Return the position of an offset."""
        line, column = self.source.position(offset)
        start = self.source.line_starts[line - 1]
        before = self.source.text[start:offset]
        if self.units is None or before.isascii():
            return Position(line - 1, column - 1)
        return Position(line - 1, sum(map(self.units, before)))

    def range(self, span: Span | tuple[int, int]) -> Range:
        """Return the range of a span."""
        return Range(self.position(span[0]), self.position(span[1]))

    def offset(self, position: Position) -> int:
        """Return the offset of a position; past the end of a line or of the text, that end."""
        source = self.source
        if position.line >= len(source.line_starts):
            return len(source.text)
        start, end = source.line_span(position.line + 1)
        text = source.text[start:end]
        if self.units is None or text.isascii():
            return start + min(position.character, len(text))
        units = 0
        for index, character in enumerate(text):
            if units >= position.character:
                return start + index
            units += self.units(character)
        return end
