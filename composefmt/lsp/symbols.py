"""The outline of a document (its sections and their entries), and its foldable ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.compose.references import nodes
from composefmt.syntax.comments import comments
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.lsp.documents import View
    from composefmt.lsp.server import Server
    from composefmt.syntax.nodes import Node

_KINDS = {
    "services": types.SymbolKind.Class,
    "jobs": types.SymbolKind.Class,
    "networks": types.SymbolKind.Interface,
    "volumes": types.SymbolKind.Struct,
    "secrets": types.SymbolKind.Key,
    "configs": types.SymbolKind.File,
    "models": types.SymbolKind.Object,
}
# The depth of the outline: a section, its entries, and their fields.
_LEVELS = 3


def register(server: Server) -> None:
    """Register the outline and folding ranges."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        document = server.document(params.text_document.uri)
        view = document.good_view if document is not None else None
        if view is None or view.file is None:
            return None
        return [symbol for root in view.file.roots for symbol in _symbols(view, root, None, 1)]

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding_range(params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
        document = server.document(params.text_document.uri)
        view = document.good_view if document is not None else None
        return list(_folds(view)) if view is not None and view.file is not None else None


def _symbols(view: View, node: Mapping, section: str | None, level: int) -> Iterator[types.DocumentSymbol]:
    for key, value in node.entries:
        if type(key) is not Scalar or not key.value:
            continue
        target = resolve(value)
        inner = level < _LEVELS and type(value) is Mapping
        kind = _KINDS.get(key.value, types.SymbolKind.Field) if level == 1 else _KINDS.get(section or "", types.SymbolKind.Field)
        yield types.DocumentSymbol(
            key.value,
            kind if level < _LEVELS else types.SymbolKind.Field,
            view.positions.range(Span(key.start, max(key.end, value.end))),
            view.positions.range(key.span),
            target.value.splitlines()[0][:100] if type(target) is Scalar and target.value else None,
            children=list(_symbols(view, value, section or key.value, level + 1)) if inner and type(value) is Mapping else None,
        )


def _folds(view: View) -> Iterator[types.FoldingRange]:
    file, position = view.file, view.source.position
    if file is None:
        return
    starts: set[int] = set()
    for node in nodes(file.tree.documents):
        for first, last in _stretches(node):
            start, end = position(first).line - 1, position(last).line - 1
            if end > start and start not in starts:
                starts.add(start)
                yield types.FoldingRange(start, end)
    for start, end in _comment_blocks(view):
        yield types.FoldingRange(start, end, kind=types.FoldingRangeKind.Comment)


def _stretches(node: Node) -> Iterator[tuple[int, int]]:
    """Yield the foldable ranges of a node: entries with a multi-line value, and items of lists."""
    if type(node) is Mapping:
        yield from ((key.start, value.end) for key, value in node.entries)
    elif type(node) is Sequence:
        yield from ((item.start, item.end) for item in node.items)


def _comment_blocks(view: View) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each block of comments on lines of their own."""
    if view.file is None:
        return
    source, first, last = view.source, -1, -2
    for comment in comments(source.text, view.file.tree):
        line = source.position(comment.start).line - 1
        if source.text[source.line_span(line + 1).start : comment.start].strip():
            continue
        if line != last + 1:
            if last > first >= 0:
                yield first, last
            first = line
        last = line
    if last > first >= 0:
        yield first, last
