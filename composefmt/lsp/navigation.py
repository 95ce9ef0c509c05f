"""Go to definition and find references: services, volumes and the like, anchors, variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.compose.references import ANCHORS, VARIABLES, Name, names
from composefmt.lsp import files
from composefmt.lsp.names import name_at, same
from composefmt.lsp.variables import ENV_FILE, lines_that_set, uses
from composefmt.project.namespace import occurrences

if TYPE_CHECKING:
    from composefmt.lsp.documents import OpenDocument, View
    from composefmt.lsp.server import Server
    from composefmt.syntax.source import Span


def register(server: Server) -> None:
    """Register definitions, references and highlights."""

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location] | None:
        document = server.document(params.text_document.uri)
        view = document.good_view if document is not None else None
        return _defined(document, view, view.positions.offset(params.position)) if document is not None and view is not None else None

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location] | None:
        document, view, found = meant_at(server, params.text_document.uri, params.position)
        if document is None or view is None or found is None:
            return None
        return [
            types.Location(uri, text.positions.range(each.span))
            for uri, text, places in in_project(document, view, found)
            for each in places
            if params.context.include_declaration or not each.defines
        ]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
        _, view, found = meant_at(server, params.text_document.uri, params.position)
        if view is None or found is None:
            return None
        kinds = {True: types.DocumentHighlightKind.Write, False: types.DocumentHighlightKind.Read}
        return [types.DocumentHighlight(view.positions.range(each.span), kinds[each.defines]) for each in found]


def _defined(document: OpenDocument, view: View, offset: int) -> list[types.Location] | None:
    """Return the definition of the file, extended service, variable or name at an offset."""
    link = next((link for link in files.links(view) if link.span.start <= offset <= link.span.end), None)
    if link is not None:
        return [_line(files.uri_of(document, link.path), 0)]
    found = name_at(names_of(view), offset)
    if found is None:
        return files.extended(document, view, offset) or None
    if found.section == VARIABLES:
        lines = lines_that_set(found.text, view.options.surroundings) if document.is_file else []
        return [_line(files.uri_of(document, ENV_FILE), line) for line in lines[-1:]]
    here = _locations(document, view, [each for each in same(names_of(view), found) if each.defines])
    return here or files.elsewhere(document, view, found)


def names_of(view: View) -> list[Name]:
    """Return the names in a text that parses."""
    return view.remembered("names", lambda: sorted([*names(view.file), *uses(view.file)], key=_place) if view.file is not None else [])


def _place(name: Name) -> Span:
    return name.span


def _line(uri: str, line: int) -> types.Location:
    return types.Location(uri, types.Range(types.Position(line, 0), types.Position(line, 0)))


def meant_at(server: Server, uri: str, position: types.Position) -> tuple[OpenDocument, View, list[Name]] | tuple[None, None, None]:
    """Return the document, its text, and all locations of the name at a position."""
    document = server.document(uri)
    view = document.good_view if document is not None else None
    if document is None or view is None:
        return None, None, None
    found = name_at(names_of(view), view.positions.offset(position))
    return (document, view, same(names_of(view), found)) if found is not None else (None, None, None)


def in_project(document: OpenDocument, view: View, found: list[Name]) -> list[tuple[str, View, list[Name]]]:
    """Return the URIs, the texts and the locations of a name in all files that share it; the document is the first."""
    own = (document.uri, view, found)
    if found[0].section in (ANCHORS, VARIABLES):
        return [own]
    texts = files.project(document, view)
    parsed = {path: text.file for path, (_, text) in texts.items() if text.file is not None}
    places = occurrences(parsed, found[0].section, found[0].text)
    others = [(uri, text, places.get(path, [])) for path, (uri, text) in texts.items() if path != document.path]
    return [(document.uri, view, places.get(document.path, found)), *others]


def _locations(document: OpenDocument, view: View, found: list[Name]) -> list[types.Location]:
    return [types.Location(document.uri, view.positions.range(each.span)) for each in found]
