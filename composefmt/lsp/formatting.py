"""Formatting of a document or a range of lines, with the edits of `composefmt format`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.engine import format_tree
from composefmt.files.content import FileError
from composefmt.lsp.changes import text_edits

if TYPE_CHECKING:
    from composefmt.lsp.documents import OpenDocument
    from composefmt.lsp.server import Server


def register(server: Server) -> None:
    """Register the requests to format a document or a range."""

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        document = server.document(params.text_document.uri)
        return _edits(server, document, None) if document is not None else None

    @server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
    def range_formatting(params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
        document = server.document(params.text_document.uri)
        if document is None:
            return None
        start, end = params.range.start, params.range.end
        # A range that ends at the start of a line excludes that line.
        last = end.line + (1 if end.character or end.line == start.line else 0)
        return _edits(server, document, (start.line + 1, last))


def _edits(server: Server, document: OpenDocument, lines: tuple[int, int] | None) -> list[types.TextEdit] | None:
    """Return the edits; None if the text cannot be formatted, which a diagnostic reports."""
    view = document.view
    if view.tree is None:
        return None
    try:
        options = document.options()
    except FileError as error:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, error.message))
        return None
    result = format_tree(view.source, view.tree, options._replace(lines=lines))
    for finding in result.findings if result.failed else ():
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"{finding.message} ({finding.help})"))
    return text_edits(view, result.edits)
