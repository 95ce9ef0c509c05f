"""Bounds on the size of interpolated text: ten lines must not fill the memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# For all values of a file together. Compose files and env files are a thousand times smaller.
MAX_CHARACTERS = 50_000_000

_NAME = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


# Of a longer cycle, show only the start and the end.
_MAX_SHOWN = 10


def cycle(names: Sequence[str]) -> str:
    """Return a cycle as text, with its first name repeated: `a -> b -> a`."""
    closed = [*names, names[0]]
    if len(closed) > _MAX_SHOWN:
        closed[_MAX_SHOWN // 2 : -_MAX_SHOWN // 2] = [f"({len(closed) - _MAX_SHOWN} more)"]
    return " -> ".join(closed)


class Budget:
    """The number of characters that may still be created."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_CHARACTERS

    def spend(self, text: str, lookup: Callable[[str], str | None]) -> bool:
        """Reserve characters for a string; return False if the budget is exceeded."""
        self.left -= len(text)
        if "$" in text:
            known: dict[str, int] = {}
            for name in _NAME.findall(text):
                if name not in known:
                    known[name] = len(lookup(name) or "")
                self.left -= known[name]
        return self.left >= 0
