"""The files of a run: each is read once, changed in memory, and written with all others or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.edit.document import Document
from composefmt.edit.env_file import EditedEnvFile
from composefmt.files.content import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.edit.edited_file import EditedFile
    from composefmt.options import Options


class Session:
    """Documents by the absolute paths of their files. `options_of` returns the options of a file."""

    def __init__(self, options_of: Callable[[str], Options], shown_name: Callable[[str], str] = str) -> None:
        self._options_of = options_of
        self._shown_name = shown_name
        self.documents: dict[str, Document] = {}
        self.env_files: dict[str, EditedEnvFile] = {}

    def document(self, path: str) -> Document:
        """Return the document of a file. Raises EditError if it cannot be read or is not YAML."""
        if path not in self.documents:
            self.documents[path] = Document.read(path, self._options_of(path), self._shown_name(path))
        return self.documents[path]

    def env_file(self, path: str) -> EditedEnvFile:
        """Return an env file. Raises EditError if it cannot be read."""
        if path not in self.env_files:
            self.env_files[path] = EditedEnvFile.read(path, self._shown_name(path))
        return self.env_files[path]

    @property
    def changed(self) -> list[EditedFile]:
        """The files with changes, in the order in which they were read."""
        return [file for file in (*self.documents.values(), *self.env_files.values()) if file.is_changed]

    def save(self) -> None:
        """Write all changed files. Raises FileError if one cannot be written, after the others have their old content again."""
        written: list[EditedFile] = []
        try:
            for file in self.changed:
                try:
                    file.write()
                except FileError as error:
                    error.message = f"{file.filename}: {error.message}"
                    raise
                written.append(file)
        except BaseException:
            for file in written:
                file.write_back()
            raise
        for file in written:
            file.forget()
