"""Support for tabs that YAML allows but the Python parser refuses: in flow style, and before comments and line breaks.

Each tab becomes one space, which keeps all offsets; the resulting tree is accepted only if it is also a tree of the
original text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from composefmt.syntax.nodes import Mapping, Sequence, parts_of
from composefmt.syntax.source import line_end

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node, Tree

# Quoted values and comments. No quote can fail to match, so that a text full of quotes is read once.
_QUOTED = r"""(?s)(?<![^\s,\[\]{}:-])(?:"(?:[^"\\]|\\.?)*(?:"|\Z)|'(?:[^']|'')*(?:'|\Z)|\#[^\r\n]*)"""
# And brackets outside of them.
SIGN = _QUOTED + r"|[\[{]|[\]}]"
_SIGN_OR_TAB = SIGN + r"|(?P<last>\t+(?=[ \t]*(?:[#\r\n]|\Z)))|\t"


def spaced(text: str) -> str:
    """Replace tabs that appear to separate tokens by spaces."""
    parts: list[str] = []
    done, depth = 0, 0
    for found in re.compile(_SIGN_OR_TAB).finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign[0] == "\t" and (depth > 0 or found["last"]):
            parts += (text[done : found.start()], " " * len(sign))
            done = found.end()
    parts.append(text[done:])
    return "".join(parts)


def restored(tree: Tree, text: str, changed: str) -> str:
    """Return the changed text with the tabs of its block scalars as they were; those at the end of a line are part of the value."""
    parts: list[str] = []
    done = 0
    for node in tree.scalars:
        if node.style in ("|", ">"):
            end = line_end(text, node.end)
            parts += (changed[done : node.content], text[node.content : end])
            done = end
    return "".join(parts) + changed[done:]


def is_tree_of(tree: Tree, text: str, changed: str) -> bool:
    """Return whether the tree of the changed text fits the original: no value holds a change, and indenting tabs are in flow style."""
    if any(text[node.content : node.end] != changed[node.content : node.end] for node in tree.scalars):
        return False
    spans = in_brackets(tree)
    starts = [start for start, _ in spans]
    for found in re.compile(r"(?:\A|(?<=[\r\n])) *\t[ \t]*(?=[^\s#])").finditer(text):
        index = bisect_right(starts, found.end()) - 1
        if changed[found.start() : found.end()] != found[0] and (index < 0 or found.start() >= spans[index][1]):
            return False
    return True


def in_brackets(tree: Tree) -> list[tuple[int, int]]:
    """Return the spans of the outermost flow collections in order."""
    spans: list[tuple[int, int]] = []
    stack: list[Node] = list(tree.documents)
    while stack:
        node = stack.pop()
        if (type(node) is Mapping or type(node) is Sequence) and node.flow:
            spans.append((node.content, node.end))
        else:
            stack += parts_of(node)
    return sorted(spans)
