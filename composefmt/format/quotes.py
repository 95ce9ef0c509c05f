"""Which scalars of a collection keep or get quotes, so that its strings are quoted alike.

Quotes around plain words have no effect and are removed, except in collections where that would leave some strings quoted
and others not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.format.scalars import is_word
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence
from composefmt.syntax.scalars import write_scalar

if TYPE_CHECKING:
    from collections.abc import Container
    from typing import TypeGuard

# Their keys and values are the user's own; all their quotes stay. Extensions (`x-*`) as well.
_FREE = frozenset(
    {"additional_contexts", "annotations", "args", "driver_opts", "environment", "labels", "options", "storage_opt", "sysctls"}
)


class Quotes:
    """The decisions for one tree: ids of quoted scalars that keep their quotes, and of plain ones that get some.

    `replaced`: ids of items of which nothing will be left.
    """

    __slots__ = ("kept", "replaced", "wanted")

    def __init__(self, replaced: Container[int]) -> None:
        self.replaced = replaced
        self.kept: set[int] = set()
        self.wanted: set[int] = set()

    def keep_free(self, key: Node, value: Node) -> None:
        """Keep all quotes of a collection whose content is the user's own, such as `environment`."""
        if type(key) is not Scalar or not (key.value in _FREE or key.value.startswith("x-")):
            return
        if type(value) is Mapping:
            self.kept.update(id(each) for _, each in value.entries)
        elif type(value) is Sequence:
            self.kept.update(map(id, value.items))

    def keep_mixed(self, node: Sequence) -> None:
        """Keep the quotes of a list in block style, unless all its strings have some that can go."""
        quoted = self.quoted(node)
        if quoted and not (self.can_go(quoted) and not any(map(self.can_get_quotes, node.items))):
            self.kept.update(map(id, quoted))

    def match(self, node: Sequence) -> None:
        """Quote all strings of a list that changes from flow to block style, unless all quotes can go."""
        quoted = self.quoted(node)
        if quoted and not self.can_go(quoted):
            self.kept.update(map(id, quoted))
            self.wanted.update(id(item) for item in node.items if self.can_get_quotes(item))

    def quoted(self, node: Sequence) -> list[Scalar]:
        """Return the quoted items of a list."""
        return [item for item in node.items if is_quoted(item) and id(item) not in self.replaced]

    def can_get_quotes(self, node: Node) -> bool:
        """Return whether an item without quotes is a string that will be left."""
        return can_get_quotes(node) and id(node) not in self.replaced

    def can_go(self, quoted: list[Scalar]) -> bool:
        """Return whether none of some quoted scalars needs its quotes."""
        return all(is_word(item.value, flow=False) and id(item) not in self.kept for item in quoted)


def is_quoted(node: Node) -> TypeGuard[Scalar]:
    """Return whether a node is a quoted scalar whose quotes may change."""
    return type(node) is Scalar and node.style in ('"', "'") and node.tag is None


def can_get_quotes(node: Node) -> bool:
    """Return whether a node is a plain scalar that is certainly a string, so that quotes do not change its type."""
    return (
        type(node) is Scalar
        and not node.style
        and node.tag is None
        and (write_scalar(node.value) == node.value or node.value.startswith("$"))
    )
