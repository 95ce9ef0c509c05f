"""Where the values at a path are defined in a project: in the file that takes precedence, or in a service that is extended."""

from __future__ import annotations

from os.path import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.edit.errors import EditError, MissingPath
from composefmt.edit.locate import expand
from composefmt.edit.origins import line_of
from composefmt.edit.paths import ANY, Exact, Path, shown
from composefmt.edit.places import PathEnd, Place
from composefmt.project.paths import is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from composefmt.edit.editor import Opened

    # Returns the document of a path; raises EditError.
    Opener = Callable[[str], Opened]

# Longer chains of extended services are a mistake.
_MAX_CHAIN = 50


class Definition(NamedTuple):
    """A document that has values at a path, and their exact paths in it."""

    document: Opened
    paths: list[Exact]


def existing(document: Opened, path: Path) -> list[Exact]:
    """Return the paths to values of a document that a path means."""
    editor = document.editor
    try:
        found = expand(editor.now.tree, path, editor.forms, exact=True)
    except MissingPath:
        return []
    return [one for one in found if isinstance(editor.locate(one), Place)]


def definitions(document: Opened, path: Path, folder: str, open_file: Opener) -> Iterator[Definition]:
    """Yield where a path has values in a document: its own, then those of the services that it extends.

    `folder`: the directory that its paths are relative to.
    """
    for _ in range(_MAX_CHAIN):
        own = existing(document, path)
        if own:
            yield Definition(document, own)
        extended = _extended(document, path)
        if extended is None:
            return
        service, other = extended
        if other:
            other = normpath(join(folder, other))
            document, folder = open_file(other), dirname(other)
        path = ("services", service, *path[2:])


def _extended(document: Opened, path: Path) -> tuple[str, str] | None:
    """Return the service that the service of a path extends, and its file, "" for the same one; None if it extends none."""
    if len(path) < 3 or path[0] != "services" or not isinstance(path[1], str):
        return None
    where: Exact = ("services", path[1], "extends")
    if isinstance(document.editor.locate(where), PathEnd):
        return None
    value = document.editor.value(where)
    service, file = (value.get("service"), value.get("file", "")) if isinstance(value, dict) else (value, "")
    if not isinstance(service, str) or not isinstance(file, str) or "$" in service + file or (file and is_remote(file)):
        return None
    return service, file


def refuse_inherited(document: Opened, path: Path, folder: str, open_file: Opener, *, may_write: bool = True) -> None:
    """Raise EditError if a value is not in a document, but comes through `extends`; `may_write`: whether it could get one of its own."""
    try:
        found = next(definitions(document, path, folder, open_file), None)
    except EditError:
        # What a file defines that cannot be read is not known.
        return
    if found is None or existing(document, path):
        return
    where = found.document.editor.place(found.paths[0])
    line = line_of(found.document.editor.now.writer, where.node.start)
    raise EditError(
        f'{shown(path)} comes through "extends"; it is defined in line {line} of {found.document.filename} ({shown(found.paths[0])})',
        "--follow changes it there, for all that extend it" + ("; --here writes a value of its own" if may_write else ""),
    )


def with_names(documents: Iterable[Opened], path: Path) -> list[Path]:
    """Return the paths for each service or other element of a section that `*` means, in any of the documents."""
    if len(path) < 2 or path[1] is not ANY:
        return [path]
    names = dict.fromkeys(str(found[1]) for document in documents for found in existing(document, path[:2]))
    return [(path[0], name, *path[2:]) for name in names]
