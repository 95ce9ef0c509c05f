"""Validate files against the official Compose schema and report violations in the terms of Compose.

`tools/update_schema.py` turns the schema into tables of allowed values. A gate compiled from them accepts or rejects a
file in microseconds; `explain` walks the tables to report every violation only if the gate rejects the file. The tests
compare both with the jsonschema library, which starts too slowly for a run.
"""

from __future__ import annotations

from composefmt.compose.schema.problem import SchemaProblem

__all__ = ["SchemaProblem", "problems"]


def problems(value: object) -> list[SchemaProblem]:
    """Return every violation of the schema, as the reference applies it, in a Compose file's plain value."""
    from composefmt.compose.schema.gate import fits

    if fits(value):
        return []
    from composefmt.compose.schema.explain import explain

    return explain(value)
