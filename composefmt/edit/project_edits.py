"""Changes in the files of a project: in the first file, or with `follow`, where the values are really defined."""

from __future__ import annotations

from contextlib import contextmanager
from os.path import dirname
from typing import TYPE_CHECKING

from composefmt.edit.definitions import definitions, existing, refuse_inherited, with_names
from composefmt.edit.errors import EditError
from composefmt.edit.origins import line_of
from composefmt.edit.paths import shown
from composefmt.edit.places import Place
from composefmt.edit.renaming import NamedFile, is_name, rename
from composefmt.edit.requests import SetRequest, UnsetRequest, checked, run
from composefmt.edit.variables import follow_variable
from composefmt.project.namespace import namespace
from composefmt.syntax.nodes import Mapping, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from composefmt.compose.file import ComposeFile
    from composefmt.edit.definitions import Definition
    from composefmt.edit.document import Document
    from composefmt.edit.editor import Opened
    from composefmt.edit.paths import Path
    from composefmt.edit.requests import Manner, Request
    from composefmt.edit.session import Session
    from composefmt.edit.variables import Variables

# A value that several files define is removed from all of them; more are a mistake.
_MAX_REMOVED = 100


class ProjectEdit:
    """The files of a project in the order of merging, and what may change in them. `notes`: what was not changed, but may belong to it."""

    def __init__(self, session: Session, files: Sequence[str], manner: Manner, variables: Variables) -> None:
        self.session = session
        self.files = list(files)
        self.manner = manner
        self.variables = variables
        self.folder = dirname(self.files[0])
        self.notes: list[str] = []

    @property
    def first(self) -> Document:
        """The first file of the project."""
        return self.session.document(self.files[0])

    def run(self, requests: Iterable[Request]) -> None:
        """Make changes. Raises EditError."""
        for request in requests:
            if self.manner.access.follow:
                self._follow(request)
                continue
            is_exact = not self.manner.access.here and not (isinstance(request, SetRequest) and request.add)
            if is_exact:
                self._refuse_override(request.path)
            with named(self.first):
                for path in with_names([self.first], request.path) if is_exact else ():
                    refuse_inherited(self.first, path, self.folder, self.session.document, may_write=isinstance(request, SetRequest))
                run(self.first, request, self.manner)

    def rename(self, path: Path, new: str) -> None:
        """Rename what a path names with all references, or a key in the first file. Raises EditError."""
        if is_name(path):
            files = {each: NamedFile(document.editor, document.filename) for each, document in self._documents().items()}
            self.notes += rename(files, (str(path[0]), str(path[1])), new)
            return
        with named(self.first):
            self.first.rename_key(path, new)

    def _documents(self) -> dict[str, Document]:
        """Return the files that share their names, by path; one that cannot be read is an error, because it may use a name."""

        def open_file(path: str) -> ComposeFile:
            document = self.session.document(path)
            return NamedFile(document.editor, document.filename).parsed

        return {path: self.session.document(path) for path in namespace(self.files, self.folder, open_file)}

    # Without following

    def _refuse_override(self, path: Path) -> None:
        """Raise EditError if a later file has the value, and takes precedence."""
        for other in map(self.session.document, self.files[1:]):
            for one in existing(other, path):
                found = other.editor.locate(one)
                if isinstance(found, Place) and not isinstance(resolve(found.node), Mapping):
                    line = line_of(other.editor.now.writer, found.node.start)
                    raise EditError(
                        f"{shown(one)} is also set in line {line} of {other.filename}, which takes precedence",
                        "--follow changes it there; --file names another file",
                    )

    # Following

    def _follow(self, request: Request) -> None:
        # The order of precedence: the last of the files that are merged, then what they include.
        documents = self._documents()
        merged = [documents[path] for path in reversed(self.files)]
        included = [document for document in documents.values() if document not in merged]
        for path in reversed(with_names([*merged, *reversed(included)], request.path)):
            found = self._definition([*merged, *reversed(included)], path)
            one = request._replace(path=path)
            if found is None:
                # A new value goes to the first file that has what it belongs to.
                holders = [self.session.document(each) for each in self.files] + included
                document = next((each for each in holders if existing(each, path[:2])), self.first)
                with named(document):
                    run(document, one, self.manner)
            elif isinstance(one, SetRequest):
                self._set(found, one)
            else:
                self._unset([*merged, *reversed(included)], one)

    def _definition(self, documents: list[Document], path: Path) -> Definition | None:
        for document in documents:
            folder = self.folder if document.path in self.files else dirname(document.path or "")
            found = next(definitions(document, path, folder, self.session.document), None)
            if found is not None:
                return found
        return None

    def _set(self, found: Definition, request: SetRequest) -> None:
        document = found.document
        for path in reversed(found.paths):
            value = document.editor.value(path)
            with named(document), checked(document, path, self.manner):
                notes = None
                if isinstance(value, str) and not request.add and value != request.text:
                    notes = follow_variable(self.session, self.variables, (document, path), value, request.text)
                if notes is None:
                    request(document, path, self.manner)
                self.notes += notes or []

    def _unset(self, documents: list[Document], request: UnsetRequest) -> None:
        """Remove a value wherever it is defined: without the last definition, an earlier one takes effect."""
        for _ in range(_MAX_REMOVED):
            found = self._definition(documents, request.path)
            if found is None:
                return
            with named(found.document):
                for path in reversed(found.paths):
                    request(found.document, path, self.manner)
            if not all(isinstance(part, str) for part in request.path):
                # Other items have the index now.
                return


@contextmanager
def named(document: Opened) -> Iterator[None]:
    """Add the name of a file to errors."""
    try:
        yield
    except EditError as error:
        prefix = f"{document.filename}: "
        message = error.message if error.message.startswith(prefix) else prefix + error.message
        raise type(error)(message, error.advice) from None
