"""Regular expressions compiled on first use instead of on import."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=128)
def pattern(text: str) -> re.Pattern[str]:
    """Return the compiled pattern."""
    return re.compile(text)
