"""Another name for a service, a network, a volume and the like, or for an anchor: everywhere in the document, and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from composefmt.lsp.names import ANCHORS, KINDS, VARIABLES, Name, name_at
from composefmt.lsp.navigation import meant_at, names_of
from composefmt.syntax.scalars import write_scalar

if TYPE_CHECKING:
    from composefmt.lsp.server import Server

# What may be a name. Profiles have the strictest grammar of all names, anchors the most lenient.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
_ANCHOR = re.compile(r"[^\s,\[\]{}]+")


def register(server: Server) -> None:
    """Answer what would be renamed, and rename it."""

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
        if view is not document.view:
            raise JsonRpcInvalidParams("the text does not parse at the moment, so nothing is renamed")
        _refuse(params.new_name, found, names_of(view))
        new = {"scalar": write_scalar(params.new_name), "text": params.new_name}
        edits = [types.TextEdit(view.positions.range(each.span), new[each.write]) for each in found]
        return types.WorkspaceEdit({document.uri: edits})


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
