"""Rename a service, network, volume and the like, or an anchor, everywhere in the project.

A Compose file, its override and what they include share their names, so all of them change.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from composefmt.compose.references import ANCHORS, KINDS, VARIABLES, Name
from composefmt.lsp.names import name_at
from composefmt.lsp.navigation import in_project, meant_at, names_of
from composefmt.syntax.scalars import write_scalar

if TYPE_CHECKING:
    from composefmt.lsp.server import Server

# Valid names: profiles have the strictest grammar, anchors the most lenient.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
_ANCHOR = re.compile(r"[^\s,\[\]{}]+")


def register(server: Server) -> None:
    """Register renaming."""

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        document, view, found = meant_at(server, params.text_document.uri, params.position)
        if document is None or view is None or found is None or view is not document.view or found[0].section == VARIABLES:
            return None
        offset = view.positions.offset(params.position)
        here = name_at(found, offset) or found[0]
        return types.PrepareRenamePlaceholder(view.positions.range(here.span), here.text)

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        document, view, found = meant_at(server, params.text_document.uri, params.position)
        if document is None or view is None or found is None:
            return None
        wanted = in_project(document, view, found)
        if view is not document.view or any(text.file is None for _, text, _ in wanted):
            raise JsonRpcInvalidParams("cannot rename because a file of the project does not parse")
        for _, text, places in wanted:
            _refuse(params.new_name, places or found[:1], names_of(text))
        new = {"scalar": write_scalar(params.new_name), "text": params.new_name}
        changes = {
            uri: [types.TextEdit(text.positions.range(each.span), new[each.write]) for each in places]
            for uri, text, places in wanted
            if places
        }
        return types.WorkspaceEdit(changes)


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
