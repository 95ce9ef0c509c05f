"""Plain values of nodes, unless aliases expand them without bound."""

from __future__ import annotations

from typing import Any

from composefmt.edit.errors import EditError
from composefmt.syntax.nodes import Alias, Node, parts_of
from composefmt.syntax.scalars import Timestamp
from composefmt.syntax.values import Values

# No real value comes near this.
MAX_VALUES = 1_000_000


def plain_value(node: Node) -> Any:  # noqa: ANN401 - a YAML value may be anything
    """Return the plain value of a node; dates are strings. Raises EditError if aliases make it too large."""
    if _size(node, {}) > MAX_VALUES:
        raise EditError(f"aliases expand the value to more than {MAX_VALUES:,} values")
    return _without_dates(Values().value(node))


def _size(node: Node, known: dict[int, int]) -> int:
    """Return the number of values in a node, with aliases followed."""
    if type(node) is Alias:
        node = node.target
    size = known.get(id(node))
    if size is None:
        size = known[id(node)] = 1 + sum(_size(part, known) for part in parts_of(node))
    return size


def _without_dates(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_dates(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_dates(part) for part in value]
    return str(value) if type(value) is Timestamp else value
