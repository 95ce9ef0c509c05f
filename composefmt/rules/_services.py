"""Look up other fields of the service that an element belongs to, and the facts about its image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.images import image_facts
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from composefmt.compose.images import ImageFacts
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


def environment_of(element: Element) -> dict[str, str | None]:
    """Return the environment variables that a service sets in `environment`; None for values from outside of the file."""
    node = in_service(element, "environment")
    found: dict[str, str | None] = {}
    for item in map(resolve, element.file.items(node)):
        if type(item) is Scalar:
            own, sign, given = item.value.partition("=")
            found[own] = given if sign else None
    for name, (_, value) in element.file.entries(node).items():
        text = resolve(value)
        found[name] = text.value if type(text) is Scalar and not (not text.style and text.value in ("", "~", "null")) else None
    return found


def words_of(element: Element, field: str) -> list[str] | None:
    """Return the words of a service's `command` or `entrypoint`, split at spaces; None if it is not set."""
    node = in_service(element, field)
    if node is None or (type(node) is Scalar and not node.style and node.value in ("", "~", "null")):
        return None
    items = [node] if type(node) is Scalar else map(resolve, element.file.items(node))
    return [word for item in items if type(item) is Scalar for word in item.value.split()]


def known_image(element: Element) -> ImageFacts | None:
    """Return the facts about a service's image; None if it is built here, inherited or unknown."""
    entries = service_entries(element)
    image = resolve(entries["image"][1]) if "image" in entries else None
    if type(image) is not Scalar or entries.keys() & {"build", "extends", "provider"}:
        return None
    return image_facts(image.value)
