"""The official schema: whether a file fits it, and where it does not, in Compose's words.

A small compiled gate answers yes or no in microseconds; only where it says no, the jsonschema library names every
violation, and `explain` puts them into words.
"""

from __future__ import annotations

from typing import NamedTuple


class SchemaProblem(NamedTuple):
    """One violation: the rule, the path in the value, whether the key (not the value) is wrong, what, and how to mend it."""

    rule: str
    path: tuple[str | int, ...]
    on_key: bool
    message: str
    help: str


def problems(value: object) -> list[SchemaProblem]:
    """Everything in a Compose file's plain value that the schema does not allow; [] where it fits."""
    from composefmt.compose.schema.gate import fits

    if fits(value):
        return []
    from composefmt.compose.schema.explain import explain

    return explain(value)
