"""The Compose files that a file names, as it is written: what it includes, and the services that it extends.

Rules follow these links to show where one leads nowhere or in a circle; what the files mean together is up to the loader.
"""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.project.loaded import parsed, shown
from composefmt.project.paths import is_remote
from composefmt.project.values import ProjectError
from composefmt.syntax.nodes import Node, Scalar, resolve
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from collections.abc import Iterator

# A file that leads to more files than this, or to larger ones, is not followed any further.
MAX_FILES = 100
MAX_BYTES = 2_000_000


class Include(NamedTuple):
    """One path of `include`: its node, the path ("" if unknown), and the directory that paths in the file are relative to."""

    node: Scalar
    path: str
    folder: str


def linked_file(file: ComposeFile, path: str) -> ComposeFile | None:
    """Return another file by its path relative to the directory of `file`; None if it is missing, unreadable or not YAML."""
    known = file.once(_known)
    surroundings = file.options.surroundings
    path = surroundings.shortest(path) if surroundings is not None else normpath(path)
    if path not in known:
        data = surroundings.read(path) if surroundings is not None and len(known) < MAX_FILES else None
        known[path] = _file(file, path, data) if data is not None and len(data) <= MAX_BYTES else None
    return known[path]


def _known(file: ComposeFile) -> dict[str, ComposeFile | None]:
    return {basename(file.source.filename): file}


def _file(main: ComposeFile, path: str, data: bytes) -> ComposeFile | None:
    try:
        return ComposeFile(*parsed(shown(dirname(main.source.filename), path), data), main.options)
    except ProjectError:
        return None


def local_path(node: Node | None) -> str:
    """Return the path of a local file that a value names; "" where it names none for certain.

    A variable or what is fetched may name any; nothing, or a date, names none, and the reference passes it over.
    """
    if type(node) is not Scalar or type(scalar_value(node)) is not str or "$" in node.value or is_remote(node.value):
        return ""
    return node.value


def includes(file: ComposeFile, folder: str) -> Iterator[Include]:
    """Yield the files that a file includes; its relative paths are relative to `folder`."""
    for root in file.roots:
        listed = file.entries(root).get("include")
        for item in map(resolve, file.items(listed[1] if listed else None)):
            entries = file.entries(item)
            directory = entries.get("project_directory")
            paths: Node = item if type(item) is Scalar or "path" not in entries else resolve(entries["path"][1])
            first = ""
            for node in (paths,) if type(paths) is Scalar else map(resolve, file.items(paths)):
                if type(node) is Scalar:
                    named = local_path(node)
                    path = normpath(join(folder, named)) if named else ""
                    first = first or path
                    yield Include(node, path, _folder(directory[1] if directory else None, folder, first))


def _folder(directory: Node | None, folder: str, path: str) -> str:
    node = resolve(directory) if directory is not None else None
    return join(folder, node.value) if type(node) is Scalar and node.value else dirname(path)


class Extended(NamedTuple):
    """The service that another one extends: its file, that file's path, its name, and its node (None if it is missing)."""

    file: ComposeFile | None
    path: str
    name: str
    node: Node | None


def extended_service(main: ComposeFile, file: ComposeFile, path: str, service: Node | None) -> Extended | None:
    """Return the service that `service` of `file` (at `path`) extends; None where it extends none, or nobody can know which."""
    entry = file.entries(service).get("extends")
    node = resolve(entry[1]) if entry else None
    entries = file.entries(node)
    name = node if type(node) is Scalar else resolve(entries["service"][1]) if "service" in entries else None
    if type(name) is not Scalar or "$" in name.value:
        return None
    if "file" not in entries:
        return Extended(file, path, name.value, file.defined("services").get(name.value))
    named = local_path(resolve(entries["file"][1]))
    if not named:
        return None
    other_path = normpath(join(dirname(path), named))
    found = linked_file(main, other_path)
    return Extended(found, other_path, name.value, found.defined("services").get(name.value) if found else None)
