"""Suppression comments: `# composefmt: ignore[rule]`, at the end of the line or on its own line above."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.rules._suppression import suppressions
from composefmt.syntax.comments import comments
from composefmt.syntax.edits import Edit, apply_edits
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.findings import Finding
    from composefmt.lsp.documents import View

_LIST = re.compile(r"#\s*composefmt:\s*ignore\[[^\]]*(?=\])")


def comment(view: View, finding: Finding) -> Edit | None:
    """Return the edit that suppresses a finding; None if no comment is possible, as inside a multi-line scalar."""
    source = view.source
    line = source.position(finding.span.start).line
    for edit in _ways(view, line, finding.rule):
        after = Source(apply_edits(source.text, [edit]), source.filename)
        try:
            tree = parse(after.text)
        except SyntaxProblem:
            continue
        moved = line + edit.text.count("\n")
        if any(each.line == moved and each.rule == finding.rule for each in suppressions(after, tree)):
            return edit
    return None


def _ways(view: View, line: int, rule: str) -> Iterator[Edit]:
    """Yield the candidates: extend an existing comment, add one at the end of the line, or one above it."""
    source, file = view.source, view.file
    if file is None:
        return
    start, end = source.line_span(line)
    text = source.text[start:end]
    found = next((each for each in comments(source.text, file.tree) if start <= each.start < end), None)
    listed = _LIST.match(source.text, found.start, found.end) if found is not None else None
    if listed is not None:
        yield Edit(listed.end(), listed.end(), f", {rule}")
    if found is None:
        stripped = start + len(text.rstrip())
        yield Edit(stripped, end, f"  # composefmt: ignore[{rule}]")
    indent = text[: len(text) - len(text.lstrip())]
    yield Edit(start, start, f"{indent}# composefmt: ignore[{rule}]{source.newline}")
