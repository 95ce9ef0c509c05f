"""Path patterns such as `services.*.ports`, with `*` for any key or item, as a tree for walks."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class PatternNode(Generic[Value]):
    """A node of the pattern tree: its registered values and its children by key; `any` is the child for `*`."""

    __slots__ = ("any", "here", "keys")

    def __init__(self) -> None:
        self.keys: dict[str, PatternNode[Value]] = {}
        self.any: PatternNode[Value] | None = None
        self.here: list[Value] = []

    def add(self, pattern: str, value: Value) -> None:
        """Register a value at a pattern below this node; "" is the node itself."""
        place = self
        for part in pattern.split(".") if pattern else ():
            if part == "*":
                place.any = place.any or PatternNode()
                place = place.any
            else:
                place = place.keys.setdefault(part, PatternNode())
        place.here.append(value)
