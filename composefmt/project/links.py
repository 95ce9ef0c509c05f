"""The Compose files that a file names, as it is written: what it includes, and the services that it extends.

Rules follow these links to show where one leads nowhere or into a cycle; what the files mean together is up to the loader.
"""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.project.loaded import parsed, shown
from composefmt.project.namespace import local_path
from composefmt.project.values import ProjectError
from composefmt.syntax.nodes import Node, Scalar, resolve

# A file that leads to more files than this, or to larger ones, is not followed any further.
MAX_FILES = 100
MAX_BYTES = 2_000_000


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
