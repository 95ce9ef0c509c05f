"""A merged project as the rules see it: one Compose file whose nodes are written in several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import ComposeFile
from composefmt.syntax.changes import Changes
from composefmt.syntax.fileset import MADE
from composefmt.syntax.nodes import Alias, Mapping, Tree
from composefmt.syntax.source import Source

if TYPE_CHECKING:
    from composefmt.options import Options
    from composefmt.project.effective import Effective
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.nodes import Node, Scalar, Sequence


class EffectiveFile(ComposeFile):
    """The effective tree with offsets in the address space of the project's files.

    `certain`: Docker Compose surely starts these files together; otherwise that is a guess from their names.
    """

    __slots__ = ("certain", "effective")

    def __init__(self, effective: Effective, options: Options, *, certain: bool) -> None:
        tree = Tree()
        tree.documents = [effective.root]
        for member in effective.files.members:
            tree.scalars += member.tree.scalars
            tree.aliases += member.tree.aliases
        super().__init__(Source(effective.files.text, effective.files.members[0].source.filename), tree, options)
        self.effective = effective
        self.certain = certain

    @property
    def is_complete(self) -> bool:
        """Whether all files of the project were reached."""
        return not self.effective.gaps

    def written_root(self, node: Node) -> Mapping | None:
        """Return the root of the file in which a node is written; None if that has several documents."""
        documents = self.effective.files.locate(node.start).tree.documents
        return documents[0] if len(documents) == 1 and type(documents[0]) is Mapping else None

    @property
    def changes(self) -> Changes:
        """Return the converter of node changes to edits of the files as they are written."""
        if self._changes is None:
            written = Tree()
            written.documents = [node for member in self.effective.files.members for node in member.tree.documents]
            written.scalars, written.aliases = self.tree.scalars, self.tree.aliases
            self._changes = _WrittenChanges(self.source.text, written)
        return self._changes


class _WrittenChanges(Changes):
    """Changes of nodes that are written in a file; nodes made by merging cannot be changed."""

    __slots__ = ()

    def replace(self, node: Node, value: object) -> tuple[Edit, ...]:
        return () if _is_made(node) else super().replace(node, value)

    def replace_part(self, node: Node, start: int, end: int, made: str) -> tuple[Edit, ...]:
        return () if _is_made(node) else super().replace_part(node, start, end, made)

    def quote(self, node: Node) -> tuple[Edit, ...]:
        return () if _is_made(node) else super().quote(node)

    def insert(self, mapping: Mapping, key: str, value: object = None) -> tuple[Edit, ...]:
        return () if _is_made(mapping) else super().insert(mapping, key, value)

    def append(self, sequence: Sequence, value: object) -> tuple[Edit, ...]:
        return () if _is_made(sequence) else super().append(sequence, value)

    def prepend(self, sequence: Sequence, value: object) -> tuple[Edit, ...]:
        return () if _is_made(sequence) else super().prepend(sequence, value)


def _is_made(node: Node | Scalar) -> bool:
    return type(node) is not Alias and node.tag == MADE  # type: ignore[union-attr]
