"""What stays as it is although a setting names it, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence
from composefmt.syntax.values import is_merge_key

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span


# Why an entry keeps its form although a second pass, which meets it in block style, may rewrite it.
COMMENT_INSIDE = "a comment stands inside it"


class Kept(NamedTuple):
    """An entry that keeps its form: the field, where it stands, and why."""

    field: str
    span: Span
    reason: str


def is_tied(node: Node, *, top: bool = False) -> bool:
    """Whether an anchor, alias, tag, merge key or block scalar is in a value, so that it cannot be written as one text.

    `top`: the value's own anchor does not count, since it stays where it is.
    """
    if type(node) is Alias:
        return True
    if node.tag is not None or (node.anchor is not None and not top):  # type: ignore[union-attr]
        return True
    if type(node) is Sequence:
        return any(map(is_tied, node.items))
    if type(node) is Mapping:
        return any(is_merge_key(key) or is_tied(key) or is_tied(value) for key, value in node.entries)
    return type(node) is Scalar and node.style in ("|", ">")
