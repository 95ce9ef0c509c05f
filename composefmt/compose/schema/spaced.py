"""Recognize list items that a space after a colon turned into mappings: `- db: ro` instead of `- db:ro`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.schema.words import written

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from composefmt.compose.schema.words import Path

# The fields whose items are strings with colons, and the keys of those that have a long form.
_LONG_KEYS: Mapping[str, Collection[str]] = {
    "devices": ("source", "target", "permissions"),
    "expose": (),
    "external_links": (),
    "links": (),
    "ports": ("name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"),
    "security_opt": (),
    "tmpfs": (),
    "volumes": ("type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs", "image", "cluster"),
    "volumes_from": (),
}


def meant_text(path: Path, value: object) -> str | None:
    """Return the intended string of a mapping in a list, None if the item is something else."""
    if not isinstance(value, dict) or len(value) != 1 or len(path) != 4 or not isinstance(path[-1], int) or path[0] != "services":
        return None
    keys = _LONG_KEYS.get(str(path[-2]))
    name, inner = next(iter(value.items()))
    if keys is None or str(name) in keys or str(name).startswith("x-") or isinstance(inner, (dict, list)) or inner is None:
        return None
    return str(name) if path[-2] == "expose" and str(name) == str(inner) else f"{name}:{written(inner)}"
