"""What the rules' fixes share: the common changes, with their titles. None where the text cannot be changed so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Fix
from composefmt.syntax.nodes import Mapping
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.rules.registry import Element
    from composefmt.syntax.nodes import Node


def written(file: ComposeFile, node: Node, value: object, *, safe: bool = False) -> Fix | None:
    """Write another value in the place of a scalar."""
    shown = str(value).lower() if isinstance(value, bool) else value
    return Fix.of(f'write "{shown}"', file.changes.replace(node, value), safe=safe)


def deleted(file: ComposeFile, node: Node | None, title: str = "delete it", *, safe: bool = False) -> Fix | None:
    """Delete the entry of a key, or an item."""
    return Fix.of(title, file.changes.remove(node), safe=safe) if node is not None else None


def added(file: ComposeFile, node: Node | None, path: tuple[str, ...], value: object = None) -> Fix | None:
    """Add an entry at a path below a mapping, with the mappings on the way there that are missing."""
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
    """The advice to write the nearest known name, and the fix that does; other advice where none is near."""
    from difflib import get_close_matches

    near = [each for each in known if each.lower() == name.lower()] or get_close_matches(name, known, 1)
    return (f'did you mean "{near[0]}"?', written(element.file, node, near[0])) if near else (otherwise, None)
