"""What the specification's schema says of a place: what a field means, which keys stand there, and which values."""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from composefmt.compose.patterns import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import Path

_Schema = dict[str, Any]
Value = TypeVar("Value")

# Values that the schema describes in words only, or that are common.
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
    # In a checkout the schema stands beside the package.
    path = next(filter(os.path.exists, (os.path.join(package, _PATH), os.path.join(os.path.dirname(package), _PATH))))
    with open(path, encoding="utf-8") as file:
        schema: _Schema = json.load(file)
    return schema


@lru_cache(maxsize=1)
def _value_places() -> Place[tuple[str, ...]]:
    root: Place[tuple[str, ...]] = Place()
    for pattern, common in _VALUES.items():
        root.add(pattern, common)
    return root


def registered(root: Place[Value], path: Path) -> list[Value]:
    """What is registered for a path, in any of the patterns that lead to it."""
    found = [root]
    for step in path:
        found = [below for place in found for below in (place.keys.get(str(step)), place.any) if below is not None]
    return [value for place in found for value in place.here]


def _parts(schema: _Schema) -> Iterator[_Schema]:
    """A schema and all that it refers to or offers as an alternative."""
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
    """The schemas of a place, () where there is none."""
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
    """What the field at a path means, in the specification's words; "" where it says nothing."""
    found = _at(path)
    texts = [schema["description"] for schema in found if "description" in schema]
    texts += [part["description"] for schema in found for part in _parts(schema) if "description" in part]
    return texts[0] if texts else ""


def is_known(path: Path) -> bool:
    """Whether there is a field of that name at that path."""
    return bool(path) and any(path[-1] in part.get("properties", {}) for schema in _at(path[:-1]) for part in _parts(schema))


def keys(path: Path) -> dict[str, str]:
    """The keys that may stand in the mapping at a path, with what they mean."""
    found: dict[str, str] = {}
    for schema in _at(path):
        for part in _parts(schema):
            for name in part.get("properties", {}):
                found.setdefault(name, meaning((*path, name)))
    return found


def shape(path: Path) -> str:
    """What stands behind the key at a path: "map", "list" or "value"; the longer form where there are several."""
    types: set[str] = set()
    for schema in _at(path):
        for part in _parts(schema):
            given = part.get("type", ())
            types.update([given] if isinstance(given, str) else given)
    return "map" if "object" in types and "string" not in types else "list" if types == {"array"} else "value"


def values(path: Path) -> list[str]:
    """The values that may stand at a path, where there are only some, or some that are common."""
    found: list[str] = []
    for schema in _at(path):
        for part in _parts(schema):
            found += [str(value) for value in part.get("enum", ())]
            if "boolean" in (part.get("type", ()) if isinstance(part.get("type"), list) else [part.get("type")]):
                found += ["true", "false"]
    for common in registered(_value_places(), path):
        found += common
    return list(dict.fromkeys(found))
