"""Mappings and lists of a document as Python knows them; assignments to them change the text."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, MutableSequence
from typing import TYPE_CHECKING, Any, Union, overload

from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import Timestamp, scalar_value
from composefmt.syntax.values import merged_entries

if TYPE_CHECKING:
    from typing import Protocol

    from composefmt.edit.paths import Exact

    class ViewedDocument(Protocol):
        """What views ask of their document."""

        def child(self, path: Exact, key: str | int) -> Any:  # noqa: ANN401
            """Return the value at a key or index of a collection."""

        def nodes(self, path: Exact) -> list[Node]:
            """Return the nodes at a path in all documents of the file."""

        def get(self, path: Exact) -> Any:  # noqa: ANN401
            """Return the plain value at a path."""

        def set(self, path: Exact, value: object) -> None:
            """Give the value at a path another value."""

        def insert(self, path: Exact, index: int, value: object) -> None:
            """Insert an item into a list."""

        def unset(self, path: Exact) -> None:
            """Remove an entry or item."""

        def rename_key(self, path: Exact, key: str) -> None:
            """Give an entry another key."""


class MappingView(MutableMapping[str, Any]):
    """A mapping of a document, by its path."""

    __slots__ = ("_document", "_path")

    def __init__(self, document: ViewedDocument, path: Exact) -> None:
        self._document = document
        self._path = path

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - a YAML value may be anything
        return self._document.child(self._path, key)

    def __setitem__(self, key: str, value: object) -> None:
        self._document.set((*self._path, key), value)

    def __delitem__(self, key: str) -> None:
        self._document.unset((*self._path, key))

    def __iter__(self) -> Iterator[str]:
        names: dict[str, None] = {}
        for node in self._document.nodes(self._path):
            names.update(dict.fromkeys(merged_entries(node)) if type(node) is Mapping else ())
        return iter(names)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in list(iter(self))

    def __repr__(self) -> str:
        return repr(self._document.get(self._path))

    def rename(self, key: str, new: str) -> None:
        """Give an entry another key; references to it stay as they are (see `Document.rename`)."""
        self._document.rename_key((*self._path, key), new)


class ListView(MutableSequence[Any]):
    """A list of a document, by its path. New items take the short or long form of the last item."""

    __slots__ = ("_document", "_path")

    def __init__(self, document: ViewedDocument, path: Exact) -> None:
        self._document = document
        self._path = path

    @overload
    def __getitem__(self, index: int) -> Any: ...  # noqa: ANN401 - a YAML value may be anything

    @overload
    def __getitem__(self, index: slice) -> MutableSequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._document.get(self._path)[index]
        return self._document.child(self._path, self._number(index))

    def __setitem__(self, index: int | slice, value: Any) -> None:  # noqa: ANN401 - a YAML value may be anything
        if isinstance(index, slice):
            items = self._document.get(self._path)
            items[index] = value
            self._document.set(self._path, items)
        else:
            self._document.set((*self._path, self._number(index)), value)

    def __delitem__(self, index: int | slice) -> None:
        if isinstance(index, slice):
            items = self._document.get(self._path)
            del items[index]
            self._document.set(self._path, items)
        else:
            self._document.unset((*self._path, self._number(index)))

    def __len__(self) -> int:
        node = next(iter(self._document.nodes(self._path)), None)
        return len(node.items) if type(node) is Sequence else 0

    def insert(self, index: int, value: object) -> None:
        """Insert an item before another one."""
        self._document.insert(self._path, index, value)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, (list, tuple, ListView)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._document.get(self._path))

    def _number(self, index: int) -> int:
        number = index if index >= 0 else len(self) + index
        if not 0 <= number < len(self):
            raise IndexError("list index out of range")
        return number


View = Union[MappingView, ListView]


def view_of(document: ViewedDocument, path: Exact, node: Node) -> Any:  # noqa: ANN401 - a YAML value may be anything
    """Return the value of a node: a view of a collection, or a plain scalar."""
    node = resolve(node)
    if type(node) is Mapping:
        return MappingView(document, path)
    if type(node) is Sequence:
        return ListView(document, path)
    assert type(node) is Scalar
    return _scalar(node)


def _scalar(node: Scalar) -> object:
    value = scalar_value(node)
    return str(value) if type(value) is Timestamp else value


def plain(value: object) -> object:
    """Return a value without views."""
    if isinstance(value, (MappingView, dict)):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (ListView, list, tuple)):
        return [plain(part) for part in value]
    return value
