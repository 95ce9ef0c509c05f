"""`devices`: `source[:target[:permissions]]`, a CDI name, or a mapping.

Source: the specification's 05-services, `devices`; the reference's transform/devices.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.dual import MixedItems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composefmt.syntax.write import Entry


def _long(text: str) -> Entry | str:
    if "$" in text:
        return "a variable may contain more than one part"
    if "=" in text and ":" not in text:
        return "a CDI device has no long form"
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:
        return "it is not a valid device, such as /dev/ttyUSB0:/dev/ttyUSB0:rwm"
    source, target, permissions = [*parts, "", ""][:3]
    return {"source": source, "target": target or source, "permissions": permissions if len(parts) == 3 else "rwm"}


def _short(value: Mapping[str, object]) -> str | None:
    parts = [value.get(key) for key in ("source", "target", "permissions")]
    texts = [part for part in parts if isinstance(part, str) and part and ":" not in part and "$" not in part]
    if len(texts) != 3 or len(value) != 3:
        return None
    return ":".join(texts[:2] if texts[2] == "rwm" else texts)


def _canonical(value: object) -> object:
    return [_canonical_item(item) for item in value] if isinstance(value, list) else value


def _canonical_item(item: object) -> object:
    if not isinstance(item, str):
        return item
    long = _long(item)
    return item if isinstance(long, str) else long


DEVICES = MixedItems(_long, _short, _canonical)
