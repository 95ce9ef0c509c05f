"""Patterns that are compiled when they are first needed, not on import."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=128)
def pattern(text: str) -> re.Pattern[str]:
    """A compiled pattern."""
    return re.compile(text)
