"""Several files in one address space, as go/token's FileSet and rustc's SourceMap have it.

The files occupy consecutive ranges of offsets. A span stays two integers, and `FileSet.locate` gives the file. The first file
starts at 0, so a set of one file costs nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree, resolve
from composefmt.syntax.source import Source, Span

# The tag of nodes that merging made, of several files or of parts of a short form: no edit may change them.
MADE = "!made"


class Member(NamedTuple):
    """A file of a set: its own source and tree, the offset at which it starts in the set, and its tree with offsets in the set."""

    source: Source
    own_tree: Tree
    start: int
    tree: Tree

    def own(self, span: Span) -> Span:
        """Return a span of the set as a span of the file."""
        return Span(span.start - self.start, span.end - self.start)


class FileSet:
    """The files of a project in the order in which they were added."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self._starts: list[int] = []
        self._end = 0

    def add(self, source: Source, tree: Tree) -> Member:
        """Add a file with its parsed tree, which is copied unless it is the first."""
        member = Member(source, tree, self._end, shifted(tree, self._end) if self._end else tree)
        self.members.append(member)
        self._starts.append(member.start)
        # The line break between two files belongs to neither.
        self._end += len(source.text) + 1
        return member

    def locate(self, offset: int) -> Member:
        """Return the file at an offset of the set; the end of a file belongs to it."""
        return self.members[max(bisect_right(self._starts, offset) - 1, 0)]

    @property
    def text(self) -> str:
        """The texts of all files, each followed by a line break but the last."""
        return "\n".join(member.source.text for member in self.members)


def shifted(tree: Tree, by: int) -> Tree:
    """Return a copy of a tree in which all offsets are larger by a number of characters."""
    return _Shift(by).tree(tree)


class _Shift:
    __slots__ = ("by", "known")

    def __init__(self, by: int) -> None:
        self.by = by
        # Copies by the identity of the original: an alias needs the copy of its anchor.
        self.known: dict[int, Node] = {}

    def tree(self, tree: Tree) -> Tree:
        made = Tree()
        made.documents = [self.node(node) for node in tree.documents]
        made.scalars = [self.scalar(node) for node in tree.scalars]
        made.aliases = [self.alias(node) for node in tree.aliases]
        return made

    def node(self, node: Node) -> Node:
        known = self.known.get(id(node))
        if known is not None:
            return known
        if type(node) is Scalar:
            return self.scalar(node)
        if type(node) is Alias:
            return self.alias(node)
        return self.collection(resolve(node))

    def collection(self, node: Node) -> Node:
        if type(node) is Sequence:
            items = Sequence(node.start + self.by, node.content + self.by, node.tag, node.anchor, node.flow)
            items.end = node.end + self.by
            self.known[id(node)] = items
            items.items = [self.node(item) for item in node.items]
            return items
        if type(node) is not Mapping:
            return node
        made = Mapping(node.start + self.by, node.content + self.by, node.tag, node.anchor, node.flow)
        made.end = node.end + self.by
        self.known[id(node)] = made
        made.entries = [(self.node(key), self.node(value)) for key, value in node.entries]
        return made

    def scalar(self, node: Scalar) -> Scalar:
        known = self.known.get(id(node))
        if type(known) is Scalar:
            return known
        by = self.by
        made = Scalar(node.start + by, node.end + by, node.content + by, node.tag, node.anchor, node.value, node.style)
        self.known[id(node)] = made
        return made

    def alias(self, node: Alias) -> Alias:
        known = self.known.get(id(node))
        if type(known) is Alias:
            return known
        made = Alias(node.start + self.by, node.end + self.by, node.name, self.node(node.target))
        self.known[id(node)] = made
        return made
