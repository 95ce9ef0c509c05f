"""What an unknown key was meant to be, or where it belongs."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from composefmt.compose.schema.shapes import load
from composefmt.compose.schema.words import SECTIONS, one_of
from composefmt.compose.typography import in_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.compose.schema.shapes import Map
    from composefmt.compose.schema.words import Path

# Keys that people write, and what Compose calls them, where the letters alone do not show it.
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

# Keys of services in files of 2014 that have become keys of a mapping.
_VERSION_1 = {
    "log_driver": 'use "logging:" with "driver:" below it',
    "log_opt": 'use "logging:" with "options:" below it',
}

# Where one key has several homes equally near, the one that is meant.
_LIKELY = ("build", "healthcheck", "limits", "logging", "config")
_SEARCHED = ("services", "networks", "volumes", "secrets", "configs")
_SERVICE_MARKS = frozenset(("image", "build", "extends"))
_DRIVER_OPTIONS = ("driver_opts", "options")
_MANY_KEYS = 8


def unknown_key(wanted: Map, path: Path, key: str, value: object) -> tuple[str, str | None]:
    """How to mend a key that is not known below `path`: the advice, and the key that was meant where one is near."""
    known = wanted["keys"]
    if odd := in_name(key):
        plain = "".join({one.offset: one.plain for one in odd}.get(index, character) for index, character in enumerate(key)).strip()
        return f'it holds a {odd[0].name}: use "{plain}"', None
    if (near := nearest(key, known)) is not None:
        return f'did you mean "{near}"?', near
    if len(path) == 2 and path[0] == "services" and key in _VERSION_1:
        return _VERSION_1[key], None
    if (advice := _service(path, key, value)) is not None:
        return advice, None
    if (home := _home(key, path)) is not None:
        return f'"{key}" belongs {home}', None
    own = ['keys of your own begin with "x-"'] if "names" in wanted else []
    options = [f'options of the driver belong below "{name}"' for name in _DRIVER_OPTIONS if name in known and "driver" in known]
    if 0 < len(known) <= _MANY_KEYS:
        return "; ".join([f"it can have {one_of(sorted(known))}", *(options or own)]), None
    if options:
        return options[0], None
    if not own:
        return "remove it", None
    return f'{own[0]}: "x-{key}"' if key.isidentifier() and not key.startswith("x") else own[0], None


def misplaced_section(name: str, value: object, known: Iterable[str]) -> bool:
    """Whether what stands below services is not a service but a whole section, a level too deep."""
    if name not in SECTIONS or name == "services":
        return False
    return value is None or (isinstance(value, dict) and not value.keys() & set(known))


def lacks_names(services: dict[str, object], known: Iterable[str]) -> bool:
    """Return whether a mapping of services is one service, because the line with its name is missing."""
    marks = [services[key] for key in ("image", "build") if key in services]
    return any(isinstance(mark, str) for mark in marks) and services.keys() <= set(known)


def _service(path: Path, key: str, value: object) -> str | None:
    """Advice where a whole service stands at the wrong level."""
    if not isinstance(value, dict) or not value.keys() & _SERVICE_MARKS:
        return None
    if not path:
        return f'it looks like a service: indent "{key}" below "services:"'
    if path[0] == "services" and len(path) >= 2:
        return f'it looks like a service: move "{key}" to the left, so that it stands beside "{path[1]}"'
    return None


def nearest(key: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one was meant to be; None where none is near."""
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
    # One change of a letter makes two differences at most between the sets of them, which are compared in no time.
    near = [word for word in known if len(letters.symmetric_difference(word.replace("_", ""))) <= 2 * limit]
    ranked = sorted((distance(squeezed, word.replace("_", "")), word[:1] != plain[:1], word) for word in near)
    return ranked[0][2] if ranked and ranked[0][0] <= limit else None


def distance(one: str, other: str) -> int:
    """How many letters have to be added, removed, replaced or swapped with their neighbour."""
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
    """For each key of the schema the places where it belongs, outermost first; () is the top level."""
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
    """Where a key belongs: of several places the one nearest to where it stands; None where that cannot be told."""
    here = [str(part) if index != 1 else "NAME" for index, part in enumerate(path) if not isinstance(part, int)]
    # A key of another field than this one would mislead: `path` below build has nothing to do with env_file.
    places = [place for place in _homes().get(key, []) if list(place) != here and _is_on_the_way(place, here)]
    if not places:
        return None
    if () in places and len(here) == 2:
        return "at the top level of the file"
    best = min((-_shared(place, here), len(place)) for place in places)
    near = [place for place in places if (-_shared(place, here), len(place)) == best]
    likely = near if len(near) == 1 else [place for place in near if place and place[-1] in _LIKELY]
    return _below(likely[0], path) if likely and likely[0] else "at the top level of the file" if likely else None


def _is_on_the_way(place: tuple[str, ...], here: list[str]) -> bool:
    """Return whether one of two places contains the other, or the key belongs directly below another kind of section."""
    if len(place) == len(here) == 2 and place[0] != here[0]:
        return True
    shorter = min(len(place), len(here))
    return list(place[:shorter]) == here[:shorter]


def _below(place: tuple[str, ...], path: Path) -> str:
    """A place in words: within the same service (or network ...) its path from there."""
    if len(path) > 1 and len(place) > 1 and place[0] == path[0]:
        return f"below {'.'.join(place[2:])}" if place[2:] else f'directly below "{path[1]}"'
    if len(place) > 1 and place[1] == "NAME":
        kind = SECTIONS[place[0]]
        return f"below {'.'.join(place[2:])} of a {kind}" if place[2:] else f"below a {kind}"
    return f"below {'.'.join(place)}"


def _shared(place: tuple[str, ...], here: list[str]) -> int:
    """How many steps from the top two paths have in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(place, here, strict=False)))
