"""Parse byte values and durations (specification, 11-extension): `512m`, `1.5gb`, `1m30s`."""

from __future__ import annotations

import re
from math import inf

# Powers of 1024, as in RAMInBytes of go-units, which the reference uses.
POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def parse_bytes(text: str) -> int | None:
    """Return a size in bytes, None if it is invalid."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?([kmgtp]?)(i?b)?", text, re.IGNORECASE)
    size = float(found[1]) * 1024 ** POWERS[found[2].lower()] if found else inf
    return int(size) if size < inf else None


# Seconds of each unit.
_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "\u00b5s": 1e-6,
    "\u03bcs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}


def parse_duration(text: str) -> float | None:
    """Return a duration such as 1m30s in seconds, None if it is invalid."""
    part = r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|[smhdw])"
    if not re.fullmatch(rf"-?(?:0|(?:{part})+)", text):
        return None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(part, text))
    return -seconds if text.startswith("-") else seconds
