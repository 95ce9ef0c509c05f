"""Units: sizes in bytes and durations, as the specification writes them (11-extension, "Specifying byte values" and "durations").

Sizes are those of go-units' RAMInBytes (powers of 1024), durations those of Go's time.ParseDuration with days and weeks, as
the reference's types/bytes.go and types/duration.go read them.
"""

from __future__ import annotations

import re

_BYTES = r"(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?) ?([kmgtp]?)(i?b)?"
_DURATION = r"[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+)"
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}

BYTES_EXAMPLE = "512m, 1.5g or 1073741824"
DURATION_EXAMPLE = "30s, 1m30s or 1h"


def parse_bytes(text: str) -> int | None:
    """A size in bytes, None where it cannot be read."""
    found = re.fullmatch(_BYTES, text, re.IGNORECASE)
    return int(float(found[1]) * 1024 ** _POWERS[found[2].lower()]) if found else None


def is_duration(text: str) -> bool:
    """Whether a text is a duration such as `1m30s`."""
    return re.fullmatch(_DURATION, text) is not None
