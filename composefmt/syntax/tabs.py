"""Tabs where the Python parser wants spaces: inside brackets, and before comments and line breaks, YAML allows both.

A tab becomes one space, so that all offsets stay; the tree that is made of such a text then has to be a tree of the
true one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from composefmt.syntax.nodes import Mapping, Sequence, parts_of

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Node, Tree

# Quotes that begin a value, and comments. No quote can fail to match, so that a text of many is read once.
_QUOTED = r"""(?s)(?<![^\s,\[\]{}:-])(?:"(?:[^"\\]|\\.?)*(?:"|\Z)|'(?:[^']|'')*(?:'|\Z)|\#[^\r\n]*)"""
# And brackets that open or close outside of these.
SIGN = _QUOTED + r"|[\[{]|[\]}]"
_SIGN_OR_TAB = SIGN + r"|(?P<last>\t+(?=[ \t]*(?:[#\r\n]|\Z)))|\t"


def spaced(text: str) -> str:
    """The text with spaces in the place of the tabs that seem to stand between tokens."""
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


def is_tree_of(tree: Tree, text: str, changed: str) -> bool:
    """Whether the tree of a changed text is that of the text: no value holds a change, and all that indent stand in brackets."""
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
    """Where the outermost collections in brackets stand, in order."""
    spans: list[tuple[int, int]] = []
    stack: list[Node] = list(tree.documents)
    while stack:
        node = stack.pop()
        if (type(node) is Mapping or type(node) is Sequence) and node.flow:
            spans.append((node.content, node.end))
        else:
            stack += parts_of(node)
    return sorted(spans)
