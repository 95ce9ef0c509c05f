"""A file whose text is changed in memory: its changes, and how they are written."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from io import StringIO
from typing import TYPE_CHECKING

from composefmt.edit.errors import EditError
from composefmt.files.content import FileError, read_file, write_file
from composefmt.syntax.source import NotText, Source

if TYPE_CHECKING:
    from composefmt.reports.text import Style


class EditedFile(ABC):
    """A text that was read from a file, or not."""

    def __init__(self, source: Source) -> None:
        self.filename = source.filename
        self.path: str | None = None
        self._source = source
        self._data = b""

    def came_from(self, source: Source, data: bytes, path: str | os.PathLike[str] | None = None) -> None:
        """Record what the text was decoded from."""
        self._source, self._data = source, data
        self.path = os.fspath(path) if path is not None else None

    @property
    @abstractmethod
    def text(self) -> str:
        """The text with all changes."""

    @property
    @abstractmethod
    def first(self) -> str:
        """The text without changes."""

    @property
    def data(self) -> bytes:
        """The text in the encoding of the file."""
        return self._source.to_bytes(self.text)

    @property
    def is_changed(self) -> bool:
        """Whether the text differs from that which was read or saved."""
        return self.text != self.first

    @property
    def changed_lines(self) -> int:
        """The number of lines that are changed, added or removed."""
        from composefmt.reports.diff import changed

        old, new = (StringIO(text, newline="").readlines() for text in (self.first, self.text))
        return sum(max(part.end - part.start, part.new_end - part.new_start) for part in changed(old, new))

    def diff(self, style: Style | None = None) -> str:
        """Return the changes as a unified diff."""
        from composefmt.reports.diff import unified
        from composefmt.reports.text import PLAIN

        return "".join(unified(self.filename, self.first, self.text, style or PLAIN))

    def save(self) -> None:
        """Write the file that the text was read from, at once or not at all.

        Raises EditError if it cannot be written or has changed since it was read.
        """
        try:
            self.write()
        except FileError as error:
            raise EditError(f"{self.filename}: {error.message}", error.advice) from None
        self.forget()

    def write(self) -> None:
        """Write the file if there are changes. Raises FileError."""
        if self.path is None:
            raise EditError("the document was not read from a file")
        if self.is_changed:
            write_file(self.path, self.data, self._data)

    def write_back(self) -> None:
        """Undo `write`. Raises FileError."""
        if self.path is not None and self.is_changed:
            write_file(self.path, self._data, self.data)

    def forget(self) -> None:
        """Make the current text the one from which changes are counted."""
        self._data = self.data


def read_source(path: str | os.PathLike[str], filename: str = "") -> tuple[Source, bytes]:
    """Return the text of a file, and its bytes; `filename` is the name to show. Raises EditError."""
    name = filename or os.fspath(path)
    try:
        data = read_file(os.fspath(path))
    except FileError as error:
        raise EditError(f"{name}: {error.message}", error.advice) from None
    return source_of(data, name), data


def source_of(data: bytes, filename: str) -> Source:
    """Decode the bytes of a file. Raises EditError."""
    try:
        return Source.from_bytes(data, filename)
    except NotText as problem:
        raise EditError(f"{filename}: {problem.message}") from None
