"""Errors for paths that do not exist, with the name that was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.edit.errors import EditError, MissingPath
from composefmt.edit.paths import Exact, shown
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence
from composefmt.syntax.values import merged_entries

if TYPE_CHECKING:
    from composefmt.edit.places import PathEnd


def missing_path(path: Exact, missing: PathEnd) -> EditError:
    """Return the error for a path that does not exist."""
    part, node, above = path[missing.depth], missing.node, shown(path[: missing.depth])
    name = shown(path[: missing.depth + 1])
    if type(node) is Sequence:
        count = len(node.items)
        items = "no items" if not count else "1 item" if count == 1 else f"{count} items"
        advice = "" if isinstance(part, int) else f"select an item of the list: {above}[0]"
        return MissingPath(f"{above or 'the file'} has {items}, so {name} does not exist", advice, missing=name)
    if type(node) is Mapping:
        names = list(merged_entries(node))
        whole = ".".join(map(str, path[missing.depth :]))
        dotted = next((key for key in names if "." in key and (whole + ".").startswith(key + ".")), None)
        advice = f"quote keys with dots: {above}.{shown((dotted,))}" if dotted else nearest(part, names)
        return MissingPath(f"{name} does not exist", advice, missing=name)
    if type(node) is Scalar and node.value:
        return MissingPath(f"{above} is a single value, so {name} does not exist", _dots(path, missing.depth), missing=name)
    return MissingPath(f"{name} does not exist", "", missing=name)


def nearest(part: str | int, names: list[str]) -> str:
    """Return the question after the nearest name, "" if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(str(part), names, 1)
    return f'did you mean "{near[0]}"?' if near else ""


def _dots(path: Exact, depth: int) -> str:
    rest = path[max(depth - 1, 0) :]
    return f'quote keys with dots: "{".".join(map(str, rest))}"' if all(isinstance(part, str) for part in rest) else ""


def describe(node: Node | None) -> str:
    """Return what a value is."""
    return "a mapping" if type(node) is Mapping else "a list" if type(node) is Sequence else "a single value"
