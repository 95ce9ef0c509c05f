"""Changes as the command line asks for them: values as text, checked against the field that they are for."""

from __future__ import annotations

from contextlib import contextmanager
from os.path import dirname
from typing import TYPE_CHECKING, NamedTuple, Union

from composefmt.edit import additions
from composefmt.edit.editor import ORDINARY, Access
from composefmt.edit.errors import EditError, InvalidValue, MissingPath
from composefmt.edit.locate import expand
from composefmt.edit.origins import line_of
from composefmt.edit.paths import shown
from composefmt.edit.places import PathEnd, Place
from composefmt.edit.renaming import NamedFile, is_name, rename
from composefmt.edit.text_values import meant
from composefmt.edit.validation import new_problems
from composefmt.project.namespace import namespace
from composefmt.syntax.nodes import Mapping, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from composefmt.compose.file import ComposeFile
    from composefmt.edit.document import Document
    from composefmt.edit.paths import Exact, Path
    from composefmt.edit.session import Session

# Of several problems of a value the first ones are shown.
_MAX_SHOWN = 3


class Manner(NamedTuple):
    """How to make changes. `check`: refuse values that are not valid for their field; `as_string`: values are not read as YAML."""

    access: Access = ORDINARY
    check: bool = True
    as_string: bool = False


class SetRequest(NamedTuple):
    """Set the values at a path; or, with `add`, add to the lists and mappings there."""

    path: Path
    text: str
    add: bool = False
    ignore_missing: bool = False

    def __call__(self, document: Document, path: Exact, manner: Manner) -> None:
        """Make the change at one path. Raises EditError."""
        editor = document.editor
        values = [self.text] if manner.as_string else meant(self.text, editor, (*path, "*") if self.add else path)
        problems: list[EditError] = []
        for value in values:
            try:
                with checked(document, path, manner):
                    if self.add:
                        additions.add(editor, path, value, manner.access)
                    else:
                        editor.set(path, value, manner.access)
            except InvalidValue as error:
                problems.append(error)
            else:
                return
        raise problems[0]


class UnsetRequest(NamedTuple):
    """Remove the values at a path; `ignore_missing`: do nothing without such values."""

    path: Path
    ignore_missing: bool = False

    def __call__(self, document: Document, path: Exact, manner: Manner) -> None:
        """Make the change at one path. Raises EditError."""
        if self.ignore_missing and isinstance(document.editor.locate(path), PathEnd):
            return
        with checked(document, path[:-1], manner):
            document.editor.unset(path, manner.access)


Request = Union[SetRequest, UnsetRequest]


def run(document: Document, requests: Iterable[Request], manner: Manner) -> None:
    """Make some changes of a document, all or none. Raises EditError."""
    editor = document.editor
    with editor.all_or_nothing():
        for request in requests:
            removes = isinstance(request, UnsetRequest)
            try:
                paths = expand(editor.now.tree, request.path, editor.forms, exact=removes)
            except MissingPath:
                if not request.ignore_missing:
                    raise
                continue
            # The last first, so that indexes stay right.
            for path in reversed(paths):
                request(document, path, manner)


def run_in_files(session: Session, files: Sequence[str], requests: Iterable[Request], manner: Manner) -> None:
    """Make changes in the first of a project's files. Raises EditError, also if a later file has the value and takes precedence."""
    document = session.document(files[0])
    try:
        for request in requests:
            for other in map(session.document, files[1:]):
                _refuse_override(request, other)
            run(document, [request], manner)
    except EditError as error:
        raise type(error)(f"{document.filename}: {error.message}", error.advice) from None


def rename_in_files(session: Session, files: Sequence[str], path: Path, new: str) -> list[str]:
    """Rename what a path names in all files of a project, and return what could not be renamed for certain. Raises EditError.

    A path to anything else renames a key in the first file.
    """
    if is_name(path):
        # An included file that cannot be read may use the name, and is an error.
        named: dict[str, NamedFile] = {}

        def open_file(each: str) -> ComposeFile:
            document = session.document(each)
            named[each] = NamedFile(document.editor, document.filename)
            return named[each].parsed

        found = namespace(files, dirname(files[0]), open_file)
        return rename({each: named[each] for each in found}, (str(path[0]), str(path[1])), new)
    document = session.document(files[0])
    try:
        document.rename_key(path, new)
    except EditError as error:
        raise type(error)(f"{document.filename}: {error.message}", error.advice) from None
    return []


def _refuse_override(request: Request, other: Document) -> None:
    if isinstance(request, SetRequest) and request.add:
        return
    editor = other.editor
    try:
        paths = expand(editor.now.tree, request.path, editor.forms, exact=True)
    except MissingPath:
        return
    for path in paths:
        found = editor.locate(path)
        if isinstance(found, Place) and not isinstance(resolve(found.node), Mapping):
            line = line_of(editor.now.writer, found.node.start)
            raise EditError(
                f"{shown(path)} is also set in line {line} of {other.filename}, which takes precedence",
                "name the file to change with --file",
            )


@contextmanager
def checked(document: Document, path: Exact, manner: Manner) -> Iterator[None]:
    """Undo a change that makes the value at a path invalid. Raises InvalidValue."""
    editor = document.editor
    before = editor.now
    with editor.all_or_nothing():
        yield
        found = new_problems(before, editor.now, path, editor.forms.options, document.filename) if manner.check else []
        if found:
            more = f" (and {len(found) - _MAX_SHOWN} more)" if len(found) > _MAX_SHOWN else ""
            raise InvalidValue(f"{shown(path)}: {'; '.join(found[:_MAX_SHOWN])}{more}", "--force writes it anyway")
