"""Validate files against the official Compose schema and report violations in the terms of Compose.

`tools/update_schema.py` turns the schema into tables of allowed values. A gate compiled from them accepts or rejects a
file in microseconds; `explain` walks the tables to report every violation only if the gate rejects the file. The tests
compare both with the jsonschema library, which starts too slowly for a run.
"""

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


def problems(value: object) -> list[SchemaProblem]:
    """Return every violation of the schema, as the reference applies it, in a Compose file's plain value."""
    from composefmt.compose.schema.gate import fits

    if fits(value):
        return []
    from composefmt.compose.schema.explain import explain

    return explain(value)
