"""The layout of a whole file: its documents, their markers, and the comments around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.format.flow import lay_out_flow
from composefmt.format.layout import Layout
from composefmt.format.whitespace import Level, UnsupportedLayout, comment_columns, place_comments, read_gap
from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Container

    from composefmt.format.plan import Plan
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Span

_MARKER = r"(?<![^\r\n])(?:(?:---|\.\.\.)(?=[ \t\r\n]|\Z)|%)"


def layout_edits(
    text: str, tree: Tree, plan: Plan, newline: str, keep_out: list[Span], left: Container[int] = ()
) -> tuple[list[Edit], bool]:
    """Return the edits that lay a text out and make the planned changes. Raises UnsupportedLayout.

    `left`: the ids of the keys and items of elements that stay as they are; `keep_out` contains their spans.
    The second value is whether the result depends on the old layout: only then can a second run change anything.
    """
    walk = Layout(text, tree, plan, newline, keep_out, left)
    _lay_out_documents(walk)
    return walk.edits, walk.layout_dependent


def _lay_out_documents(layout: Layout) -> None:
    """Lay out all documents, and the markers and comments around them."""
    cursor = 0
    roots = [node for node in layout.tree.documents if type(node) is Alias or node.start < node.end]
    if not roots:
        _trailer(layout, 0, len(layout.text))
        return
    for root in roots:
        if type(root) is Alias or type(root) is Scalar or root.content > root.start or root.tag or root.anchor:  # type: ignore[union-attr]
            raise UnsupportedLayout(root.start)
        if layout.text[root.start] == "\ufeff":
            # At the start of the text it would be a byte order mark, not part of the first key.
            raise UnsupportedLayout(root.start)
        own_line = _before(layout, cursor, root.start)
        if not own_line:
            raise UnsupportedLayout(root.start)
        cursor = _root(layout, root)  # type: ignore[arg-type]
    marker = re.compile(_MARKER).search(layout.text, cursor)
    if marker is None:
        _after(layout, cursor, len(layout.text))
    else:
        _after(layout, cursor, marker.start())
        _trailer(layout, marker.start(), len(layout.text))


def _trailer(layout: Layout, start: int, end: int) -> None:
    """Lay out the rest of the text if it has no values: markers, comments (their indentation is kept) and blank lines."""
    lines: list[str] = []
    for part in re.split(r"\r\n?|\n", layout.text[start:end]):
        line = part.rstrip(" \t")
        is_marker = line.startswith(("---", "...", "%"))
        if line and not is_marker and not line.lstrip(" ").startswith("#"):
            raise UnsupportedLayout(start)
        if line or (lines and lines[-1]):
            lines.append(_spaced(line) if is_marker else line)
    while lines and not lines[-1]:
        lines.pop()
    if not layout.is_protected(start, end):
        layout.put(start, end, "".join(line + layout.newline for line in lines))


def _root(layout: Layout, root: Mapping | Sequence) -> int:
    if root.flow:
        return lay_out_flow(layout, root, root.start, 0, 0, key_width=0, spread=True)
    if type(root) is Mapping:
        return layout.sections(root, root.start, 0)
    return layout.sequence(root, root.start, 0)  # type: ignore[arg-type]


def _before(layout: Layout, start: int, end: int) -> bool:
    """Lay out the text before a document. Return whether the document starts on a line of its own."""
    marker = re.compile(_MARKER).search(layout.text, start, end) if start else None
    if marker is not None:
        _after(layout, start, marker.start())
        start = marker.start()
    elif start:
        raise UnsupportedLayout(start)
    lines: list[str] = []
    region = layout.text[start:end]
    parts = re.split(r"\r\n?|\n", region)
    for part in parts[:-1]:
        line = part.strip(" \t")
        marks = line.startswith(("---", "...", "%"))
        if line and not line.startswith("#") and not (marks and part[0] == line[0]):
            return False
        if line or (lines and lines[-1]):
            lines.append(_spaced(line) if marks else line)
    if parts[-1].strip(" \t"):
        return False
    if layout.is_protected(start, end):
        return True
    made = "".join(line + layout.newline for line in lines)
    layout.put(start, end, made)
    return True


def _after(layout: Layout, start: int, end: int) -> None:
    """Lay out the text after a document: comments, then a marker or the end of the text."""
    text = layout.text
    if layout.is_protected(start, end):
        return
    gap = read_gap(text, start, end)
    levels = [*layout.closed, Level(0, 0)]
    layout.closed = []
    made = layout.end_comment(gap, start, levels[0].new)
    layout.layout_dependent = layout.layout_dependent or (len(levels) > 1 and bool(gap.comments))
    columns = comment_columns(gap.comments, place_comments(gap.comments, levels), levels)
    for comment, column in zip(gap.comments, columns, strict=True):
        made += (layout.newline if comment.blank else "") + layout.indents[column] + comment.text
    ended = start > 0 and start == end and text[start - 1] in "\r\n"
    if not ended and not (end == len(text) and _ends_bare(layout, start, end)):
        made += layout.newline
    layout.put(start, end, made)


def _ends_bare(layout: Layout, start: int, end: int) -> bool:
    """Return whether the text ends in a block scalar that a final line break would change. `start`: the end of its text."""
    last = layout.tree.scalars[-1] if layout.tree.scalars else None
    if last is None or last.style not in ("|", ">") or layout.text[last.end : end].strip() or layout.text[start:end].strip(" \t"):
        return False
    return "-" not in layout.text[last.content : last.content + 3].split("\n")[0]


def _spaced(line: str) -> str:
    """Return a marker line with two spaces before its comment."""
    content, comment_sign, comment = line.partition(" #")
    return f"{content.rstrip()}  #{comment}" if comment_sign else line
