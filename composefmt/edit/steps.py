"""One change of a text as data: what it does to the tree, in terms of indexes, and which edits carry it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.source import Span

# The document's number, then the number of each entry or item on the way: duplicate keys have different paths.
IndexPath = tuple[int, ...]


class Set(NamedTuple):
    """Give the value at a path another value."""

    path: IndexPath
    value: object


class Insert(NamedTuple):
    """Insert an entry (with a key) or an item (without one) into the collection at a path, before the element `number`."""

    path: IndexPath
    number: int
    key: str | None
    value: object


class Delete(NamedTuple):
    """Delete the entry or item at a path."""

    path: IndexPath


class Rename(NamedTuple):
    """Give the entry at a path another key."""

    path: IndexPath
    key: str


Step = Union[Set, Insert, Delete, Rename]


class StepEdits(NamedTuple):
    """The edits of a step. Comments within `removed`, which are spans of the old text, may disappear."""

    edits: tuple[Edit, ...]
    removed: tuple[Span, ...] = ()


def moved(step: Step, path: IndexPath) -> IndexPath | None:
    """Return the path that an element has after a step; None if the step removes it."""
    if isinstance(step, Set):
        inside = len(path) > len(step.path) and path[: len(step.path)] == step.path
        return None if inside else path
    if isinstance(step, Rename):
        return path
    holder = step.path if isinstance(step, Insert) else step.path[:-1]
    depth = len(holder)
    if len(path) <= depth or path[:depth] != holder:
        return path
    if isinstance(step, Insert):
        return path if path[depth] < step.number else (*holder, path[depth] + 1, *path[depth + 1 :])
    if path[depth] == step.path[depth]:
        return None
    return path if path[depth] < step.path[depth] else (*holder, path[depth] - 1, *path[depth + 1 :])
