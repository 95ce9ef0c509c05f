"""Fixes for a string whose lines are meant as items of a list or entries of a mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.findings import Fix
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import write_scalar
from composefmt.syntax.source import line_start

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node

_LINE = r"\S(?:[^\r\n]*[^\s])?"
_NO_SPACE = r"-(?![\s-])"
_ITEM = r"-(?!-)\s*\S"
_COLON = r"[\w./-]+:(?!/|\s|$)"
_EQUALS = r"[\w./-]+="


def as_items(file: ComposeFile, node: Node, kinds: tuple[str, ...]) -> Fix | None:
    """Return the fix that makes a plain string a list or a mapping; `kinds`: what is allowed, "list", "map" or both."""
    if type(node) is not Scalar or node.style or node.tag is not None or node.anchor is not None or node.value.startswith("$"):
        return None
    text = file.source.text
    lines = list(re.compile(_LINE).finditer(text, node.content, node.end))
    starts = [line_start(text, line.start()) for line in lines]
    if not lines or text[starts[0] : lines[0].start()].strip():
        return _in_flow_style(node, kinds) if len(lines) == 1 else None
    if len({line.start() - start for line, start in zip(lines, starts, strict=True)}) > 1:
        return None
    if "list" in kinds and _all(_ITEM, lines):
        edits = [Edit(line.start() + 1, line.start() + 1, " ") for line in lines if re.match(_NO_SPACE, line[0])]
        return Fix.of(f"add a space after {'the' if len(edits) == 1 else 'each'} dash", tuple(edits), safe=False)
    if "map" in kinds and _all(_COLON, lines):
        colons = [line.start() + line[0].index(":") + 1 for line in lines]
        edits = [Edit(colon, colon, " ") for colon in colons]
        return Fix.of(f"add a space after {'the' if len(edits) == 1 else 'each'} colon", tuple(edits), safe=False)
    if "list" in kinds and ("map" not in kinds or _all(_EQUALS, lines)):
        edits = [Edit(*line.span(), f"- {write_scalar(line[0])}") for line in lines]
        return Fix.of("write it as a list", tuple(edits), safe=False)
    if "list" not in kinds and _all(_EQUALS, lines):
        pairs = [line[0].partition("=") for line in lines]
        edits = [Edit(*line.span(), f"{name}: {write_scalar(value.strip())}") for line, (name, _, value) in zip(lines, pairs, strict=True)]
        return Fix.of("write it as a mapping", tuple(edits), safe=False)
    return None


def _all(start: str, lines: list[re.Match[str]]) -> bool:
    return all(re.match(start, line[0]) for line in lines)


def _in_flow_style(node: Scalar, kinds: tuple[str, ...]) -> Fix | None:
    """Return the fix for a string that follows its key on the same line."""
    value = node.value
    if re.search(r"\s", value):
        return None
    colon = re.match(_COLON, value)
    if "map" in kinds and colon is not None:
        made = f"{{{value[: colon.end() - 1]}: {write_scalar(value[colon.end() :], flow=True)}}}"
        return Fix.of("write it as a mapping", (Edit(node.content, node.end, made),), safe=False)
    if "list" not in kinds or ("map" in kinds and not re.match(rf"-?{_EQUALS}", value)):
        return None
    made = f"[{write_scalar(value[1:] if re.match(_NO_SPACE, value) else value, flow=True)}]"
    return Fix.of("write it as a list", (Edit(node.content, node.end, made),), safe=False)
