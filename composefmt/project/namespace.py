"""The files of a project that share their names: those that are merged, and what they include; and where a name occurs in them."""

from __future__ import annotations

from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.references import Name, extended_elsewhere, names
from composefmt.project.paths import is_remote
from composefmt.syntax.nodes import Node, Scalar, resolve
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Mapping as MappingOf

    from composefmt.compose.file import ComposeFile

# A project with more files than this is a mistake.
MAX_FILES = 100


class Include(NamedTuple):
    """One path of `include`: its node, the path ("" if unknown), and the directory that paths in the file are relative to."""

    node: Scalar
    path: str
    folder: str


def local_path(node: Node | None) -> str:
    """The path of a local file that a value names; "" where it names none for certain.

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


def namespace(
    paths: Iterable[str], folder: str, open_file: Callable[[str], ComposeFile | None], *, limit: int = MAX_FILES
) -> dict[str, ComposeFile]:
    """Return the files at some paths and those that they include, by path; those that cannot be read are missing.

    Paths in the first files are relative to `folder`.
    """
    found: dict[str, ComposeFile] = {}
    waiting = [(normpath(path), folder) for path in paths]
    while waiting and len(found) < limit:
        path, base = waiting.pop(0)
        file = open_file(path) if path not in found else None
        if file is not None:
            found[path] = file
            waiting += [(include.path, include.folder) for include in includes(file, base) if include.path]
    return found


def occurrences(files: MappingOf[str, ComposeFile], section: str, text: str) -> dict[str, list[Name]]:
    """Return where a name occurs in the files of a project, by path; also where a file extends a service of another one."""
    found = {path: [name for name in names(file) if (name.section, name.text) == (section, text)] for path, file in files.items()}
    if section == "services":
        for path, file in files.items():
            for other, name in extended_elsewhere(file):
                if name.text == text and normpath(join(dirname(path), other)) in files:
                    found[path].append(name)
    return {path: places for path, places in found.items() if places}
