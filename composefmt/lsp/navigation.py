"""Where a name is defined, where it is used, and another name for it: services, volumes and the like, anchors, variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from composefmt.lsp import files
from composefmt.lsp.names import ANCHORS, KINDS, VARIABLES, Name, name_at, names, same
from composefmt.lsp.variables import ENV_FILE, lines_that_set, uses
from composefmt.syntax.scalars import write_scalar

if TYPE_CHECKING:
    from composefmt.lsp.documents import Document, View
    from composefmt.lsp.server import Server
    from composefmt.syntax.source import Span

# What may be a name. Profiles have the strictest grammar of all names, anchors the most lenient.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
_ANCHOR = re.compile(r"[^\s,\[\]{}]+")


def register(server: Server) -> None:
    """Answer where names are defined and used, and rename them."""

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location] | None:
        document = server.document(params.text_document.uri)
        view = document.good_view if document is not None else None
        if document is None or view is None:
            return None
        offset = view.positions.offset(params.position)
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

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location] | None:
        document, view, found = _name(server, params.text_document.uri, params.position)
        if document is None or view is None or found is None:
            return None
        wanted = [each for each in found if params.context.include_declaration or not each.defines]
        return _locations(document, view, wanted)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
        _, view, found = _name(server, params.text_document.uri, params.position)
        if view is None or found is None:
            return None
        kinds = {True: types.DocumentHighlightKind.Write, False: types.DocumentHighlightKind.Read}
        return [types.DocumentHighlight(view.positions.range(each.span), kinds[each.defines]) for each in found]

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        document, view, found = _name(server, params.text_document.uri, params.position)
        if document is None or view is None or found is None or view is not document.view or found[0].section == VARIABLES:
            return None
        offset = view.positions.offset(params.position)
        here = name_at(found, offset) or found[0]
        return types.PrepareRenamePlaceholder(view.positions.range(here.span), here.text)

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        document, view, found = _name(server, params.text_document.uri, params.position)
        if document is None or view is None or found is None:
            return None
        if view is not document.view:
            raise JsonRpcInvalidParams("the text does not parse at the moment, so nothing is renamed")
        _refuse(params.new_name, found, names_of(view))
        new = {"scalar": write_scalar(params.new_name), "text": params.new_name}
        edits = [types.TextEdit(view.positions.range(each.span), new[each.write]) for each in found]
        return types.WorkspaceEdit({document.uri: edits})


def names_of(view: View) -> list[Name]:
    """The names in a text that parses."""
    return view.remembered("names", lambda: sorted([*names(view.file), *uses(view.file)], key=_place) if view.file is not None else [])


def _place(name: Name) -> Span:
    return name.span


def _line(uri: str, line: int) -> types.Location:
    return types.Location(uri, types.Range(types.Position(line, 0), types.Position(line, 0)))


def _name(server: Server, uri: str, position: types.Position) -> tuple[Document, View, list[Name]] | tuple[None, None, None]:
    """The document, its text, and all places that mean the same as the name at a position."""
    document = server.document(uri)
    view = document.good_view if document is not None else None
    if document is None or view is None:
        return None, None, None
    found = name_at(names_of(view), view.positions.offset(position))
    return (document, view, same(names_of(view), found)) if found is not None else (None, None, None)


def _locations(document: Document, view: View, found: list[Name]) -> list[types.Location]:
    return [types.Location(document.uri, view.positions.range(each.span)) for each in found]


def _refuse(new: str, found: list[Name], known: list[Name]) -> None:
    old = found[0]
    kind = KINDS[old.section]
    if old.section == VARIABLES:
        raise JsonRpcInvalidParams(f'the variable "{old.text}" is set outside of this file, so it is not renamed')
    if not all(each.write for each in found):
        raise JsonRpcInvalidParams(f'"{old.text}" is written with escapes somewhere, so it is not renamed')
    if not (_ANCHOR if old.section == ANCHORS else _NAME).fullmatch(new):
        raise JsonRpcInvalidParams(f'"{new}" cannot be the name of a {kind}')
    if new != old.text and any(each.section == old.section and each.text == new for each in known):
        raise JsonRpcInvalidParams(f'there is a {kind} "{new}" already')
