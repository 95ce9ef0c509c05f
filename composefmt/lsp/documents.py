"""The open documents: their text, and what features compute from it on first use."""

from __future__ import annotations

import os
import re
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from lsprotocol.types import TextDocumentContentChangePartial
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument, Workspace

from composefmt.compose.file import ComposeFile
from composefmt.files.content import FileError, read_file
from composefmt.files.environment import environment_beside
from composefmt.files.names import COMPOSE_NAME
from composefmt.files.settings import forget_settings, settings_for
from composefmt.filesystem.disk import OnDisk
from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.surroundings import Surroundings
from composefmt.lsp.positions import Positions
from composefmt.options import Options
from composefmt.project.claims import variable_claims
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsprotocol.types import TextDocumentContentChangeEvent

    from composefmt.findings import Finding
    from composefmt.syntax.nodes import Tree

Made = TypeVar("Made")

# Longer texts take too long to check while typing; no Compose file is this long.
MAX_CHARACTERS = 2_000_000

# Characters that no path contains or that the system rejects.
_NO_CHARACTER = re.compile("[\ud800-\udc7f\udd00-\udfff]")

# Language identifiers of Compose files; other languages count if the file has a Compose file's name.
_LANGUAGES = frozenset({"docker-compose", "dockercompose", "yaml.docker-compose"})


class View:
    """One version of a document's text. `file`: None if it does not parse."""

    def __init__(self, source: Source, positions: Positions, find_options: Callable[[], Options] = Options) -> None:
        self.source = source
        self.positions = positions
        self._find_options = find_options
        self._memory: dict[str, Any] = {}

    @cached_property
    def options(self) -> Options:
        """Return the options for the text; the defaults if the settings are invalid, which a diagnostic reports."""
        try:
            return self._find_options()
        except FileError:
            return Options()

    @property
    def is_too_long(self) -> bool:
        """Whether the text is too long to check while typing."""
        return len(self.source.text) > MAX_CHARACTERS

    @cached_property
    def tree(self) -> Tree | None:
        """The tree; None if the text does not parse or is too long."""
        try:
            return parse(self.source.text) if not self.is_too_long else None
        except (SyntaxProblem, UnicodeEncodeError):
            return None

    @cached_property
    def file(self) -> ComposeFile | None:
        """The parsed file, or None like the tree."""
        return ComposeFile(self.source, self.tree, self.options) if self.tree is not None else None

    def remembered(self, what: str, make: Callable[[], Made]) -> Made:
        """Return a value that a feature computes from the text, computed once."""
        if what not in self._memory:
            self._memory[what] = make()
        made: Made = self._memory[what]
        return made

    def recalled(self, what: str) -> Any:  # noqa: ANN401 - of the kind that was remembered
        """Return a remembered value; None without one."""
        return self._memory.get(what)

    def replace(self, what: str, made: object) -> None:
        """Remember a value that was computed again."""
        self._memory[what] = made


class OpenDocument(TextDocument):
    """An open document."""

    documents: Documents
    _view: View | None = None
    _last_good: View | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - those of pygls
        super().__init__(*arguments, **more)
        # What the last checks and features asked about other files.
        self._asked: deque[Surroundings] = deque(maxlen=4)
        # What the last check found in other files.
        self.found_elsewhere: set[tuple[str, Finding]] = set()

    @property
    def is_compose(self) -> bool:
        """Return whether the document is a Compose file by its language, its name, or the settings."""
        return self.language_id in _LANGUAGES or COMPOSE_NAME.fullmatch(self.filename or "") is not None or self._is_included

    @property
    def _is_included(self) -> bool:
        try:
            settings = settings_for(self.path) if self.is_file else None
        except FileError:
            return False
        return settings is not None and settings.includes(self.path)

    @property
    def is_file(self) -> bool:
        """Whether the document has a path on disk."""
        return self.uri.startswith("file:") and "\0" not in self.path and not _NO_CHARACTER.search(self.path)

    @property
    def name(self) -> str:
        """The path of the document; a name in angle brackets if it was never saved."""
        return self.path if self.is_file else "<untitled>"

    @property
    def view(self) -> View:
        """The current text."""
        if self._view is None:
            source = Source(self.source, self.name)
            self._view = View(source, Positions(source, self.position_codec.encoding), self.options)
        return self._view

    @property
    def good_view(self) -> View | None:
        """The current text if it parses, else the last one that did."""
        if self.view.file is not None:
            self._last_good = self.view
        return self._last_good

    def options(self) -> Options:
        """Return the options for the document, as on the command line. Raises FileError for invalid settings."""
        # Editors do not report every change on disk.
        forget_settings()
        path = self.path if self.is_file else os.path.join(self.documents.root_path or os.getcwd(), "compose.yaml")
        settings = settings_for(path)
        options = settings.options_for(path, Options()) if settings is not None else Options()
        if not self.is_file:
            return options
        folder = os.path.dirname(path)
        surroundings = Surroundings(InMemory(self.documents.open_texts(), beneath=OnDisk()), folder)
        self._asked.append(surroundings)
        options = options._replace(surroundings=surroundings)
        environment = environment_beside(surroundings, self.source.encode("utf-8", "replace"), variable_claims(options, path))
        return options._replace(environment=environment)

    def depends_on(self, path: str) -> bool:
        """Return whether something computed from the text depends on another file."""
        path = OnDisk().absolute(path)
        return any(path in surroundings.touched for surroundings in tuple(self._asked))

    def forget(self) -> None:
        """Discard everything computed from the text, because it or a file that it depends on has changed."""
        if self._view is not None and vars(self._view).get("tree") is not None:
            self._last_good = self._view
        self._view = None

    def apply_change(self, change: TextDocumentContentChangeEvent) -> None:
        """Change the text. Lines end as in the protocol, which does not count form feeds and the like."""
        if isinstance(change, TextDocumentContentChangePartial):
            positions = self.view.positions
            start, end = positions.offset(change.range.start), positions.offset(change.range.end)
            self._source = self.source[:start] + change.text + self.source[max(start, end) :]
        else:
            self._source = change.text
        self.forget()


class Documents(Workspace):
    """All open documents."""

    @property
    def folder_paths(self) -> list[str]:
        """The paths of the workspace's directories."""
        paths = [to_fs_path(folder.uri) for folder in self.folders.values()]
        return [path for path in [*paths, self.root_path] if path]

    def open_document(self, uri: str) -> OpenDocument | None:
        """Return an open document."""
        found = self._text_documents.get(unquote(uri))
        return found if isinstance(found, OpenDocument) else None

    def view_of(self, path: str) -> tuple[str, View] | None:
        """Return the URI and the text of a file, from the editor if it is open, else from disk; None if it is unreadable."""
        uri = str(from_fs_path(path))
        document = self.open_document(uri)
        if document is not None:
            return document.uri, document.view
        try:
            source = Source.from_bytes(read_file(path), path, errors="replace")
        except FileError:
            return None
        return uri, View(source, Positions(source, self.position_encoding))

    def dependents_of(self, document: OpenDocument) -> list[OpenDocument]:
        """Return the other open Compose files that depend on a document."""
        documents = [each for each in self._text_documents.values() if isinstance(each, OpenDocument) and each is not document]
        return [each for each in documents if document.is_file and each.is_compose and each.depends_on(document.path)]

    def open_texts(self) -> dict[str, bytes]:
        """Return the open files as bytes, by path."""
        return {
            each.path: each.source.encode("utf-8", "replace")
            for each in self._text_documents.values()
            if isinstance(each, OpenDocument) and each.is_file
        }

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> OpenDocument:
        made = OpenDocument(doc_uri, source, version, language_id, sync_kind=self._sync_kind, position_codec=self._position_codec)
        made.documents = self
        return made
