"""A violation of the Compose schema."""

from __future__ import annotations

from typing import NamedTuple


class SchemaProblem(NamedTuple):
    """One violation: the rule, the path in the value, whether the key (not the value) is wrong, the message and the remedy.

    `meant` is the key or value that was probably intended, None if unknown. `kinds`: "list" and "map" as far as they are allowed in
    place of a string.

    The rule `ignored-key` is a warning: the reference loads such a file, but the key has no effect.
    """

    rule: str
    path: tuple[str | int, ...]
    on_key: bool
    message: str
    help: str
    meant: str | int | float | None = None
    kinds: tuple[str, ...] = ()
