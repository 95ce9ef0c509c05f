"""Comments: where they stand in a text."""

from __future__ import annotations

import re

from composefmt.syntax.nodes import Tree
from composefmt.syntax.source import Span

_COMMENT = re.compile(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*", re.MULTILINE)


def comments(text: str, tree: Tree) -> list[Span]:
    """The spans of all comments, in order, from `#` to the last character that is not white space."""
    if "#" not in text:
        return []
    found: list[Span] = []
    done = 0
    for scalar in tree.scalars:
        if scalar.style in ("|", ">"):
            # The line of a block scalar's header may end with a comment.
            header = _line_end(text, scalar.content)
            _collect(text, done, min(header, scalar.end) if scalar.end > header else header, found)
            done = max(header, scalar.end)
        else:
            _collect(text, done, scalar.start, found)
            done = scalar.end
    _collect(text, done, len(text), found)
    return found


def comment_texts(text: str, tree: Tree) -> list[str]:
    """The comments themselves, in order."""
    return [text[start:end] for start, end in comments(text, tree)]


def _collect(text: str, start: int, end: int, found: list[Span]) -> None:
    if text.find("#", start, end) < 0:
        return
    for match in _COMMENT.finditer(text, start, end):
        comment = match.group().rstrip()
        found.append(Span(match.start(), match.start() + len(comment)))


def _line_end(text: str, offset: int) -> int:
    ends = [e for e in (text.find("\n", offset), text.find("\r", offset)) if e >= 0]
    return min(ends, default=len(text))
