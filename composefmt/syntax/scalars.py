"""Scalars: read the value of a text, and write a value so that every YAML reader gets it back.

Reading follows Docker Compose's YAML library (go-yaml: YAML 1.2 with octal `0777`, without sexagesimal numbers). Writing
is safe for YAML 1.1 and 1.2: a string that either would read as another type is quoted.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Scalar

Value = Union[str, int, float, bool, None]


class Timestamp(str):
    """A date, which go-yaml reads as a timestamp and not as a string. `written`: the author's spelling."""

    written: str

    def __new__(cls, text: str, written: str = "") -> Timestamp:
        """Return the normalized date and, if it differs, the author's spelling."""
        made = super().__new__(cls, text)
        made.written = written or text
        return made


_WORDS: dict[str, Value] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
    ".inf": float("inf"),
    ".Inf": float("inf"),
    ".INF": float("inf"),
    "+.inf": float("inf"),
    "+.Inf": float("inf"),
    "+.INF": float("inf"),
    "-.inf": float("-inf"),
    "-.Inf": float("-inf"),
    "-.INF": float("-inf"),
}
_NUMBER_START = frozenset("+-.0123456789")
# Python refuses to convert numbers of more than 4,300 digits.
_MOST_DIGITS = 1000
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MAX_INTEGER = 2**64
# The layouts of Go's time package that go-yaml tries.
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?(Z|[-+][0-9]{2}:[0-9]{2})"
    r"| +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?)?"
)
# Tags that set the type of a value, quoted or not.
_TELLING_TAGS: dict[str | None, tuple[type, ...]] = {
    "!!int": (int,),
    "!!float": (float,),
    "!!bool": (bool,),
    "!!null": (type(None),),
    "!!timestamp": (Timestamp,),
}

# What YAML 1.1 or 1.2 readers take for a boolean, null, number, date, merge key or default value.
_LOOKS_SPECIAL = re.compile(
    r"~|=|<<|null|true|false|y|n|yes|no|on|off"
    r"|[-+]?[0-9][0-9_,]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # sexagesimal
    r"|[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[bB][01_]+|[-+]?0[oO][0-7_]+"
    r"|[-+]?(?:\.[0-9_]+|[0-9][0-9_,]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?",
    re.IGNORECASE,
)
# A variable, whose value is not known yet, or what a reader might take for a port mapping or a time.
_KEEPS_QUOTES = re.compile(r"[^$]*\$|[0-9][^:]*:|[0-9]+-[0-9]+$")
# Characters that cannot start a plain scalar; `-`, `?` and `:` only before a space.
_INDICATORS = frozenset(",[]{}#&*!|>'\"%@`")
_UNSAFE_INSIDE = re.compile(r": |:$| #|[\t\r\n\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
# Typographic quotes and dashes at an edge, which people would take for YAML's own, and characters that cannot be seen.
_MISLEADING = re.compile("^[\u2010-\u2015\u2018-\u201f\u2212]|[\u2010-\u2015\u2018-\u201f\u2212]$|[\u00ad\u200b-\u200d\u2060]")
_UNSAFE_IN_FLOW = re.compile(r"[,\[\]{}:]")
_ESCAPES = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
}
_UNSAFE_IN_QUOTES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')


def scalar_value(node: Scalar) -> Value:
    """Return the value that go-yaml gives a scalar."""
    tag = node.tag
    if tag is None or tag == "!":
        return node.value if node.style else plain_value(node.value)
    if tag not in _TELLING_TAGS:
        return node.value
    value = plain_value(node.value)
    return float(value) if tag == "!!float" and type(value) is int else value


def fits_tag(node: Scalar) -> bool:
    """Return whether a scalar's text has the type its tag names: number, boolean, timestamp or null."""
    return node.tag not in _TELLING_TAGS or type(scalar_value(node)) in _TELLING_TAGS[node.tag]


def decoded(text: str) -> str | None:
    """Decode the text of a scalar tagged `!!binary`; None if it is not base64."""
    from base64 import b64decode

    try:
        return b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
    except ValueError:
        return None


def plain_value(text: str) -> Value:
    """Return the value of an untagged plain scalar: null, boolean, number or, usually, the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    digits = text.replace("_", "") if "_" in text else text
    if _INTEGER.fullmatch(digits):
        number = _integer(digits)
        if -_MAX_INTEGER // 2 <= number < _MAX_INTEGER:
            return number
    if _FLOAT.fullmatch(digits) and isfinite(fraction := float(digits)):
        return fraction
    return Timestamp(text) if text[4:5] == "-" and timestamp_parts(text) else text


def timestamp_parts(text: str) -> tuple[str, str, str, str, str, str, str, str] | None:
    """Split a timestamp into year, month, day, hour, minute, second, fraction and zone ("" if absent); None if it is invalid."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, *rest = (part or "" for part in found.groups())
    hour, minute, second, fraction = rest[:4] if rest[0] else rest[5:]
    from datetime import datetime

    try:
        datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    return year, month, day, hour, minute, second, fraction, rest[4]


def whole_number(digits: str, base: int = 10) -> int:
    """Return the number that digits denote; extremely long numbers are truncated to their first digits."""
    return int(digits.lstrip("0")[:_MOST_DIGITS] or "0" if len(digits) > _MOST_DIGITS else digits, base)


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    body = digits.lstrip("+-")
    prefix = body[:2].lower()
    if prefix in ("0x", "0b", "0o"):
        return sign * int(body[2:], {"0x": 16, "0b": 2, "0o": 8}[prefix])
    return sign * (whole_number(body, 8 if body[0] == "0" and len(body) > 1 else 10))


def write_scalar(value: object, *, flow: bool = False) -> str:
    """Write a value as one line of YAML: plain if that is safe, quoted otherwise. `flow`: inside flow style.

    Variables, and what looks like a port mapping, are quoted as well.
    """
    if isinstance(value, str):
        return _write_text(value, flow=flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@lru_cache(maxsize=4096)
def _write_text(text: str, *, flow: bool) -> str:
    return text if is_plain_safe(text, flow=flow) and not _KEEPS_QUOTES.match(text) else quote(text)


def is_plain_safe(text: str, *, flow: bool = False) -> bool:
    """Return whether a string is safe without quotes for YAML 1.1 and 1.2 readers."""
    if not text or text != text.strip() or text[0] in _INDICATORS:
        return False
    if text[0] in "-?:" and (len(text) == 1 or text[1] == " " or flow):
        return False
    if text.startswith(("---", "...")):
        return False
    if _UNSAFE_INSIDE.search(text) or (flow and _UNSAFE_IN_FLOW.search(text)):
        return False
    return not _LOOKS_SPECIAL.fullmatch(text) and (text.isascii() or not _MISLEADING.search(text))


def quote(text: str) -> str:
    """Write a string in double quotes; in single quotes if inner double quotes would be the only escapes."""
    double = '"' + _TO_ESCAPE.sub(_escape, text) + '"'
    if "\\" in double and "\\" not in double.replace('\\"', "") and "'" not in text:
        return f"'{text}'"
    return double


def in_quotes(text: str, style: str) -> str:
    """Write a string in the given quotes; in double quotes if single quotes cannot hold it."""
    if style == "'" and not _UNSAFE_IN_QUOTES.search(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _TO_ESCAPE.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
