"""Escape text from files as inert Markdown: no link, image, command or HTML.

Names, values and comments come from untrusted repositories.
"""

from __future__ import annotations

import re

# In characters, of one value.
_LONGEST = 200


def plain(text: str) -> str:
    """Return text for the middle of a sentence, on one line."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&:@-])", r"\\\1", _one_line(text)).replace("\\&", "&amp;").replace("\\<", "&lt;")


def code(text: str) -> str:
    """Return text as inline code, on one line."""
    line = _one_line(text)
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    space = " " if line[:1] in ("`", " ", "") or line[-1:] in ("`", " ") else ""
    return f"{fence}{space}{line}{space}{fence}"


def block(text: str, language: str = "yaml") -> str:
    """Return lines as a code block."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _one_line(text: str) -> str:
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
