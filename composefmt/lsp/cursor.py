"""The context of the cursor: its path, and whether a key or a value is being written.

A marker replaces the word at the cursor, and the text is parsed. If it does not parse, only the lines that enclose the
cursor by indentation are parsed, so that mistakes elsewhere do not matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.lsp.names import path_at, used_path
from composefmt.syntax.nodes import Mapping, Scalar, Tree
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import Source, Span, line_start
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from composefmt.compose.file import Path
    from composefmt.options import Options

MARK = "composefmt0cursor"
_WORD_BEFORE = re.compile(r"[\w./-]*(?:service:[\w.-]*)?\Z")
# Longer than any name; bounds the search for the start of a word, which is quadratic.
_LONGEST = 500
_INDENT = re.compile(r" *(?:- +)*")


class CursorContext(NamedTuple):
    """The context of the cursor. `word`: the text of the word so far.

    `path`: the path of the mapping whose key (`keys`) or of the value (`values`) that is being written; both may apply.
    `existing`: the mapping's keys; `has_colon`: the word is already a key. `file`: the text with the marker; if it does
    not parse, the part of it that does (`whole` is False).
    """

    word: Span
    path: Path
    keys: bool
    values: bool
    existing: frozenset[str]
    has_colon: bool
    file: ComposeFile
    whole: bool


def find_spot(text: str, offset: int, options: Options) -> CursorContext | None:
    """Return the context of the cursor; None inside comments and if it is ambiguous."""
    start = line_start(text, offset)
    before = _WORD_BEFORE.search(text, max(start, offset - _LONGEST), offset)
    after = re.compile(r"[\w.-]*").match(text, offset)
    word = Span(before.start() if before else offset, after.end() if after else offset)
    return _spot(text, word, options, whole=True) or _spot_by_indentation(text, word, options)


def _spot(text: str, word: Span, options: Options, *, whole: bool) -> CursorContext | None:
    head = text[line_start(text, word.start) : word.start]
    end = re.compile(r"[^\r\n]*").match(text, word.end)
    rest = end[0].strip() if end else ""
    alone = not head.strip(" -") and not rest
    quote = '"' if head.count('"') % 2 else "'" if head.count("'") % 2 else ""
    closing = quote + _closing(head)
    for mark in ([f"{MARK}:"] if alone else []) + [MARK] + ([MARK + closing] if closing and not rest else []):
        marked = text[: word.start] + mark + text[word.end :]
        try:
            tree = parse(marked)
        except (SyntaxProblem, UnicodeEncodeError):
            continue
        found = next((scalar for scalar in tree.scalars if MARK in scalar.value), None)
        if found is not None:
            file = ComposeFile(Source(marked), tree, options)
            return _described(file, tree, found, word, alone=alone, added=mark.endswith(":"), whole=whole)
    return None


def _closing(head: str) -> str:
    """Return the brackets that close those a line leaves open."""
    closing: list[str] = []
    for character in head:
        if character in "[{":
            closing.insert(0, "]" if character == "[" else "}")
        elif closing and character == closing[0]:
            del closing[0]
    return "".join(closing)


def _described(file: ComposeFile, tree: Tree, found: Scalar, word: Span, *, alone: bool, added: bool, whole: bool) -> CursorContext:
    path, way = path_at(tree.documents, found.start)
    path = used_path(tree, path, way)
    parent = way[-2] if len(way) > 1 else None
    if type(parent) is Mapping and any(key is found for key, _ in parent.entries):
        existing = frozenset(key_text(key) for key, _ in parent.entries if key is not found)
        value = next(value for key, value in parent.entries if key is found)
        has_colon = not added and (value.start != value.end or file.source.text.startswith(":", found.end))
        return CursorContext(word, path[:-1], True, (added or not has_colon) and not existing, existing, has_colon, file, whole)
    return CursorContext(word, path, alone, True, frozenset(), False, file, whole)


def _spot_by_indentation(text: str, word: Span, options: Options) -> CursorContext | None:
    start = line_start(text, word.start)
    kept = [text[start : word.end]]
    level = _level(kept[0], text[start : word.start])
    for line in reversed(text[:start].splitlines()):
        body = line.strip()
        if not body or body.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip(" "))
        # A list may have the same indentation as its key.
        if indent < level or (indent == level and kept[0].lstrip(" ").startswith("-") and not body.startswith("-")):
            kept.insert(0, line)
            level = indent
        if level == 0 and not kept[0].startswith("-"):
            break
    joined = "\n".join(kept)
    moved = len(joined) - word.end
    spot = _spot(joined, Span(word.start + moved, word.end + moved), options, whole=False)
    return spot._replace(word=word) if spot is not None else None


def _level(line: str, head: str) -> int:
    """Return the indentation of the line at the cursor; the cursor's column if the line is empty."""
    return len(line) - len(line.lstrip(" ")) if line.strip() else len(head)


def names_by_lines(text: str, section: str) -> list[str]:
    """Return the names that a section of a text that never parsed seems to define: the keys one level below it."""
    start = re.compile(rf"^{section}:[ \t]*(?:#.*)?$", re.MULTILINE).search(text)
    if start is None:
        return []
    following = re.compile(r"^[^\s#]", re.MULTILINE).search(text, start.end())
    body = text[start.end() : following.start() if following else len(text)]
    found = re.findall(r"^( +)([\w.-]+):", body, re.MULTILINE)
    first = min((len(indent) for indent, _ in found), default=0)
    return [name for indent, name in found if len(indent) == first]
