"""Remove duplicates from lists whose entries have an identity: a later entry replaces an earlier one.

Source: compose-go, override/uncity.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import parse_result, volume_syntax
from composefmt.project.values import Items, Map, ProjectError, text
from composefmt.project.walk import Table, here, step

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from composefmt.compose.patterns import PatternNode
    from composefmt.project.values import Path

    Key = Callable[[object], Hashable]
    Nodes = tuple[PatternNode[Key], ...]


class _NoKey(ValueError):
    """An entry lacks the field that identifies it; the message names it."""


def enforce(model: Map, *, uninterpolated: bool) -> None:
    """Remove replaced entries, in place. `uninterpolated`: variables were not replaced. Raises ProjectError."""
    _enforce(model, _table(uninterpolated=uninterpolated).root, ())


def _enforce(value: Map, nodes: Nodes, path: Path) -> None:
    for key, part in value.items():
        inner = step(nodes, key)
        if not inner:
            continue
        if isinstance(part, Map):
            _enforce(part, inner, (*path, key))
        elif isinstance(part, Items):
            key_of = here(inner)
            if key_of is not None:
                value[key] = unique_entries(part, key_of, (*path, key))


def unique_entries(items: Items, key_of: Key, path: Path) -> Items:
    """Return the list with one entry per key: the last one, in the position of the first. Raises ProjectError."""
    kept = Items(items.place)
    known: dict[Hashable, int] = {}
    for value, place in items.entries():
        try:
            key = key_of(value)
        except _NoKey as error:
            raise ProjectError(f"{'.'.join(path)}: {error}", place, path) from None
        if key in known:
            kept[known[key]] = value
            kept.places[known[key]] = place
        else:
            known[key] = len(kept)
            kept.put(value, place)
    return kept


def key_of_assignment(value: object) -> Hashable:
    """Return the text before the `=`."""
    if not isinstance(value, str):
        raise _NoKey(f"an entry must be a string, not {text(value) if not isinstance(value, (Map, Items)) else 'a mapping or list'}")
    return value.partition("=")[0]


def _volume(value: object) -> Hashable:
    if isinstance(value, Map):
        target = value.get("target")
        if not isinstance(target, str):
            raise _NoKey("a volume has no target")
        return target
    if isinstance(value, str):
        answer = volume_syntax.literal(value)
        if isinstance(answer, parse_result.Malformed):
            raise _NoKey(f"{answer.message}; {answer.help}")
        return answer.entries[0].target if isinstance(answer, parse_result.Parsed) else value
    return ""


def _uninterpolated_volume(value: object) -> Hashable:
    """Like `_volume`, if a variable may hide an error."""
    try:
        return _volume(value)
    except _NoKey:
        if isinstance(value, str) and "$" in value:
            return value
        raise


def _device(value: object) -> Hashable:
    if isinstance(value, Map):
        target = value.get("target")
        if not isinstance(target, str):
            raise _NoKey("a device has no target")
        return target
    if isinstance(value, str):
        parts = value.split(":")
        return parts[min(1, len(parts) - 1)]
    return ""


def _expose(value: object) -> Hashable:
    if isinstance(value, str) or type(value) is int:
        return str(value)
    raise _NoKey("an exposed port must be a string or an integer")


def _mount(folder: str) -> Key:
    def key(value: object) -> Hashable:
        if isinstance(value, str):
            return f"{folder}/{value}"
        if isinstance(value, Map):
            target = value.get("target")
            return target if isinstance(target, str) else f"{folder}/{text(value.get('source'))}"
        raise _NoKey("an entry must be a name or a mapping")

    return key


def _port(value: object) -> Hashable:
    if isinstance(value, Map):
        if "target" not in value:
            raise _NoKey("a port has no target")
        published = value.get("published")
        host = value.get("host_ip", "0.0.0.0")  # noqa: S104 - the address that Docker takes where none is given
        return (host, type(published), published, type(value["target"]), str(value["target"]), value.get("protocol", "tcp"))
    return str(value) if isinstance(value, (str, int)) else ""


def _env_file(value: object) -> Hashable:
    if isinstance(value, Map):
        path = value.get("path")
        if not isinstance(path, str):
            raise _NoKey("an env file has no path")
        return path
    return value if isinstance(value, str) else ""


_ASSIGNMENTS = (
    "networks.*.labels",
    "networks.*.ipam.options",
    *(
        f"services.*.{field}"
        for field in (
            "annotations",
            "build.args",
            "build.additional_contexts",
            "build.platform",
            "build.tags",
            "build.labels",
            "cap_add",
            "cap_drop",
            "deploy.labels",
            "dns",
            "dns_opt",
            "dns_search",
            "environment",
            "labels",
            "links",
            "networks.*.aliases",
            "networks.*.link_local_ips",
            "profiles",
            "sysctls",
            "tmpfs",
        )
    ),
)


@lru_cache(maxsize=2)
def _table(*, uninterpolated: bool) -> Table[Key]:
    return Table(
        (
            *((pattern, key_of_assignment) for pattern in _ASSIGNMENTS),
            ("services.*.configs", _mount("")),
            ("services.*.secrets", _mount("/run/secrets")),
            ("services.*.env_file", _env_file),
            ("services.*.expose", _expose),
            ("services.*.ports", _port),
            ("services.*.volumes", _uninterpolated_volume if uninterpolated else _volume),
            ("services.*.devices", _device),
        )
    )
