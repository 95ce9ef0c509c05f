"""Diagnostics: what `composefmt check` finds, shown while the text is written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.engine import CheckResult, check_bytes
from composefmt.files.content import MAX_BYTES, FileTrouble
from composefmt.findings import Finding, Severity
from composefmt.lsp.positions import Positions
from composefmt.syntax.source import Source, Span

if TYPE_CHECKING:
    from composefmt.lsp.documents import Document
    from composefmt.lsp.server import Server
    from composefmt.options import Options

# How long the text may change on before it is checked, in seconds.
DELAY = 0.2

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

# Groups of rules whose findings editors show in a way of their own: struck through, or faded.
_TAGS = {"deprecated": types.DiagnosticTag.Deprecated, "unused": types.DiagnosticTag.Unnecessary}


def register(server: Server) -> None:
    """Publish diagnostics of documents that are opened or changed, and answer clients that ask for them."""
    checks = _Checks(server)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        checks.want(params.text_document.uri, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        checks.want(params.text_document.uri, DELAY)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))


def find(text: str, options: Options, name: str) -> CheckResult:
    """What is wrong with a text; never raises, whatever the text is."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        message = f"more than {MAX_BYTES:,} bytes: the file is not checked"
        return CheckResult(Source(text, name), (Finding("too-large", Severity.ERROR, message, Span(0, 0)),))
    try:
        return CheckResult(Source(text, name), check_bytes(data, options, name).findings)
    except Exception as error:  # noqa: BLE001 - the editor's user must not lose the server over one text
        message = f"the file could not be checked: {type(error).__name__}: {str(error)[:200]}"
        return CheckResult(Source(text, name), (Finding("internal-error", Severity.ERROR, message, Span(0, 0)),))


class _Checks:
    """The checks that are due or running: one a document, and its result is told only if the text is still the same."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.running: dict[str, asyncio.Task[None]] = {}

    def want(self, uri: str, delay: float) -> None:
        """Have a document checked after a while, unless that is already to happen."""
        if uri not in self.running and self.server.document(uri) is not None:
            task = asyncio.get_running_loop().create_task(self.run(uri, delay))
            self.running[uri] = task
            task.add_done_callback(lambda _: self.running.pop(uri, None))

    async def run(self, uri: str, delay: float) -> None:
        await asyncio.sleep(delay)
        while (document := self.server.document(uri)) is not None:
            version = document.version
            found = await self.found(document)
            if self.server.document(uri) is document and document.version == version:
                self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))
                return

    async def found(self, document: Document) -> list[types.Diagnostic]:
        """The diagnostics of the text as it is now."""
        try:
            options = document.options()
        except FileTrouble as trouble:
            return [_diagnostic(Finding(trouble.rule, Severity.ERROR, trouble.message, Span(0, 0)), document, document.plain_positions())]
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self.server.worker, find, document.source, options, document.name)
        positions = Positions(result.source, document.position_codec.encoding)
        return [_diagnostic(finding, document, positions) for finding in result.findings]


def _diagnostic(finding: Finding, document: Document, positions: Positions) -> types.Diagnostic:
    from composefmt.rules.registry import all_rules

    rule = all_rules().get(finding.rule)
    tag = _TAGS.get(rule.group) if rule is not None else None
    return types.Diagnostic(
        positions.range(finding.span),
        f"{finding.message}\n{finding.help}" if finding.help else finding.message,
        _SEVERITIES[finding.severity],
        finding.rule,
        source="composefmt",
        tags=[tag] if tag is not None else None,
        related_information=[
            types.DiagnosticRelatedInformation(types.Location(document.uri, positions.range(related.span)), related.message)
            for related in finding.related
        ]
        or None,
    )
