"""Escaping for the XML reports: well-formed text and attributes from any file content."""

from __future__ import annotations

import re

from composefmt.reports.text import printable

# Characters that XML 1.0 does not allow and `printable` does not escape.
_NEVER = re.compile("[\ufffe\uffff]")


def attributes(values: dict[str, str]) -> str:
    """Return the attributes of a tag, each preceded by a space."""
    from xml.sax.saxutils import quoteattr

    return "".join(f" {name}={quoteattr(_allowed(value))}" for name, value in values.items())


def content(text: str) -> str:
    """Return text between tags; it may have several lines."""
    from xml.sax.saxutils import escape

    return escape("\n".join(map(_allowed, text.split("\n"))))


def _allowed(text: str) -> str:
    return _NEVER.sub("\ufffd", printable(text))
