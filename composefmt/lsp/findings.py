"""The findings of `composefmt check` in an open document: those of its own check, and those that the checks of other documents made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygls.uris import from_fs_path

from composefmt.engine import CheckResult, check_bytes, check_tree
from composefmt.findings import Finding, OtherFile, Related, Severity
from composefmt.lsp.documents import MAX_CHARACTERS
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.lsp.documents import OpenDocument, View
    from composefmt.options import Options


def check(view: View, options: Options) -> CheckResult:
    """Check a text; never raises."""
    source = view.source
    if view.is_too_long:
        message = f"file is longer than {MAX_CHARACTERS:,} characters, which is too long to check while typing"
        return CheckResult(source, (Finding("too-large", Severity.ERROR, message, Span(0, 0), "run composefmt check"),))
    try:
        if view.tree is not None:
            return check_tree(source, view.tree, options)
        # As bytes, because only they can represent unpaired surrogates.
        return check_bytes(source.text.encode("utf-8", "surrogatepass"), options, source.filename)
    except Exception as error:  # noqa: BLE001 - the editor's user must not lose the server over one text
        message = f"could not check the file: {type(error).__name__}: {str(error)[:200]}"
        return CheckResult(source, (Finding("internal-error", Severity.ERROR, message, Span(0, 0)),))


def result_of(document: OpenDocument) -> CheckResult:
    """Return the result of the last check if it had the same text, else of a new one."""
    view = document.view
    return view.remembered("result", lambda: check(view, view.options))


def findings_of(document: OpenDocument) -> tuple[Finding, ...]:
    """Return the findings in the current text, from the last checks as far as they had the same texts."""
    others = [result_of(other) for other in document.documents.dependents_of(document)]
    return together(document, result_of(document), others)


def together(document: OpenDocument, result: CheckResult, others: Iterable[CheckResult]) -> tuple[Finding, ...]:
    """Return the findings in a document: of its check, of other checks, and those in files that are not open, at what they are about."""
    found = {(finding.rule, finding.span): finding for finding in result.findings}
    for other in others:
        for finding in _written_in(document, other):
            found.setdefault((finding.rule, finding.span), finding)
    for finding in _about(document, result):
        found.setdefault((finding.rule, finding.span), finding)
    return tuple(sorted(found.values(), key=lambda finding: (finding.span, finding.severity.rank, finding.rule)))


def _written_in(document: OpenDocument, result: CheckResult) -> Iterator[Finding]:
    """Yield the findings of another document's check that are written in the current text of a document."""
    source = document.view.source
    for place, finding in result.others:
        if place.filename == source.filename and place.text == source.text:
            yield finding


def _about(document: OpenDocument, result: CheckResult) -> Iterator[Finding]:
    """Yield the findings of a document's check in files that are not open, at the related location in the document."""
    source = document.view.source
    for place, finding in result.others:
        if document.documents.open_document(str(from_fs_path(place.filename))) is not None:
            continue
        here = next((each.file for each in finding.related if each.file is not None and each.file.path == source.filename), None)
        if here is not None:
            written = OtherFile(place.filename, place.position(finding.span.start), place.position(finding.span.end))
            span = Span(source.offset(here.start), source.offset(here.end))
            yield finding._replace(span=span, fix=None, related=(Related(finding.span, "written here", written),))
