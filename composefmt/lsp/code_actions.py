"""Code actions: fix, suppress or explain a finding, and convert an entry to its other form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.engine import fix_text
from composefmt.lsp import forms, suppress
from composefmt.lsp.changes import difference, text_edits
from composefmt.lsp.diagnostics import diagnostic
from composefmt.lsp.explain import COMMAND
from composefmt.lsp.findings import findings_of
from composefmt.rules.registry import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding
    from composefmt.lsp.documents import OpenDocument
    from composefmt.lsp.server import Server
    from composefmt.syntax.edits import Edit

# Computing actions takes time, and nobody reads more than these.
_MOST = 20
# In characters; longer than any hand-written Compose file.
_LONG = 200_000
FIX_ALL = "source.fixAll.composefmt"
_QUICK_FIX = types.CodeActionKind.QuickFix
_REWRITE = types.CodeActionKind.RefactorRewrite


def register(server: Server) -> None:
    """Register the request for code actions."""
    options = types.CodeActionOptions([_QUICK_FIX, _REWRITE, FIX_ALL])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    def code_action(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        document = server.document(params.text_document.uri)
        if document is None or document.view.file is None:
            return None
        only = params.context.only
        start, end = (document.view.positions.offset(position) for position in (params.range.start, params.range.end))
        made: list[types.CodeAction] = []
        if _wanted(_QUICK_FIX, only):
            here = [f for f in findings_of(document) if f.span.start <= end and start <= f.span.end]
            for finding in here[:_MOST]:
                made += _for_finding(document, finding)
        if _wanted(_REWRITE, only):
            made += [_action(document, form.title, _REWRITE, form.edits) for form in forms.other_forms(document, start)]
        # In a long text this takes seconds, too slow while the cursor moves.
        if _wanted(FIX_ALL, only) and (only or len(document.view.source.text) <= _LONG):
            made += document.view.remembered("fixed", lambda: _fix_all(document))
        return made


def _wanted(kind: str, only: Iterable[str] | None) -> bool:
    return only is None or any(not each or kind == each or kind.startswith(f"{each}.") for each in only)


def _action(
    document: OpenDocument, title: str, kind: str, edits: Iterable[Edit], finding: Finding | None = None, *, preferred: bool = False
) -> types.CodeAction:
    return types.CodeAction(
        title,
        kind,
        [diagnostic(finding, document, document.view.positions)] if finding is not None else None,
        preferred or None,
        edit=types.WorkspaceEdit({document.uri: text_edits(document.view, edits)}),
    )


def _for_finding(document: OpenDocument, finding: Finding) -> Iterator[types.CodeAction]:
    """Yield the fix, a suppression comment and the rule page of a finding."""
    # A fix that moves values to another file is only made on the command line.
    if finding.fix is not None and not finding.fix.variables:
        title = f"{finding.fix.title[:1].upper()}{finding.fix.title[1:]} ({finding.rule})"
        yield _action(document, title, _QUICK_FIX, finding.fix.edits, finding, preferred=finding.fix.safe)
    if finding.rule not in all_rules():
        return
    edit = suppress.comment(document.view, finding)
    if edit is not None:
        yield _action(document, f"Ignore {finding.rule} here", _QUICK_FIX, [edit], finding)
    title = f"Explain {finding.rule}"
    shown = diagnostic(finding, document, document.view.positions)
    yield types.CodeAction(title, _QUICK_FIX, [shown], command=types.Command(title, COMMAND, arguments=[finding.rule]))


def _fix_all(document: OpenDocument) -> list[types.CodeAction]:
    if not any(finding.fix is not None and finding.fix.safe for finding in findings_of(document)):
        return []
    view = document.view
    result = fix_text(view.source.text, view.options, view.source.filename)
    if result.data is None:
        return []
    edits = difference(view.source.text, result.source.text)
    return [_action(document, "Apply all safe fixes", FIX_ALL, edits)]
