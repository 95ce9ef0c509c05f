"""The files around a Compose file that belong to the same project: what it includes and extends, its base or its override."""

from __future__ import annotations

from functools import lru_cache
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.project.namespace import local_path
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Node, Scalar, resolve
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import NotText, Source

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Tree

# A file that leads to more files than this, or to larger ones, is not followed any further: what they define counts as unknown.
MAX_FILES = 100
MAX_BYTES = 2_000_000

# Trees of files up to this size are kept for the next file that asks for them.
_SMALL = 50_000

_FRAGMENT = r"(?m)^\s*#\s*composefmt:\s*fragment\b"


class Neighbour(NamedTuple):
    """A file and its path, relative to the directory of the checked file."""

    path: str
    file: ComposeFile


def is_declared_fragment(file: ComposeFile) -> bool:
    """Return whether settings or the comment `# composefmt: fragment` mark a file as a part of a project."""
    return file.options.is_fragment or file.once(_says_fragment)


def _says_fragment(file: ComposeFile) -> bool:
    return "composefmt:" in file.source.text and pattern(_FRAGMENT).search(file.source.text) is not None


def neighbour(file: ComposeFile, path: str) -> ComposeFile | None:
    """Return another file by its path relative to the directory of `file`; None if it is missing, unreadable or not YAML."""
    loaded = file.once(_loaded)
    path = own_path(file, path)
    if path not in loaded:
        loaded[path] = _load(file, path) if len(loaded) < MAX_FILES else None
    return loaded[path]


def own_path(file: ComposeFile, path: str) -> str:
    """Return a path relative to the directory of `file`, in its shortest form."""
    return normpath(path) if file.options.surroundings is None else file.options.surroundings.shortest(path)


def _loaded(file: ComposeFile) -> dict[str, ComposeFile | None]:
    return {basename(file.source.filename): file}


def _load(file: ComposeFile, path: str) -> ComposeFile | None:
    surroundings = file.options.surroundings
    data = surroundings.read(path) if surroundings else None
    if data is None or len(data) > MAX_BYTES:
        return None
    read = _parsed_again(path, data) if len(data) <= _SMALL else _parsed(path, data)
    return ComposeFile(*read, file.options) if read is not None else None


def _parsed(path: str, data: bytes) -> tuple[Source, Tree] | None:
    try:
        source = Source.from_bytes(data, path)
        return source, parse(source.text)
    except (NotText, SyntaxProblem):
        return None


# Many files may belong to one project, and each of them asks for all the others.
_parsed_again = lru_cache(maxsize=128)(_parsed)


class Extended(NamedTuple):
    """The service that another one extends: its file, that file's path, its name, and its node (None if it is missing)."""

    file: ComposeFile | None
    path: str
    name: str
    node: Node | None


def extended_service(main: ComposeFile, file: ComposeFile, path: str, service: Node | None) -> Extended | None:
    """The service that `service` of `file` (at `path`) extends; None where it extends none, or nobody can know which."""
    entry = file.entries(service).get("extends")
    node = resolve(entry[1]) if entry else None
    entries = file.entries(node)
    name = node if type(node) is Scalar else resolve(entries["service"][1]) if "service" in entries else None
    if type(name) is not Scalar or "$" in name.value:
        return None
    if "file" not in entries:
        return Extended(file, path, name.value, file.defined("services").get(name.value))
    other = resolve(entries["file"][1])
    named = local_path(other)
    if not named:
        return None
    other_path = normpath(join(dirname(path), named))
    found = neighbour(main, other_path)
    return Extended(found, other_path, name.value, found.defined("services").get(name.value) if found else None)
