"""Common fixes of rules, with their titles. Functions return None if the text cannot be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.secrecy import masked_item
from composefmt.findings import Fix
from composefmt.syntax.nodes import Mapping
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.rules.registry import Element
    from composefmt.syntax.nodes import Node


def written(file: ComposeFile, node: Node, value: object, *, safe: bool = False) -> Fix | None:
    """Return the fix that replaces a scalar with another value."""
    shown = str(value).lower() if isinstance(value, bool) else masked_item(str(value))
    return Fix.of(f'replace with "{shown}"', file.changes.replace(node, value), safe=safe)


def deleted(file: ComposeFile, node: Node | None, title: str = "remove it", *, safe: bool = False) -> Fix | None:
    """Return the fix that removes the entry of a key, or an item."""
    return Fix.of(title, file.changes.remove(node), safe=safe) if node is not None else None


def added(file: ComposeFile, node: Node | None, path: tuple[str, ...], value: object = None) -> Fix | None:
    """Return the fix that adds an entry at a path below a mapping, and creates missing parents."""
    while type(node) is Mapping:
        if not file.changes.values_in(node)[path[0]]:
            name, *rest = path
            for key in reversed(rest):
                value = {key: value}
            return Fix.of(f'add "{".".join(path)}"', file.changes.insert(node, name, value), safe=False)
        if len(path) == 1:
            return None
        node, path = next(entry[1] for entry in node.entries if key_text(entry[0]) == path[0]), path[1:]
    return None


def nearest(element: Element, node: Node, name: str, known: list[str], otherwise: str) -> tuple[str, Fix | None]:
    """Return the remedy and the fix for the nearest known name, or other advice if no name is near."""
    from difflib import get_close_matches

    near = [each for each in known if each.lower() == name.lower()] or get_close_matches(name, known, 1)
    return (f'did you mean "{near[0]}"?', written(element.file, node, near[0])) if near else (otherwise, None)
