"""Duplicate keys: check the values that a later duplicate hides.

The last duplicate hides the earlier ones. `views` returns the file as if another duplicate were effective, and the
locations that only this view shows. A section that is defined more than once is read as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, Tree
from composefmt.syntax.source import Span
from composefmt.syntax.values import is_merge_key, key_text

if TYPE_CHECKING:
    from collections.abc import Iterator

# Sections, names and their fields; the number of duplicates of one key to check.
_DEPTH = 3
_MOST = 3

_Entries = list[tuple[Node, Node]]


class HiddenView(NamedTuple):
    """A file in which other duplicates are effective, located at `spans`."""

    file: ComposeFile
    spans: list[Span]

    def shows(self, span: Span) -> bool:
        """Return whether only this view shows a location."""
        return any(own.start <= span.start < own.end for own in self.spans)


def views(file: ComposeFile) -> Iterator[HiddenView]:
    """Yield the views of values that duplicate keys hide; none without a duplicate mapping or list."""
    if not any(_repeats(node, 0) for node in file.tree.documents):
        return
    for number in range(_MOST):
        spans: list[Span] = []
        documents = [_with(node, number, 0, spans) for node in file.tree.documents]
        if not spans:
            return
        tree = Tree()
        tree.documents, tree.scalars, tree.aliases = documents, file.tree.scalars, file.tree.aliases
        yield HiddenView(ComposeFile(file.source, tree, file.options), spans)


def repeats_names(file: ComposeFile) -> bool:
    """Return whether a section or one of its names is duplicated, so that the file's definitions are uncertain."""
    return next(views(file), None) is not None


def _repeats(node: Node, depth: int) -> bool:
    """Return whether a mapping or one of its children has a duplicate key; false for most files."""
    if type(node) is not Mapping or depth >= _DEPTH:
        return False
    names = {key.value if type(key) is Scalar else id(key) for key, _ in node.entries}
    return len(names) < len(node.entries) or any(_repeats(value, depth + 1) for _, value in node.entries)


def _with(node: Node, number: int, depth: int, spans: list[Span]) -> Node:
    """Return a node with only the `number`-th of each group of duplicate keys."""
    if type(node) is not Mapping or depth >= _DEPTH:
        return node
    chosen = _chosen(_merged(node, number, spans) if depth == 0 else node.entries, number, spans)
    return _like(node, [(key, _with(value, number, depth + 1, spans)) for key, value in chosen])


def _like(node: Mapping, entries: _Entries) -> Mapping:
    copy = Mapping(node.start, node.content, node.tag, node.anchor, node.flow)
    copy.end, copy.entries = node.end, entries
    return copy


def _groups(entries: _Entries) -> dict[str | int, _Entries]:
    """Group entries by key; each merge key is a group of its own."""
    groups: dict[str | int, _Entries] = {}
    for entry in entries:
        groups.setdefault(id(entry[0]) if is_merge_key(entry[0]) else key_text(entry[0]), []).append(entry)
    return groups


def _all_are(kind: type[Mapping] | type[Sequence], group: _Entries) -> bool:
    return all(type(value) is kind for _, value in group)


def _chosen(entries: _Entries, number: int, spans: list[Span]) -> _Entries:
    """Return the entries with only the `number`-th duplicate of each key, or the last."""
    kept: _Entries = []
    for group in _groups(entries).values():
        if number < len(group) - 1 and (_all_are(Mapping, group) or _all_are(Sequence, group)):
            spans.append(_span(group[number]))
            kept.append(group[number])
        else:
            kept.append(group[-1])
    return kept


def _merged(root: Mapping, number: int, spans: list[Span]) -> _Entries:
    """Return the sections of a file, with duplicates joined."""
    kept: _Entries = []
    for group in _groups(root.entries).values():
        key, value = group[-1]
        if len(group) > 1 and type(value) is Mapping and _all_are(Mapping, group):
            spans += map(_span, group[:-1] if number < 2 else [])
            value = _like(value, [entry for _, each in group if type(each) is Mapping for entry in each.entries])
        kept.append((key, value))
    return kept


def _span(entry: tuple[Node, Node]) -> Span:
    return Span(entry[0].span.start, entry[1].span.end)
