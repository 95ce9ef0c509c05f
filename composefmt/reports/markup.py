"""What the reports in XML share: text and attributes that are well-formed whatever stands in a file."""

from __future__ import annotations

import re

from composefmt.reports.text import printable

# XML 1.0 has no characters for these, and `printable` leaves them.
_NEVER = re.compile("[\ufffe\uffff]")


def attributes(values: dict[str, str]) -> str:
    """Attributes of a tag, each with a space before it."""
    from xml.sax.saxutils import quoteattr

    return "".join(f" {name}={quoteattr(_allowed(value))}" for name, value in values.items())


def content(text: str) -> str:
    """Text between tags; it may have several lines."""
    from xml.sax.saxutils import escape

    return escape("\n".join(map(_allowed, text.split("\n"))))


def _allowed(text: str) -> str:
    return _NEVER.sub("\ufffd", printable(text))
