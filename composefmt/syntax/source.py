"""The text of one file: how its bytes were decoded, and where its lines are.

Every location in a file is an offset into `Source.text`, counted in characters from 0. `Source.position` converts an
offset to a line and a column, both counted from 1, for people.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_LINE_BREAK = re.compile(r"\r\n?|\n")
# Several times faster, for texts without carriage returns.
_NEWLINE = re.compile(r"\n")

# Byte order marks and their encodings (YAML 1.2.2, section 5.2).
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


class Span(NamedTuple):
    """A range of text: character offsets from 0, half-open."""

    start: int
    end: int


class Position(NamedTuple):
    """A location for people: line and column, both counted from 1, columns in characters."""

    line: int
    column: int


class NotText(ValueError):
    """The bytes are not text in a Unicode encoding.

    `offset` is the byte that cannot be decoded, from 0; `start` is the corresponding character, from 0.
    """

    def __init__(self, message: str, offset: int, start: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.start = start


def line_start(text: str, offset: int) -> int:
    """Return the offset of the first character of the line that contains `offset`."""
    start = text.rfind("\n", 0, offset) + 1
    return max(start, text.rfind("\r", start, offset) + 1)


def line_end(text: str, offset: int) -> int:
    """Return the offset of the end of the line that contains `offset`, before its line break."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    carriage_return = text.find("\r", offset, end)
    return end if carriage_return < 0 else carriage_return


class Source:
    """One file's text without its byte order mark, and what is needed to write it back unchanged."""

    __slots__ = ("_starts", "encoding", "filename", "mark", "text")

    def __init__(self, text: str, filename: str = "<text>", *, mark: bytes = b"", encoding: str = "utf-8") -> None:
        self.text = text
        self.filename = filename
        self.mark = mark
        self.encoding = encoding
        self._starts: list[int] | None = None

    @classmethod
    def from_bytes(cls, data: bytes, filename: str = "<text>", errors: str = "strict") -> Source:
        """Decode a file's bytes: UTF-8, or UTF-16 with a byte order mark.

        Raises NotText if they are neither, unless `errors` is "replace": then each invalid byte becomes U+FFFD.
        """
        mark, encoding = b"", "utf-8"
        for candidate, name in _MARKS:
            if data.startswith(candidate):
                mark, encoding = candidate, name
                break
        try:
            text = data[len(mark) :].decode(encoding, errors)
        except UnicodeDecodeError as error:
            offset = len(mark) + error.start
            message = f"byte 0x{data[offset]:02x} at offset {offset} is not {encoding.upper()} text"
            raise NotText(message, offset, len(data[len(mark) : offset].decode(encoding, "replace"))) from None
        return cls(text, filename, mark=mark, encoding=encoding)

    def to_bytes(self, text: str) -> bytes:
        """Encode `text` in the file's encoding, including its byte order mark."""
        return self.mark + text.encode(self.encoding)

    @property
    def newline(self) -> str:
        r"""The line break of the first line; "\r" only if all lines end with it, "\n" without any."""
        found = _LINE_BREAK.search(self.text)
        first = found.group() if found else "\n"
        if first == "\r" and "\n" in self.text:
            # Two programs have each added a carriage return: the lines of such files end with "\r\r\n".
            return "\r\n" if "\r\n" in self.text else "\n"
        return first

    @property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character, computed on first use."""
        if self._starts is None:
            pattern = _LINE_BREAK if "\r" in self.text else _NEWLINE
            self._starts = [0, *[found.end() for found in pattern.finditer(self.text)]]
        return self._starts

    def position(self, offset: int) -> Position:
        """Return the line and column, from 1, of the character at `offset`."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Return the offset of a line and column; a column past the end of the line is clamped."""
        starts = self.line_starts
        if position.line > len(starts):
            return len(self.text)
        start = starts[position.line - 1]
        return min(start + position.column - 1, self.line_span(position.line).end)

    def line_span(self, line: int) -> Span:
        """Return the span of a line (from 1) without its line break."""
        starts = self.line_starts
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)
