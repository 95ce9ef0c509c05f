"""The files that a Compose file names, as links; and the names that those files define."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types
from pygls.uris import from_fs_path

from composefmt.compose.file import text_span
from composefmt.compose.patterns import PatternNode
from composefmt.compose.references import KINDS, Name, names, visit
from composefmt.project.membership import files_together, merged_files
from composefmt.project.namespace import namespace
from composefmt.syntax.nodes import Mapping, Scalar
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.lsp.documents import OpenDocument, View
    from composefmt.lsp.server import Server
    from composefmt.syntax.source import Span

# Where a file is named, as a text or a list of texts.
_PATTERNS = (
    "include.*",
    "include.*.path",
    "include.*.path.*",
    "include.*.env_file",
    "include.*.env_file.*",
    "services.*.extends.file",
    "services.*.env_file",
    "services.*.env_file.*",
    "services.*.env_file.*.path",
    "services.*.label_file",
    "services.*.label_file.*",
    "configs.*.file",
    "secrets.*.file",
)
# More files than these are not looked into for one name.
_MAX_FILES = 50


class Link(NamedTuple):
    """A file that is named: where, and its path as it is written."""

    span: Span
    path: str
    pattern: str


def register(server: Server) -> None:
    """Answer which files a document names."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def document_link(params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
        document = server.document(params.text_document.uri)
        if document is None or document.view.file is None or not document.is_file:
            return None
        positions = document.view.positions
        inside = [link for link in links(document.view) if is_inside(document, link.path)]
        return [types.DocumentLink(positions.range(link.span), uri_of(document, link.path)) for link in inside]


@lru_cache(maxsize=1)
def _places() -> PatternNode[str]:
    root: PatternNode[str] = PatternNode()
    for pattern in _PATTERNS:
        root.add(pattern, pattern)
    return root


def links(view: View) -> list[Link]:
    """The files on this machine that a text names, in order."""
    file = view.file
    found: dict[Span, Link] = {}
    for root in file.roots if file is not None else ():
        for pattern, node in visit(file, root, _places()) if file is not None else ():
            if type(node) is Scalar and node.value and "$" not in node.value and "://" not in node.value:
                span = text_span(view.source, node, 0, len(node.value))
                found[span] = Link(span, node.value, pattern)
    return sorted(found.values())


def path_of(document: OpenDocument, path: str) -> str:
    """A path that a document names, made absolute."""
    return os.path.normpath(os.path.join(os.path.dirname(document.path), os.path.expanduser(path)))


def is_inside(document: OpenDocument, path: str) -> bool:
    """Return whether a path that a document names lies inside its workspace, with symbolic links followed.

    A repository may name any file of the machine, such as one in the home directory. A document outside the workspace
    is confined to its own directory.
    """
    own = os.path.dirname(os.path.realpath(document.path))
    folders = [os.path.realpath(folder) for folder in document.documents.folder_paths]
    roots = [folder for folder in folders if _is_below(own, folder)] or [own]
    target = os.path.realpath(path_of(document, path))
    return any(_is_below(target, root) for root in roots)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def uri_of(document: OpenDocument, path: str) -> str:
    """The URI of a path that a document names."""
    return str(from_fs_path(path_of(document, path)))


def extended(document: OpenDocument, view: View, offset: int) -> list[types.Location]:
    """The service of another file that is extended at an offset."""
    file = view.file
    for _, service in file.services() if file is not None else ():
        node = value_of(file.entries(service), "extends") if file is not None else None
        if file is None or type(node) is not Mapping or not node.start <= offset <= node.end:
            continue
        path, name = (value_of(file.entries(node), key) for key in ("file", "service"))
        if type(path) is Scalar and type(name) is Scalar and name.start <= offset <= name.end:
            return _defined(document, [path_of(document, path.value)], "services", name.value)
    return []


def elsewhere(document: OpenDocument, view: View, name: Name) -> list[types.Location]:
    """Where a name is defined that the document does not define: in the other files of its projects."""
    return _defined(document, _together(document, view), name.section, name.text) if name.section in KINDS else []


def names_elsewhere(document: OpenDocument, section: str) -> list[str]:
    """The names of a section that the document does not define but the other files of its projects do."""
    view = document.good_view
    found: list[str] = []
    for path in _together(document, view) if view is not None else ():
        other = document.documents.view_of(path)
        if other is not None and other[1].file is not None:
            found += [each.text for each in names(other[1].file) if each.defines and each.section == section]
    return found


def project(document: OpenDocument, view: View) -> dict[str, tuple[str, View]]:
    """The files that share their names with a document: those that it is merged with, and what they include; URIs and texts by path."""
    texts: dict[str, tuple[str, View]] = {}

    def open_file(path: str) -> ComposeFile | None:
        text = (document.uri, view) if path == document.path else _readable(document, path)
        if text is not None:
            texts[path] = text
        return text[1].file if text is not None else None

    if document.is_file:
        merged, folder = merged_files(view.file) if view.file is not None else ([], "")
        namespace([document.path, *merged], folder or os.path.dirname(document.path), open_file, limit=_MAX_FILES)
    else:
        texts[document.path] = (document.uri, view)
    return texts


def _readable(document: OpenDocument, path: str) -> tuple[str, View] | None:
    return document.documents.view_of(path) if is_inside(document, path) else None


def _together(document: OpenDocument, view: View) -> list[str]:
    """Return the paths of the other files of a document's projects."""
    file = view.file
    found = view.remembered("together", lambda: files_together(file)[:_MAX_FILES] if file is not None else [])
    return [path for path in found if is_inside(document, path)]


def _defined(document: OpenDocument, paths: list[str], section: str, text: str) -> list[types.Location]:
    found: list[types.Location] = []
    for path in paths:
        other = document.documents.view_of(path)
        if other is None or other[1].file is None:
            continue
        uri, view = other
        found += [
            types.Location(uri, view.positions.range(each.span))
            for each in (names(view.file) if view.file is not None else ())
            if each.defines and each.section == section and each.text == text
        ]
    return found
