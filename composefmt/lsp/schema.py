"""The specification's schema by path: the description of a field, and its keys and values."""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from composefmt.compose.patterns import PatternNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import Path

_Schema = dict[str, Any]
Value = TypeVar("Value")

# Values that the schema describes only in prose, or common ones.
_VALUES: dict[str, tuple[str, ...]] = {
    "services.*.cgroup": ("host", "private"),
    "services.*.deploy.endpoint_mode": ("dnsrr", "vip"),
    "services.*.deploy.mode": ("global", "global-job", "replicated", "replicated-job"),
    "services.*.deploy.restart_policy.condition": ("any", "none", "on-failure"),
    "services.*.ipc": ("host", "none", "private", "shareable"),
    "services.*.isolation": ("default", "hyperv", "process"),
    "services.*.logging.driver": ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "none", "splunk", "syslog"),
    "services.*.network_mode": ("bridge", "host", "none"),
    "services.*.pid": ("host",),
    "services.*.ports.*.mode": ("host", "ingress"),
    "services.*.ports.*.protocol": ("tcp", "udp"),
    "services.*.pull_policy": ("always", "build", "daily", "if_not_present", "missing", "never", "weekly"),
    "services.*.restart": ("always", "no", "on-failure", "unless-stopped"),
    "services.*.userns_mode": ("host",),
    "services.*.uts": ("host",),
    "services.*.volumes.*.bind.propagation": ("private", "rprivate", "rshared", "rslave", "shared", "slave"),
    "networks.*.driver": ("bridge", "ipvlan", "macvlan", "overlay"),
    "volumes.*.driver": ("local",),
}
_PATH = os.path.join("schemas", "compose-spec.json")


@lru_cache(maxsize=1)
def _root() -> _Schema:
    package = os.path.dirname(os.path.dirname(__file__))
    # In a checkout, the schema is next to the package.
    path = next(filter(os.path.exists, (os.path.join(package, _PATH), os.path.join(os.path.dirname(package), _PATH))))
    with open(path, encoding="utf-8") as file:
        schema: _Schema = json.load(file)
    return schema


@lru_cache(maxsize=1)
def _value_places() -> PatternNode[tuple[str, ...]]:
    root: PatternNode[tuple[str, ...]] = PatternNode()
    for pattern, common in _VALUES.items():
        root.add(pattern, common)
    return root


def registered(root: PatternNode[Value], path: Path) -> list[Value]:
    """Return what is registered for a path under any pattern that matches it."""
    found = [root]
    for step in path:
        found = [below for place in found for below in (place.keys.get(str(step)), place.any) if below is not None]
    return [value for place in found for value in place.here]


def _parts(schema: _Schema) -> Iterator[_Schema]:
    """Yield a schema and all schemas that it refers to or lists as alternatives."""
    yield schema
    if "$ref" in schema:
        target: Any = _root()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _parts(target)
    for word in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(word, ()):
            yield from _parts(each)


@lru_cache(maxsize=512)
def _at(path: Path) -> tuple[_Schema, ...]:
    """Return the schemas of a path, () without any."""
    if not path:
        return (_root(),)
    found: list[_Schema] = []
    for schema in _at(path[:-1]):
        for part in _parts(schema):
            found += _below(part, path[-1])
    return tuple(found)


def _below(schema: _Schema, step: str | int) -> Iterator[_Schema]:
    if isinstance(step, int):
        if isinstance(schema.get("items"), dict):
            yield schema["items"]
        return
    if step in schema.get("properties", {}):
        yield schema["properties"][step]
        return
    for name, below in schema.get("patternProperties", {}).items():
        if re.search(name, step) and not step.startswith("x-"):
            yield below
    if isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def meaning(path: Path) -> str:
    """Return the description of the field at a path in the specification's words; "" without one."""
    found = _at(path)
    texts = [schema["description"] for schema in found if "description" in schema]
    texts += [part["description"] for schema in found for part in _parts(schema) if "description" in part]
    return texts[0] if texts else ""


def is_known(path: Path) -> bool:
    """Return whether the schema has a field at a path."""
    return bool(path) and any(path[-1] in part.get("properties", {}) for schema in _at(path[:-1]) for part in _parts(schema))


def keys(path: Path) -> dict[str, str]:
    """Return the keys of the mapping at a path, with their descriptions."""
    found: dict[str, str] = {}
    for schema in _at(path):
        for part in _parts(schema):
            for name in part.get("properties", {}):
                found.setdefault(name, meaning((*path, name)))
    return found


def shape(path: Path) -> str:
    """Return the shape of the value at a path: "map", "list" or "value"; the longest of several."""
    types: set[str] = set()
    for schema in _at(path):
        for part in _parts(schema):
            given = part.get("type", ())
            types.update([given] if isinstance(given, str) else given)
    return "map" if "object" in types and "string" not in types else "list" if types == {"array"} else "value"


def values(path: Path) -> list[str]:
    """Return the values of an enumerated field, or common ones."""
    found: list[str] = []
    for schema in _at(path):
        for part in _parts(schema):
            found += [str(value) for value in part.get("enum", ())]
            if "boolean" in (part.get("type", ()) if isinstance(part.get("type"), list) else [part.get("type")]):
                found += ["true", "false"]
    for common in registered(_value_places(), path):
        found += common
    return list(dict.fromkeys(found))
