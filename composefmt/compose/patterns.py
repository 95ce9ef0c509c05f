"""Path patterns such as `services.*.ports`, with `*` for any key or item, as a tree of places that a walk can follow."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Place(Generic[Value]):
    """A place in the patterns: what was registered there, and which keys lead on; `any` is where every key leads."""

    __slots__ = ("any", "here", "keys")

    def __init__(self) -> None:
        self.keys: dict[str, Place[Value]] = {}
        self.any: Place[Value] | None = None
        self.here: list[Value] = []

    def add(self, pattern: str, value: Value) -> None:
        """Register a value at a pattern below this place; "" is the place itself."""
        place = self
        for part in pattern.split(".") if pattern else ():
            if part == "*":
                place.any = place.any or Place()
                place = place.any
            else:
                place = place.keys.setdefault(part, Place())
        place.here.append(value)
