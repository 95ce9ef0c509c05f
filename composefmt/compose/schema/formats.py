"""Check strings that the reference converts to another type.

Each check follows the parser of the reference, so that both reject the same strings: strconv for numbers,
go-str2duration for durations, go-units for sizes.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from composefmt.syntax.lazy import pattern
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable

_BOOLEANS = frozenset(("true", "false", "y", "yes", "on", "n", "no", "off"))
_MAX_INT64 = 2**63 - 1
_MAX_UINT32 = 2**32 - 1
_SIZE_UNITS = frozenset("kmgtp")
# The units of durations.
NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 24 * 3600 * 10**9,
    "w": 7 * 24 * 3600 * 10**9,
}


def is_boolean(text: str) -> bool:
    """Return whether a string is a boolean such as `true` or `no`, in any case."""
    return text.lower() in _BOOLEANS


def is_integer(text: str) -> bool:
    """Return whether a string is an integer in decimal digits, of at most 64 bits."""
    return pattern(r"[-+]?[0-9]+").fullmatch(text) is not None and -_MAX_INT64 <= whole_number(text) <= _MAX_INT64


def is_decimal(text: str) -> bool:
    """Return whether Go's ParseFloat accepts a string."""
    if text != text.strip():
        return False
    try:
        number = float(text)
    except ValueError:
        return pattern(r"[-+]?0[xX](?:[0-9a-fA-F_]+\.?[0-9a-fA-F_]*|\.[0-9a-fA-F_]+)[pP][-+]?[0-9]+").fullmatch(text) is not None
    # Numbers beyond 64 bits are invalid; "inf" is valid.
    return text.isascii() and (isfinite(number) or "n" in text.lower())


def to_number(text: str) -> float:
    """Return the number of a string in the format integer or decimal."""
    return whole_number(text) if is_integer(text) else float(text) if "x" not in text.lower() else float.fromhex(text)


def is_count(text: str) -> bool:
    """Return whether a string is `all` or an integer."""
    return text.lower() == "all" or is_integer(text)


def is_duration(text: str) -> bool:
    """Return whether a string is a duration such as `1m30s`, `-1.5h` or `2w`; 0 needs no unit."""
    if pattern(r"[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[num\u00b5\u03bc]?s|[mhdw]))+)").fullmatch(text) is None:
        return False
    parts = pattern(r"([0-9.]+)([^0-9.]+)").findall(text)
    return sum(float(number) * NANOSECONDS[unit] for number, unit in parts) <= _MAX_INT64


def is_file_mode(text: str) -> bool:
    """Return whether a string consists of octal digits."""
    return pattern(r"[-+]?[0-7]+").fullmatch(text) is not None


def is_umask(text: str) -> bool:
    """Return whether a string is a 32-bit integer in the syntax of Go: `022` and `0o22` are octal, `0x12` is hexadecimal."""
    if pattern(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][0-9_]*").fullmatch(text) is None:
        return False
    digits = text.replace("_", "").lower()
    octal = digits[0] == "0" and digits[1:].isdecimal()
    try:
        return whole_number(digits, 8 if octal else 0) <= _MAX_UINT32
    except ValueError:
        return False


def is_size(text: str) -> bool:
    """Return whether a string is a number of bytes, or a number with a unit: `512m`, `1.5 GiB`, `100kb`."""
    if is_integer(text):
        return True
    end = max(map(text.rfind, "0123456789. "))
    number, unit = text[: end if end >= 0 and text[end] == " " else end + 1], text[end + 1 :].lower()
    if not is_decimal(number) or number.startswith("-"):
        return False
    return unit in ("", "b") or (unit[0] in _SIZE_UNITS and unit[1:] in ("", "b", "ib"))


FORMATS: dict[str, Callable[[str], bool]] = {
    "boolean": is_boolean,
    "count": is_count,
    "cpus": is_decimal,
    "decimal": is_decimal,
    "duration": is_duration,
    "file-mode": is_file_mode,
    "integer": is_integer,
    "size": is_size,
    "umask": is_umask,
}
