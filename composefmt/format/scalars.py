"""How a single value is laid out: its quotes, the lines that it runs over, and the indentation of block scalars."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.format.whitespace import UnsupportedLayout
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import write_scalar
from composefmt.syntax.source import line_end

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node

_HEADER = r"[|>](?:[-+]?[1-9]?|[1-9][-+])(?=[ \t\r\n]|\Z)"
_LINE_BREAK = r"\r\n?|\n"
_BLANK_LINES = r"(?:(?:\r\n|\r(?!\n)|\n)[ \t]*(?=[\r\n]|\Z))*"
_FIRST_INDENT = r"(?: *(?:\r\n?|\n))*( *)"
_CONTINUATION = r"(?:\r\n?|\n)[ \t]*(?:(?:\r\n?|\n)[ \t]*)*"


@lru_cache(maxsize=4096)
def requoted(raw: str, value: str, *, flow: bool) -> str:
    """A value that is written in quotes on one line, as it should be: without quotes where they do nothing, else double.

    Quotes stay around what YAML 1.1 or 1.2 would take for something else, around what looks like a port mapping, and
    around variables, whose values only show later. Single quotes stay where double ones would need escapes.
    """
    made = write_scalar(value, flow=flow)
    # An escape in the text, or one that would be needed: the text as it is may well be the better one to read.
    return made if made[0] != '"' or "\\" not in raw + made else raw


def rewrapped(raw: str, indent: str) -> str:
    """A plain or quoted text that runs over several lines, with its further lines at `indent`, a line break and spaces."""
    newline = indent.rstrip(" ")

    def line_break(found: re.Match[str]) -> str:
        return newline * (len(re.compile(_LINE_BREAK).findall(found[0])) - 1) + indent

    return re.compile(_CONTINUATION).sub(line_break, raw)


def has_needless_tag(key: Node) -> bool:
    """Whether a key is a merge key with its tag written out, as yamlfmt does: without it `<<` means the same."""
    return type(key) is Scalar and key.tag == "!!merge" and key.value == "<<" and not key.style and key.anchor is None


def width_before_value(key: Node) -> int:
    """How many characters stand before the value of a key, with the colon and the space."""
    return (2 if has_needless_tag(key) else key.end - key.start) + 2


class BlockText:
    """A block scalar: where its header ends, and where its text ends with the white space that belongs to it."""

    __slots__ = ("end", "header_end", "indicator", "keeps", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        header = re.compile(_HEADER).match(text, start)
        if header is None:
            raise UnsupportedLayout(start)
        self.header_end = header.end()
        digits = header[0].strip("|>+-")
        self.indicator = int(digits) if digits else 0
        self.keeps = "+" in header[0]
        self.end = end

    def body(self, parent_column: int) -> tuple[int, int] | None:
        """Where the text begins (after the header's line break) and its indentation; sets `end`. None: there is no text."""
        text = self.text
        found = re.compile(_LINE_BREAK).search(text, self.header_end)
        start = found.end() if found else len(text)
        if self.end < start:
            return None
        if self.indicator:
            indent = parent_column + self.indicator
        else:
            first = re.compile(_FIRST_INDENT).match(text, start)
            indent = len(first[1]) if first else 0
        self.end = self._true_end(indent)
        return start, indent

    def _true_end(self, indent: int) -> int:
        """The end with what belongs to the text although it is white space: see YAML 1.2.2, section 8.1.1.2."""
        end = line_end(self.text, self.end)
        blank = re.compile(_BLANK_LINES).match(self.text, end)
        lines = blank.end() if blank else end
        if self.keeps:
            # The last line break before the next line is not a blank line.
            return lines
        offset = end
        for line in re.compile(_LINE_BREAK).finditer(self.text, end, lines):
            following = re.compile(_LINE_BREAK).search(self.text, line.end())
            stop = following.start() if following else len(self.text)
            if stop - line.end() > indent:
                offset = stop
        return offset


def shifted(body: str, old: int, new: int, offset: int) -> str:
    """The lines of a block scalar moved from one indentation to another. Raises UnsupportedLayout where a line stands left of it."""
    if old == new:
        return body
    parts = re.compile(_LINE_BREAK).split(body)
    breaks = [*re.compile(_LINE_BREAK).findall(body), ""]
    prefix, space = " " * old, " " * new
    made = ""
    for line, line_break in zip(parts, breaks, strict=True):
        if line.startswith(prefix) and len(line) > old:
            made += space + line[old:] + line_break
        elif line.strip(" "):
            raise UnsupportedLayout(offset)
        else:
            made += line_break
    return made
