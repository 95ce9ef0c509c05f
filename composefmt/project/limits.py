"""Bounds on what a small text may grow to once variables are replaced: ten lines must not fill the memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# All values of a file together. Compose files and env files are a thousand times smaller.
MAX_CHARACTERS = 50_000_000

_NAME = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


# Of a longer circle, its beginning and its end say enough.
_MAX_SHOWN = 10


def circle(names: Sequence[str]) -> str:
    """The names of a circle, the first one again at its end: `a -> b -> a`."""
    closed = [*names, names[0]]
    if len(closed) > _MAX_SHOWN:
        closed[_MAX_SHOWN // 2 : -_MAX_SHOWN // 2] = [f"({len(closed) - _MAX_SHOWN} more)"]
    return " -> ".join(closed)


class Budget:
    """How many characters may still be made."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_CHARACTERS

    def spend(self, text: str, lookup: Callable[[str], str | None]) -> bool:
        """Take what a text may become from the budget; False where that is more than is left."""
        self.left -= len(text)
        if "$" in text:
            known: dict[str, int] = {}
            for name in _NAME.findall(text):
                if name not in known:
                    known[name] = len(lookup(name) or "")
                self.left -= known[name]
        return self.left >= 0
