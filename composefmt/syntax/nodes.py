"""The spanned tree: every node knows its location in the text.

Offsets are characters from 0, half-open. A node's `start` includes its anchor and tag; its `content` is where the
value itself starts. A collection ends with its last value, before any trailing comments.
Nodes have no parent links: trees contain no reference cycles and are freed at once.
"""

from __future__ import annotations

from typing import Union

from composefmt.syntax.source import Span


class _Node:
    """The attributes of all nodes except aliases: location, tag and anchor."""

    __slots__ = ("anchor", "content", "end", "start", "tag")

    start: int
    end: int
    content: int
    tag: str | None
    anchor: str | None

    @property
    def span(self) -> Span:
        """The span of the value without its anchor and tag."""
        return Span(self.content, self.end)


class Scalar(_Node):
    """One scalar: `style` is "" (plain), "'", '"', "|" or ">".

    `value` is its text with escapes and folding resolved; decoded if the tag is `!!binary`.
    """

    __slots__ = ("style", "value")

    def __init__(self, start: int, end: int, content: int, tag: str | None, anchor: str | None, value: str, style: str) -> None:
        self.start = start
        self.end = end
        self.content = content
        self.tag = tag
        self.anchor = anchor
        self.value = value
        self.style = style


class Sequence(_Node):
    """A list: `items` in order; `flow` is true for flow style."""

    __slots__ = ("flow", "items")

    def __init__(self, start: int, content: int, tag: str | None, anchor: str | None, flow: bool) -> None:
        self.start = start
        self.end = start
        self.content = content
        self.tag = tag
        self.anchor = anchor
        self.flow = flow
        self.items: list[Node] = []


class Mapping(_Node):
    """A mapping: `entries` are (key, value) pairs in order, including duplicate keys; `flow` is true for flow style."""

    __slots__ = ("entries", "flow")

    def __init__(self, start: int, content: int, tag: str | None, anchor: str | None, flow: bool) -> None:
        self.start = start
        self.end = start
        self.content = content
        self.tag = tag
        self.anchor = anchor
        self.flow = flow
        self.entries: list[tuple[Node, Node]] = []


class Alias:
    """A use of an anchor: `target` is the anchored node, which is written (and edited) elsewhere."""

    __slots__ = ("end", "name", "start", "target")

    def __init__(self, start: int, end: int, name: str, target: Node) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.target = target

    @property
    def span(self) -> Span:
        """The span of the alias itself."""
        return Span(self.start, self.end)


Node = Union[Scalar, Sequence, Mapping, Alias]


class Tree:
    """All documents of one file.

    `documents` are their root nodes, `scalars` all scalars and `aliases` all aliases in the order of the text.
    """

    __slots__ = ("aliases", "documents", "scalars")

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.scalars: list[Scalar] = []
        self.aliases: list[Alias] = []


def resolve(node: Node) -> Scalar | Sequence | Mapping:
    """Return the target of an alias, or the node itself."""
    return node.target if type(node) is Alias else node  # type: ignore[return-value]


def parts_of(node: Node) -> list[Node]:
    """Return the direct children of a node in order: items, or keys and values; none for a scalar or alias."""
    if type(node) is Mapping:
        return [part for entry in node.entries for part in entry]
    return node.items if type(node) is Sequence else []
