"""Helpers of the rules on short forms: findings from the answers of the short-syntax parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.fields import item_text
from composefmt.compose.file import text_span
from composefmt.compose.parse_result import Malformed, Parsed
from composefmt.rules._fixes import written
from composefmt.rules.registry import Element, Problem
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from composefmt.compose.parse_result import Answer

    Parse = Callable[[str, Mapping[str, str] | None], Answer[object]]


def _read(element: Element, parse: Parse) -> tuple[Scalar, Answer[object]] | None:
    """Return a short item and the answer of its parser; None if the item is neither a string nor a number."""
    node = element.node
    text = item_text(node) if type(node) is Scalar else None
    if type(node) is not Scalar or text is None:
        return None
    return node, parse(text, element.file.options.environment)


def malformed(element: Element, parse: Parse, rule: str) -> Iterator[Problem]:
    """Yield a problem if Docker Compose refuses a short item and `rule` reports it."""
    found = _read(element, parse)
    if found is None:
        return
    node, answer = found
    if isinstance(answer, Malformed) and answer.rule == rule:
        span = text_span(element.file.source, node, answer.start, answer.end)
        yield Problem(span, f'service "{element.service}": {answer.message}', answer.help)


def doubtful(element: Element, parse: Parse, rule: str) -> Iterator[Problem]:
    """Yield the problems that `rule` reports on a short item that Docker Compose accepts."""
    found = _read(element, parse)
    if found is None:
        return
    node, answer = found
    for doubt in answer.doubts if isinstance(answer, Parsed) else ():
        if doubt.rule == rule:
            span = text_span(element.file.source, node, doubt.start, doubt.end)
            fix = written(element.file, node, doubt.replacement, safe=doubt.is_safe) if doubt.replacement is not None else None
            yield Problem(span, f'service "{element.service}": {doubt.message}', doubt.help, fix)
