"""Rules about the text as YAML."""

from __future__ import annotations

from composefmt.findings import Finding, Severity
from composefmt.syntax.parse import SyntaxProblem
from composefmt.syntax.source import Source, Span


def explain_problem(source: Source, problem: SyntaxProblem) -> Finding:
    """The finding for a text that is not YAML."""
    return Finding(problem.rule, Severity.ERROR, problem.message, Span(problem.offset, problem.offset + 1))
