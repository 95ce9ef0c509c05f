"""The layout of a single value: quotes, continuation lines and the indentation of block scalars."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.format.whitespace import UnsupportedLayout
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import quote, write_scalar
from composefmt.syntax.source import line_end

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node

_HEADER = r"[|>](?:[-+]?[1-9]?|[1-9][-+])(?=[ \t\r\n]|\Z)"
_LINE_BREAK = r"\r\n?|\n"
_BLANK_LINES = r"(?:(?:\r\n|\r(?!\n)|\n)[ \t]*(?=[\r\n]|\Z))*"
_FIRST_INDENT = r"(?: *(?:\r\n?|\n))*( *)"
_WORD = r"[\w./:@+][\w./:@+-]*"
_CONTINUATION = r"(?:\r\n?|\n)[ \t]*(?:(?:\r\n?|\n)[ \t]*)*"


@lru_cache(maxsize=4096)
def requoted(raw: str, value: str, *, flow: bool, keep: bool = False) -> str:
    """Return a quoted single-line value without quotes if it is a plain word, else with double quotes; `keep`: always quoted.

    Single quotes stay if double quotes would need escapes.
    """
    if not keep and is_word(value, flow=flow):
        return value
    if "{{" in raw or "{%" in raw:
        # What a template fills in may have characters that mean something else between other quotes.
        return raw
    made = quote(value)
    # With escapes before or after, the original is usually easier to read.
    return made if made[0] != '"' or "\\" not in raw + made else raw


def is_word(value: str, *, flow: bool) -> bool:
    """Return whether a value is a plain word: quotes around it have no effect, neither on a parser nor on a reader.

    It has letters, digits and `_./:@+-`, and neither YAML 1.1 nor 1.2 reads it as another type or a port mapping as a number.
    """
    return re.compile(_WORD).fullmatch(value) is not None and write_scalar(value, flow=flow) == value


def in_new_quotes(value: str) -> str:
    """Return a value that has no quotes with them: in single quotes if double quotes would need escapes."""
    made = quote(value)
    return f"'{value}'" if "\\" in made and "'" not in value else made


def rewrapped(raw: str, indent: str) -> str:
    """Return a multi-line plain or quoted scalar with its continuation lines at `indent` (a line break and spaces)."""
    newline = indent.rstrip(" ")

    def line_break(found: re.Match[str]) -> str:
        return newline * (len(re.compile(_LINE_BREAK).findall(found[0])) - 1) + indent

    return re.compile(_CONTINUATION).sub(line_break, raw)


def has_needless_tag(key: Node) -> bool:
    """Return whether a key is a merge key with an explicit tag, as yamlfmt writes it; `<<` alone means the same."""
    return type(key) is Scalar and key.tag == "!!merge" and key.value == "<<" and not key.style and key.anchor is None


def width_before_value(key: Node) -> int:
    """Return the width of a key with its colon and space."""
    return (2 if has_needless_tag(key) else key.end - key.start) + 2


class BlockText:
    """A block scalar: the end of its header, and the end of its text including significant whitespace."""

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
        """Return the start of the text (after the header's line break) and its indentation, None without text; set `end`."""
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
        """Return the end including significant whitespace (YAML 1.2.2, section 8.1.1.2)."""
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
    """Return the lines of a block scalar with another indentation. Raises UnsupportedLayout if a line is indented less."""
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
