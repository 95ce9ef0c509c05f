"""Parse byte values (specification, 11-extension, "Specifying byte values"): `512m`, `1.5gb`."""

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
