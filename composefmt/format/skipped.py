"""Entries that keep their form although the settings ask for the other one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence
from composefmt.syntax.values import is_merge_key

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span


# A second pass may rewrite such an entry, because the first one changes it to block style.
COMMENT_INSIDE = "it contains a comment"


PLACEHOLDER = "it has a placeholder of a template"


def has_placeholder(text: str) -> bool:
    """Return whether a text has a placeholder of a template, which may hold anything: `{{ x }}` may be a path or a name."""
    return "{{" in text or "{%" in text


class SkippedEntry(NamedTuple):
    """An entry that keeps its form: the field, its location and the reason."""

    field: str
    span: Span
    reason: str


def is_tied(node: Node, *, top: bool = False) -> bool:
    """Return whether a value contains an anchor, alias, tag, merge key or block scalar, so that no string can replace it.

    `top`: ignore the value's own anchor, which stays.
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
