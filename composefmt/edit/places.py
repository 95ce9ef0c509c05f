"""Where a path leads in a text, or where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from composefmt.edit.paths import Exact
    from composefmt.syntax.nodes import Mapping, Node, Sequence


class Crossing(NamedTuple):
    """An alias or a merge key on the way to a value, and the node that it leads to."""

    at: Node
    target: Node
    is_merge: bool


class Place(NamedTuple):
    """Where a path leads: the value, and the collection and index at which it is written; None for a root.

    `inside` are the parts of the path that lie inside a value in short form: the name of an item `NAME=VALUE`, or a key of the
    canonical form of a port.
    """

    holder: Mapping | Sequence | None
    number: int
    node: Node
    crossings: tuple[Crossing, ...] = ()
    inside: Exact = ()


class PathEnd(NamedTuple):
    """Where a path ends: `depth` parts of it exist, up to the value `node`."""

    depth: int
    node: Node | None
    crossings: tuple[Crossing, ...] = ()


Found = Union[Place, PathEnd]
