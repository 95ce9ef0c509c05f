"""Support for repeated document end markers (`...`), which YAML allows but the Python parser refuses."""

from __future__ import annotations

import re

_LINE = r"[^\r\n]*(?:\r\n?|\n|\Z)"
_END = r"\.\.\.(?=[ \t\r\n]|\Z)"


def single_ends(text: str) -> str:
    """Replace each end marker of a document that has already ended by spaces, which keeps all offsets."""
    parts: list[str] = []
    ended = False
    for line in re.findall(_LINE, text):
        is_end = re.match(_END, line) is not None
        parts.append(f"   {line[3:]}" if is_end and ended else line)
        ended = is_end or (ended and line.strip(" \t\r\n")[:1] in ("", "#"))
    return "".join(parts)
