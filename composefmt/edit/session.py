"""The files of a run: each is read once, changed in memory, and written with all others or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.edit.document import Document
from composefmt.files.content import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.options import Options


class Session:
    """Documents by the absolute paths of their files. `options_of` returns the options of a file."""

    def __init__(self, options_of: Callable[[str], Options], shown_name: Callable[[str], str] = str) -> None:
        self._options_of = options_of
        self._shown_name = shown_name
        self.documents: dict[str, Document] = {}

    def document(self, path: str) -> Document:
        """Return the document of a file. Raises EditError if it cannot be read or is not YAML."""
        if path not in self.documents:
            self.documents[path] = Document.read(path, self._options_of(path), self._shown_name(path))
        return self.documents[path]

    @property
    def changed(self) -> list[Document]:
        """The documents with changes, in the order in which they were read."""
        return [document for document in self.documents.values() if document.is_changed]

    def save(self) -> None:
        """Write all changed documents. Raises FileError if one cannot be written, after the others have their old content again."""
        written: list[Document] = []
        try:
            for document in self.changed:
                try:
                    document.write()
                except FileError as error:
                    error.message = f"{document.filename}: {error.message}"
                    raise
                written.append(document)
        except BaseException:
            for document in written:
                document.write_back()
            raise
        for document in written:
            document.forget()
