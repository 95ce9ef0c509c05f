"""The official schema: whether a file fits it, and where it does not, in Compose's words.

`tools/update_schema.py` turns the schema into tables of what may stand where. A small gate compiled from them answers
yes or no in microseconds; only where it says no, `explain` walks the tables to name every violation. The jsonschema
library, which takes longer to start than a run may take, is their judge in the tests.
"""

from __future__ import annotations

from typing import NamedTuple


class SchemaProblem(NamedTuple):
    """One violation: the rule, the path in the value, whether the key (not the value) is wrong, what, and how to mend it.

    `meant` is the key or the value that was probably meant, None where that cannot be told.

    The rule `ignored-key` is a warning: the reference loads such a file, but what stands there has no effect.
    """

    rule: str
    path: tuple[str | int, ...]
    on_key: bool
    message: str
    help: str
    meant: str | int | float | None = None


def problems(value: object) -> list[SchemaProblem]:
    """Everything in a Compose file's plain value that the schema, as the reference applies it, does not allow."""
    from composefmt.compose.schema.gate import fits

    if fits(value):
        return []
    from composefmt.compose.schema.explain import explain

    return explain(value)
