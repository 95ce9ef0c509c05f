"""Rename a service, network, volume and the like with all references to it, in all files that share its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.compose.references import KINDS, SECTIONS, names
from composefmt.edit.errors import EditError, MissingPath
from composefmt.edit.origins import line_of, names_of
from composefmt.edit.paths import Exact, Path, shown
from composefmt.edit.suggestions import nearest
from composefmt.project.namespace import occurrences
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Scalar, Sequence
from composefmt.syntax.scalars import write_scalar
from composefmt.syntax.source import Source
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.references import Name
    from composefmt.edit.editor import Editor
    from composefmt.syntax.nodes import Node

# What may name services, networks and the like; profiles have the strictest grammar.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
# Fields whose values may hold the host name of a service.
_WITH_HOSTS = frozenset({"environment", "command", "entrypoint", "healthcheck", "labels", "extra_hosts", "args"})


def is_name(path: Path) -> bool:
    """Return whether a path leads to something that other parts of a project refer to by name."""
    return len(path) == 2 and path[0] in (*SECTIONS, "profiles") and isinstance(path[1], str)


class NamedFile(NamedTuple):
    """A file that names may be renamed in: its editor, and the name to show."""

    editor: Editor
    filename: str

    @property
    def parsed(self) -> ComposeFile:
        """The file as it is now."""
        now = self.editor.now
        return ComposeFile(Source(now.text, self.filename), now.tree, self.editor.forms.options)


def rename(named: dict[str, NamedFile], path: Exact, new: str) -> list[str]:
    """Rename what a path names in files by path, and return what could not be renamed for certain. Raises EditError."""
    files = {each: file.parsed for each, file in named.items()}
    section, old = str(path[0]), str(path[1])
    kind = KINDS[section]
    places = occurrences(files, section, old)
    known = {name.text for file in files.values() for name in names(file) if name.section == section}
    if not any(name.defines or section == "profiles" for found in places.values() for name in found):
        raise MissingPath(f"{shown(path)} does not exist", nearest(old, sorted(known)), missing=shown(path))
    if new == old:
        return []
    if not _NAME.fullmatch(new):
        raise EditError(f'"{new}" cannot be the name of a {kind}', "use letters, digits, dots, dashes and underscores")
    if new in known:
        raise EditError(f'{kind} "{new}" exists already')
    notes = [note for file in named.values() for note in _hosts(file, old)] if section == "services" else []
    if section == "volumes":
        notes += _data([(files[each], found) for each, found in places.items()], old)
    for each, found in places.items():
        _rename_spans(named[each], found, old, new)
    return notes


def _rename_spans(file: NamedFile, found: Iterable[Name], old: str, new: str) -> None:
    """Write another name at some places of a file. Raises EditError."""
    texts = {"scalar": write_scalar(new), "text": new}
    edits: list[Edit] = []
    for name in found:
        if not name.write:
            line = line_of(file.editor.now.writer, name.span.start)
            raise EditError(f'{file.filename}: "{old}" is written with escapes in line {line}')
        edits.append(Edit(name.span.start, name.span.end, texts[name.write]))
    try:
        file.editor.apply_to_scalars(edits, old, new)
    except EditError as error:
        raise EditError(f"{file.filename}: {error.message}", error.advice) from None


def _hosts(file: NamedFile, name: str) -> Iterator[str]:
    """Yield where a name occurs as a host, which is not renamed for certain."""
    snapshot = file.editor.now
    pattern = re.compile(rf"(?:^|[@/=,;\s(\"']){re.escape(name)}(?=$|[:/,;\s)\"'])")
    for root in snapshot.tree.documents:
        for scalar in _with_hosts(root):
            if pattern.search(scalar.value):
                where = shown(names_of(snapshot.writer, snapshot.writer.path_of(scalar)))
                line = line_of(snapshot.writer, scalar.content)
                yield f'"{name}" in {where} ({file.filename}:{line}) may be a host name; it stays'


def _with_hosts(root: Node) -> Iterator[Scalar]:
    """Yield the values of fields that may hold host names, in the order of the text."""
    stack = [(root, False)]
    while stack:
        node, within = stack.pop()
        if type(node) is Scalar and within:
            yield node
        elif type(node) is Sequence:
            stack += [(item, within) for item in reversed(node.items)]
        elif type(node) is Mapping:
            stack += [(value, within or key_text(key) in _WITH_HOSTS) for key, value in reversed(node.entries)]


def _data(places: list[tuple[ComposeFile, list[Name]]], old: str) -> Iterator[str]:
    """Yield that a volume without a name of its own is another one for Docker after it is renamed."""
    for file, found in places:
        for name in found:
            if name.defines and not {"name", "external"} & set(file.entries(name.node)):
                yield f'Docker keeps the data of volume "{old}" under the old name: set "name" to what "docker volume ls" shows to keep it'
                return
