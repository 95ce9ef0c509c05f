"""Diagnostics: the findings of `composefmt check` while the text is edited."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import from_fs_path, to_fs_path

from composefmt.files.content import FileError
from composefmt.findings import Finding, Severity
from composefmt.lsp.findings import check, together
from composefmt.rules.registry import all_rules
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from composefmt.engine import CheckResult
    from composefmt.findings import Related
    from composefmt.lsp.documents import OpenDocument
    from composefmt.lsp.positions import Positions
    from composefmt.lsp.server import Server
    from composefmt.options import Options

# In seconds: the delay after the last change before a check.
DELAY = 0.2

# Other files that findings depend on.
_WATCHED = ("**/{.composefmt,composefmt,pyproject}.toml", "**/{.env,*.env}", "**/{compose,docker-compose}*.{yml,yaml}")

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

# Editors strike through findings of this group of rules and fade those of these rules.
_DEPRECATED = "deprecated"
_UNNECESSARY = frozenset({"ignored-key", "unused-config", "unused-network", "unused-secret", "unused-suppression", "unused-volume"})


def register(server: Server) -> None:
    """Register diagnostics: published on changes, or returned to clients that pull them."""
    checks = _Checks(server)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        checks.want(params.text_document.uri, 0)
        checks.want_dependents(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        checks.want(params.text_document.uri, DELAY)
        checks.want_dependents(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        if not server.client_pulls:
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))
        # What was not saved is gone.
        checks.want_dependents(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(_: types.DidSaveTextDocumentParams) -> None:
        # A saved file may be one that another document extends, includes or mounts.
        checks.want_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(_: types.DidChangeWatchedFilesParams) -> None:
        checks.want_all()

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        if server.client_watches:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = types.Registration("composefmt-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, types.DiagnosticOptions(True, False, "composefmt"))
    async def pull(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return await checks.report(server.document(params.text_document.uri), params.previous_result_id)


class _Checks:
    """The scheduled and running checks: one per document, whose result is discarded if the text has changed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.running: dict[str, asyncio.Task[None]] = {}
        # The number of requests per document that is being checked.
        self.wanted: Counter[str] = Counter()
        self.refreshing: asyncio.Task[None] | None = None

    def want(self, uri: str, delay: float) -> None:
        """Schedule the check of a document after a delay; a check that is already scheduled covers the request."""
        if self.server.client_pulls or self.server.document(uri) is None:
            return
        self.wanted[uri] += 1
        if uri not in self.running:
            self.running[uri] = asyncio.get_running_loop().create_task(self.run(uri, delay))

    def want_dependents(self, uri: str) -> None:
        """Schedule checks of the other documents that depend on one that has changed, such as the base of an override."""
        path = to_fs_path(uri)
        dependents = [each for each in self.server.open_documents() if each.uri != uri and path and each.depends_on(path)]
        for document in dependents:
            document.forget()
            self.want(document.uri, DELAY)
        if dependents:
            self.want_refresh()

    def want_refresh(self) -> None:
        """Ask a client that pulls diagnostics to pull all of them again, once for all changes within the delay."""
        if self.server.client_refreshes and self.refreshing is None:
            self.refreshing = asyncio.get_running_loop().create_task(self.refresh())

    async def refresh(self) -> None:
        await asyncio.sleep(DELAY)
        self.refreshing = None
        self.server.workspace_diagnostic_refresh(None)

    def want_all(self) -> None:
        """Schedule checks of all documents after a change of files that they depend on."""
        for document in self.server.open_documents():
            document.forget()
            self.want(document.uri, DELAY)
        if self.server.client_refreshes:
            self.server.workspace_diagnostic_refresh(None)

    async def run(self, uri: str, delay: float) -> None:
        try:
            while (document := self.server.document(uri)) is not None:
                await asyncio.sleep(delay)
                delay = DELAY
                number, version = self.wanted[uri], document.version
                found = await self.found(document)
                if self.server.document(uri) is document and self.wanted[uri] == number:
                    self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))
                    return
        finally:
            del self.running[uri], self.wanted[uri]

    async def report(self, document: OpenDocument | None, previous: str | None) -> types.DocumentDiagnosticReport:
        """Return the report for a client that pulls diagnostics: "unchanged" if the findings are the same."""
        if document is None:
            return types.RelatedFullDocumentDiagnosticReport([])
        version = document.version
        found = await self.found(document)
        if document.version != version:
            again = types.DiagnosticServerCancellationData(retrigger_request=True)
            raise JsonRpcException("the text has changed", types.LSPErrorCodes.ServerCancelled.value, again)
        digest = blake2b(repr(found).encode("utf-8", "replace"), digest_size=16).hexdigest()
        if digest == previous:
            return types.RelatedUnchangedDocumentDiagnosticReport(digest)
        return types.RelatedFullDocumentDiagnosticReport(found, result_id=digest)

    async def found(self, document: OpenDocument) -> list[types.Diagnostic]:
        """Return the diagnostics of the current text."""
        view = document.view
        try:
            result = await self.checked(document, document.options())
        except FileError as error:
            return [diagnostic(Finding(error.rule, Severity.ERROR, error.message, Span(0, 0)), document, view.positions)]
        others = [await self.known(other) for other in document.documents.dependents_of(document)]
        gc.collect()
        made = [diagnostic(finding, document, view.positions) for finding in together(document, result, others)]
        for each in made if self.server.client_links else ():
            if each.code in all_rules():
                each.code_description = types.CodeDescription(self.server.pages.uri(str(each.code)))
        return made

    async def known(self, document: OpenDocument) -> CheckResult:
        """Return the result of the last check of a document, or of a new one if it had another text."""
        view = document.view
        known: CheckResult | None = view.recalled("result")
        return await self.checked(document, view.options) if known is None else known

    async def checked(self, document: OpenDocument, options: Options) -> CheckResult:
        """Check a document; if that changes what is found in another one, schedule that, too."""
        view = document.view
        result = await asyncio.get_running_loop().run_in_executor(self.server.worker, check, view, options)
        view.replace("result", result)
        elsewhere = {(source.filename, finding) for source, finding in result.others}
        changed = {filename for filename, _ in elsewhere ^ document.found_elsewhere}
        document.found_elsewhere = elsewhere
        for other in self.server.open_documents():
            if other is not document and other.name in changed:
                self.want(other.uri, 0)
                self.want_refresh()
        return result


def diagnostic(finding: Finding, document: OpenDocument, positions: Positions) -> types.Diagnostic:
    """Convert a finding to a diagnostic."""
    rule = all_rules().get(finding.rule)
    tags = [types.DiagnosticTag.Deprecated] if rule is not None and rule.group == _DEPRECATED else []
    tags += [types.DiagnosticTag.Unnecessary] if finding.rule in _UNNECESSARY else []
    return types.Diagnostic(
        positions.range(finding.span),
        f"{finding.message}\n{finding.help}" if finding.help else finding.message,
        # Formatting on save fixes it, so information is severe enough.
        types.DiagnosticSeverity.Information if finding.is_about_formatting else _SEVERITIES[finding.severity],
        finding.rule,
        source="composefmt",
        tags=tags or None,
        related_information=[
            types.DiagnosticRelatedInformation(_related(related, document, positions), related.message) for related in finding.related
        ]
        or None,
    )


def _related(related: Related, document: OpenDocument, positions: Positions) -> types.Location:
    if related.file is None:
        return types.Location(document.uri, positions.range(related.span))
    path, *places = related.file
    start, end = (types.Position(place.line - 1, place.column - 1) for place in places)
    return types.Location(str(from_fs_path(path)), types.Range(start, end))
