"""Suggest the intended key, or the right location, for an unknown key."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from composefmt.compose.schema.shapes import load
from composefmt.compose.schema.words import SECTIONS, one_of
from composefmt.compose.typography import in_name, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.compose.schema.shapes import MapShape
    from composefmt.compose.schema.words import Path

# Common wrong keys and their names in Compose, if spelling alone does not show the relation.
KNOWN_AS = {
    "arguments": ("args",),
    "cmd": ("command", "test"),
    "command": ("test",),
    "container": ("container_name", "target"),
    "container_port": ("target",),
    "cpu": ("cpus",),
    "cpu_limit": ("cpus",),
    "dependencies": ("depends_on",),
    "destination": ("target",),
    "dst": ("target",),
    "env": ("environment",),
    "envs": ("environment",),
    "env_vars": ("environment",),
    "environments": ("environment",),
    "exposes": ("expose",),
    "from": ("image", "source"),
    "hard_limit": ("hard",),
    "health_check": ("healthcheck",),
    "host": ("published", "hostname", "source"),
    "host_port": ("published",),
    "hosts": ("extra_hosts",),
    "ip": ("ipv4_address", "host_ip"),
    "log": ("logging",),
    "log_driver": ("driver",),
    "log_opt": ("options",),
    "max_retries": ("retries", "max_attempts"),
    "mem": ("mem_limit", "memory"),
    "memory": ("mem_limit",),
    "memory_limit": ("mem_limit", "memory"),
    "mount": ("volumes",),
    "mounts": ("volumes",),
    "name": ("container_name",),
    "net": ("network_mode",),
    "options": ("driver_opts",),
    "opts": ("driver_opts", "options"),
    "period": ("interval",),
    "path": ("context", "source"),
    "port": ("ports", "target"),
    "read_only": ("read_only",),
    "readonly": ("read_only",),
    "require": ("depends_on",),
    "requires": ("depends_on",),
    "restart": ("restart_policy", "restart"),
    "restart_policy": ("restart",),
    "ro": ("read_only",),
    "run": ("command",),
    "script": ("command",),
    "src": ("source",),
    "start_delay": ("start_period",),
    "variables": ("environment",),
    "workdir": ("working_dir",),
    "working_directory": ("working_dir",),
}

# Service keys of version 1 files that are now keys of a mapping.
_VERSION_1 = {
    "log_driver": 'use "driver" in "logging"',
    "log_opt": 'use "options" in "logging"',
}

# The preferred mapping for a key that fits several equally near ones.
_LIKELY = ("build", "healthcheck", "limits", "logging", "config")
_SEARCHED = ("services", "networks", "volumes", "secrets", "configs")
_SERVICE_MARKS = frozenset(("image", "build", "extends"))
_DRIVER_OPTIONS = ("driver_opts", "options")
_MANY_KEYS = 8


def unknown_key(wanted: MapShape, path: Path, key: str, value: object) -> tuple[str, str | None]:
    """Return the remedy for a key that is unknown below `path`, and the nearest known key if there is one."""
    known = wanted["keys"]
    if odd := in_name(key):
        return f'replace the {odd[0].name}: use "{plain(key, odd).strip()}"', None
    if (near := nearest(key, known)) is not None:
        return f'did you mean "{near}"?', near
    if len(path) == 2 and path[0] == "services" and key in _VERSION_1:
        return _VERSION_1[key], None
    if (advice := _service(path, key, value)) is not None:
        return advice, None
    if (home := _home(key, path)) is not None:
        return f'move "{key}" {home}', None
    own = ['custom keys must start with "x-"'] if "names" in wanted else []
    options = [f'put options of the driver in "{name}"' for name in _DRIVER_OPTIONS if name in known and "driver" in known]
    if 0 < len(known) <= _MANY_KEYS:
        return "; ".join([f"use {one_of(sorted(known))}", *(options or own)]), None
    if options:
        return options[0], None
    if not own:
        return "remove it", None
    return f'{own[0]}: "x-{key}"' if key.isidentifier() and not key.startswith("x") else own[0], None


def misplaced_section(name: str, value: object, known: Iterable[str]) -> bool:
    """Return whether an entry of `services` is a section that is indented one level too deep."""
    if name not in SECTIONS or name == "services":
        return False
    return value is None or (isinstance(value, dict) and not value.keys() & set(known))


def keys_without_name(services: dict[str, object], known: Iterable[str]) -> list[str]:
    """Return the keys in `services` that belong to a service: its name is missing, or they are not indented below it."""
    words = set(known)
    marks = [key for key, value in services.items() if key in words and value is not None and not isinstance(value, dict)]
    if not marks:
        return []
    return [
        key for key, value in services.items() if key in marks or (key in words and isinstance(value, dict) and not value.keys() & words)
    ]


def name_above(services: dict[str, object], keys: list[str]) -> str | None:
    """Return the name of the service without a value directly above the first of some keys, else None."""
    names = list(services)
    index = names.index(keys[0]) - 1
    return names[index] if index >= 0 and services[names[index]] is None else None


def _service(path: Path, key: str, value: object) -> str | None:
    """Return the remedy for a whole service at the wrong level, None if the key is not a service."""
    if not isinstance(value, dict) or not value.keys() & _SERVICE_MARKS:
        return None
    if not path:
        return f'indent service "{key}" below "services"'
    if path[0] == "services" and len(path) >= 2:
        return f'reduce the indentation of service "{key}" to that of "{path[1]}"'
    return None


def nearest(key: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to a misspelled one, None if no word is near."""
    known = list(known)
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key.strip()).replace("-", "_").replace(" ", "_").lower()
    for candidate in (plain, f"{plain}s", plain.removesuffix("s"), plain.replace("_", "-")):
        if candidate in known:
            return candidate
    for alias in KNOWN_AS.get(plain, ()):
        if alias in known:
            return alias
    limit = 1 if len(plain) < 5 else 2 if len(plain) < 9 else 3
    if len(plain) < 3:
        return None
    squeezed = plain.replace("_", "")
    letters = set(squeezed)
    # One changed letter makes at most two differences between the sets of letters, which are fast to compare.
    near = [word for word in known if len(letters.symmetric_difference(word.replace("_", ""))) <= 2 * limit]
    ranked = sorted((distance(squeezed, word.replace("_", "")), word[:1] != plain[:1], word) for word in near)
    return ranked[0][2] if ranked and ranked[0][0] <= limit else None


def distance(one: str, other: str) -> int:
    """Return the number of letters to add, remove, replace or swap with their neighbor."""
    if abs(len(one) - len(other)) > 3:
        return 99
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, target in enumerate(other, 1):
            cost = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]


@lru_cache(maxsize=1)
def _homes() -> dict[str, list[tuple[str, ...]]]:
    """Return the locations of each key of the schema, outermost first; () is the top level."""
    root, shapes = load()
    homes: dict[str, list[tuple[str, ...]]] = {}
    queue: list[tuple[tuple[str, ...], int]] = [((), root)]
    for path, number in queue:
        shape = shapes[number]
        if "list" in shape:
            queue.append((path, shape["list"]["items"]))
        if "map" not in shape:
            continue
        for key, part in shape["map"]["keys"].items():
            if key.startswith("x-"):
                continue
            homes.setdefault(key, []).append(path)
            if (path or key in _SEARCHED) and key != "pre_start":
                queue.append(((*path, key), part))
        for pattern, part in shape["map"].get("names", []):
            if pattern != "^x-" and len(path) == 1:
                queue.append(((*path, "NAME"), part))
    return homes


def _home(key: str, path: Path) -> str | None:
    """Return where a key belongs, nearest to its location, such as `to deploy.resources`; None if unknown."""
    here = [str(part) if index != 1 else "NAME" for index, part in enumerate(path) if not isinstance(part, int)]
    # A key of an unrelated field would mislead: `path` in `build` is not related to `env_file`.
    places = [place for place in _homes().get(key, []) if list(place) != here and _is_on_the_way(place, here)]
    if not places:
        return None
    if () in places and len(here) == 2:
        return "to the top level of the file"
    best = min((-_shared(place, here), len(place)) for place in places)
    near = [place for place in places if (-_shared(place, here), len(place)) == best]
    likely = near if len(near) == 1 else [place for place in near if place and place[-1] in _LIKELY]
    return _below(likely[0], path) if likely and likely[0] else "to the top level of the file" if likely else None


def _is_on_the_way(place: tuple[str, ...], here: list[str]) -> bool:
    """Return whether one of two locations contains the other, or the key belongs to an element of another section."""
    if len(place) == len(here) == 2 and place[0] != here[0]:
        return True
    shorter = min(len(place), len(here))
    return list(place[:shorter]) == here[:shorter]


def _below(place: tuple[str, ...], path: Path) -> str:
    """Describe a location; within the same service (or network ...) by its path from there."""
    if len(path) > 1 and len(place) > 1 and place[0] == path[0]:
        return f"to {'.'.join(place[2:])}" if place[2:] else f'directly below "{path[1]}"'
    if len(place) > 1 and place[1] == "NAME":
        kind = SECTIONS[place[0]]
        return f"to {'.'.join(place[2:])} of a {kind}" if place[2:] else f"to a {kind}"
    return f"to {'.'.join(place)}"


def _shared(place: tuple[str, ...], here: list[str]) -> int:
    """Return the number of leading steps that two paths share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(place, here, strict=False)))
