"""Look up other fields of the service that an element belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.syntax.nodes import resolve

if TYPE_CHECKING:
    from composefmt.rules.registry import Element
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.values import Entries


def in_service(element: Element, *path: str) -> Node | None:
    """Return the value at a path in the service of an element, aliases followed; None if it does not exist."""
    service = element.file.defined("services").get(element.service)
    found = element.file.locate(path, service) if service is not None else None
    return resolve(found[1]) if found else None


def service_entries(element: Element, *path: str) -> Entries:
    """Return the entries of the mapping at a path in the service of an element; {} if it does not exist."""
    return element.file.entries(in_service(element, *path))
