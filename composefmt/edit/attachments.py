"""The elements that comments are attached to, by index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

from composefmt.syntax.comments import comments
from composefmt.syntax.nodes import Mapping, Node, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.edit.steps import IndexPath
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Span


class Attachment(NamedTuple):
    """A comment and where it stands: on the `line` of an element, `above` one, or `below` one that nothing follows.

    `inner` is the innermost element that starts where that one does; `before` precedes the comment, None at the top.
    """

    text: str
    span: Span
    kind: Literal["line", "above", "below"]
    path: IndexPath | None
    inner: IndexPath | None
    before: IndexPath | None


def attachments(text: str, tree: Tree) -> list[Attachment]:
    """Return every comment with the element that it is attached to, in the order of the text.

    A comment that is indented deeper than the next element belongs to the one before it.
    """
    if "#" not in text:
        return []
    elements = sorted(element for number, document in enumerate(tree.documents) for element in _elements(document, (number,)))
    starts = [start for start, _ in elements]
    found: list[Attachment] = []
    run: tuple[int, int] = (-1, 0)
    for span in comments(text, tree):
        line, following = _line_start(text, span.start), bisect_right(starts, span.start)
        column = span.start - line if not text[line : span.start].strip() else -1
        # A comment below a shallower one, such as an item of a list that is commented out, belongs with it.
        if column >= 0 and run[0] == following:
            column = min(column, run[1])
        run = (following, column) if column >= 0 else (-1, 0)
        found.append(_attached(text, span, column, elements, starts))
    return found


def _elements(node: Node, path: IndexPath) -> Iterator[tuple[int, IndexPath]]:
    stack = [(node, path)]
    while stack:
        node, path = stack.pop()
        if type(node) is Mapping:
            children = [(key, value) for key, value in node.entries]
        elif type(node) is Sequence:
            children = [(item, item) for item in node.items]
        else:
            continue
        for number, (first, value) in enumerate(children):
            yield first.start, (*path, number)
            stack.append((value, (*path, number)))


def _attached(text: str, span: Span, column: int, elements: list[tuple[int, IndexPath]], starts: list[int]) -> Attachment:
    """Return the attachment of a comment; `column`: -1 if something precedes it on its line."""
    following = bisect_right(starts, span.start)
    first = bisect_left(starts, _line_start(text, span.start))
    shown = text[span.start : span.end]
    if not following:
        # The comments at the top are about the whole file.
        return Attachment(shown, span, "below", None, None, None)
    before = elements[following - 1][1]
    if first < following:
        return Attachment(shown, span, "line", elements[first][1], elements[first][1], before)
    if following < len(starts) and 0 <= column <= _column(text, starts[following]):
        inner = bisect_right(starts, starts[following]) - 1
        return Attachment(shown, span, "above", elements[following][1], elements[inner][1], before)
    above = following - 1
    while above > 0 and _column(text, starts[above]) > column >= 0:
        above -= 1
    return Attachment(shown, span, "below", elements[above][1], elements[above][1], before)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _column(text: str, offset: int) -> int:
    """Return the column of the first character of a line that is not a space, from 0."""
    line = _line_start(text, offset)
    return len(text[line:offset]) - len(text[line:offset].lstrip(" "))
