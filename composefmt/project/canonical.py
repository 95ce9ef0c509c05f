"""Convert short forms to canonical objects: one small function per field, in a table by path pattern.

Source: compose-go, transform/. If variables are kept, an entry that they hide stays unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import ports, volumes
from composefmt.compose.parse_result import Malformed, Parsed
from composefmt.project.values import Items, Map, ProjectError, children, make, text
from composefmt.project.walk import CONTAINERS, WORKLOADS, Spot, Table, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.compose.ports import Port
    from composefmt.compose.volumes import Mount
    from composefmt.project.values import Location

    Function = Callable[[object, Spot], object]


# The bound for all port ranges of a model together; a few lines could expand to millions of ports.
MAX_PORTS = 500_000

_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})(?:/[a-zA-Z]*)?$")


def to_canonical(model: Map, *, uninterpolated: bool) -> None:
    """Convert every short form to its canonical object, in place. `uninterpolated`: variables were not replaced. Raises ProjectError."""
    _count_ports(model)
    rewrite(model, _table(), uninterpolated=uninterpolated)


def _count_ports(model: Map) -> None:
    total = 0
    for section in ("services", "jobs"):
        for name, service in children(model, section):
            ports = service.get("ports")
            for entry in ports if isinstance(ports, Items) else ():
                found = _RANGE.search(entry) if isinstance(entry, str) else None
                total += max(int(found[2]) - int(found[1]), 0) if found else 0
            if total > MAX_PORTS:
                raise ProjectError(f"port ranges expand to more than {MAX_PORTS:,} ports", service.where("ports"), (section, name))


def _wrong(spot: Spot, wanted: str) -> ProjectError:
    return ProjectError(f"{'.'.join(spot.path)} must be {wanted}", spot.place, spot.path)


def _ports(value: object, spot: Spot) -> object:
    if not isinstance(value, Items):
        raise _wrong(spot, "a list")
    found = Items(value.place)
    for entry, place in value.entries():
        if isinstance(entry, Map):
            found.put(entry, place)
        elif isinstance(entry, str) or type(entry) is int:
            answer = ports.parse_short(str(entry), {}) if spot.uninterpolated else ports.parse_short.literal(str(entry))
            if isinstance(answer, Malformed):
                raise ProjectError(f"{answer.message}; {answer.help}", place, spot.path)
            if isinstance(answer, Parsed):
                for port in answer.entries:
                    found.put(_port(port, place), place)
            else:
                found.put(entry, place)
        else:
            raise ProjectError(f"a port must be a string, a number or a mapping, not {text(entry) or 'null'}", place, spot.path)
    return found


def _port(port: Port, place: Location | None) -> Map:
    made = Map(place)
    made.update(ports.canonical(port))
    return made


def _volume(value: object, spot: Spot) -> object:
    if isinstance(value, Map):
        return value
    if not isinstance(value, str):
        raise _wrong(spot, "a string or a mapping")
    answer = volumes.parse_short(value, {}) if spot.uninterpolated else volumes.parse_short.literal(value)
    if isinstance(answer, Malformed):
        raise ProjectError(f"{answer.message}; {answer.help}", spot.place, spot.path)
    return _mount(answer.entries[0], value, spot.place) if isinstance(answer, Parsed) else value


def _mount(mount: Mount, short: str, place: Location | None) -> Map:
    """Return the canonical volume, with the empty `bind` and `volume` that Docker Compose adds."""
    made = make(place, type=mount.type)
    if mount.source:
        made["source"] = mount.source
    made["target"] = mount.target
    if mount.read_only:
        made["read_only"] = True
    bind = make(place)
    if mount.selinux:
        bind["selinux"] = mount.selinux
    if mount.propagation:
        bind["propagation"] = mount.propagation
    if mount.type == "bind":
        bind["create_host_path"] = True
    if bind:
        made["bind"] = bind
    if mount.nocopy:
        made["volume"] = make(place, nocopy=True)
    elif mount.type == "volume" and len(short.encode()) > 2:
        made["volume"] = make(place)
    return made


def _list(value: object, spot: Spot) -> object:
    return Items(spot.place, [(value, spot.place)]) if isinstance(value, str) else value


def _names(value: object, spot: Spot) -> object:
    """Return a list of names as a mapping of names to null."""
    if not isinstance(value, Items):
        return value
    made = Map(spot.place)
    for name, place in value.entries():
        made.put(text(name), None, place)
    return made


def _env_files(value: object, spot: Spot) -> object:
    found = Items(spot.place)
    if not isinstance(value, (str, Items)):
        raise _wrong(spot, "a path or a list")
    for entry, place in value.entries() if isinstance(value, Items) else [(value, spot.place)]:
        if isinstance(entry, Map):
            entry.setdefault("required", True)
            found.put(entry, place)
        else:
            found.put(make(place, path=entry, required=True) if isinstance(entry, str) else None, place)
    return found


def _gpus(value: object, spot: Spot) -> object:
    if isinstance(value, str):
        return Items(spot.place, [(make(spot.place, count="all"), spot.place)])
    if not isinstance(value, Items):
        raise _wrong(spot, '"all" or a list')
    return value


def _device(value: object, spot: Spot) -> object:
    if isinstance(value, Map):
        return value
    if not isinstance(value, str):
        raise _wrong(spot, "a string or a mapping")
    parts = value.split(":")
    if len(parts) > 3:
        if spot.hides(value):
            return value
        raise ProjectError(f'invalid device "{value}": too many colons; use "source:target:permissions"', spot.place, spot.path)
    source = parts[0]
    return make(
        spot.place,
        source=source,
        target=(parts[1] if len(parts) > 1 else "") or source,
        permissions=parts[2] if len(parts) > 2 else "rwm",
    )


def _named(key: str, wanted: str) -> Function:
    """Return the function for a field whose string form sets one key of a mapping."""

    def canonical(value: object, spot: Spot) -> object:
        if isinstance(value, str):
            return make(spot.place, **{key: value})
        if not isinstance(value, Map):
            raise _wrong(spot, wanted)
        return value

    return canonical


def _ulimit(value: object, spot: Spot) -> object:
    if isinstance(value, Map) or type(value) is int or (isinstance(value, str) and spot.hides(value)):
        return value
    raise _wrong(spot, "an integer, or a mapping with soft and hard")


def _text(value: object, _: Spot) -> object:
    return value if isinstance(value, str) else text(value)


def _assignments(value: object, spot: Spot) -> object:
    if isinstance(value, Map):
        return value
    if not isinstance(value, Items):
        raise _wrong(spot, "a mapping or a list")
    made = Map(spot.place)
    for entry, place in value.entries():
        key, equals, part = text(entry).partition("=")
        if not equals:
            raise ProjectError(f'"{key}" in {".".join(spot.path)} has no value; use "NAME=VALUE"', place, spot.path)
        made.put(key, part, place)
    return made


def _depends_on(value: object, spot: Spot) -> object:
    made = Map(spot.place)
    if isinstance(value, Map):
        for name, part in value.items():
            if not isinstance(part, Map):
                raise _wrong(Spot((*spot.path, name), value.where(name)), "a mapping")
            part.setdefault("condition", "service_started")
            part.setdefault("required", True)
        return value
    if not isinstance(value, Items):
        raise _wrong(spot, "a list or a mapping")
    for other, place in value.entries():
        made.put(text(other), make(place, condition="service_started", required=True), place)
    return made


def _ssh(value: object, spot: Spot) -> object:
    if isinstance(value, Map):
        return value
    if not isinstance(value, Items):
        raise _wrong(spot, "a list or a mapping")
    made = Map(spot.place)
    for entry, place in value.entries():
        identifier, equals, path = text(entry).partition("=")
        if not equals and identifier != "default" and not spot.hides(identifier):
            raise ProjectError(f'ssh key "{identifier}" has no path; use "{identifier}=PATH"', place, spot.path)
        made.put(identifier, path if equals else None, place)
    return made


def _schedule(value: object, spot: Spot) -> object:
    return make(spot.place, cron=value) if isinstance(value, str) else value


def _resource(value: object, spot: Spot) -> object:
    """Return a network, volume, config or secret: `external: {name: x}` is the legacy form of `external: true`, `name: x`."""
    if value is None:
        return None
    if not isinstance(value, Map):
        raise _wrong(spot, "a mapping")
    external = value.get("external")
    if isinstance(external, Map):
        value["external"] = True
        if "name" in external:
            if "name" in value and value["name"] != external["name"]:
                raise ProjectError(
                    f'{".".join(spot.path)}: "name" and "external.name" differ; use "name" only', external.where("name"), spot.path
                )
            value.take("name", external)
    return value


_FILE_MOUNT = _named("source", "a name or a mapping")

_CONTAINER_FIELDS: tuple[tuple[str, Function], ...] = (
    ("env_file", _env_files),
    ("label_file", _list),
    ("gpus", _gpus),
    ("networks", _names),
    ("models", _names),
    ("volumes.*", _volume),
    ("dns", _list),
    ("devices.*", _device),
    ("secrets.*", _FILE_MOUNT),
    ("configs.*", _FILE_MOUNT),
    ("ulimits.*", _ulimit),
)
_WORKLOAD_FIELDS: tuple[tuple[str, Function], ...] = (
    ("build", _named("context", "a path or a mapping")),
    ("build.secrets.*", _FILE_MOUNT),
    ("build.provenance", _text),
    ("build.sbom", _text),
    ("build.additional_contexts", _assignments),
    ("build.ssh", _ssh),
    ("build.ulimits.*", _ulimit),
    ("depends_on", _depends_on),
    ("extends", _named("service", "a name or a mapping")),
    ("ports", _ports),
)
_OTHER_FIELDS: tuple[tuple[str, Function], ...] = (
    ("jobs.*.triggers.schedule.*", _schedule),
    ("services.*.develop.watch.*.ignore", _list),
    ("services.*.develop.watch.*.include", _list),
    ("volumes.*", _resource),
    ("networks.*", _resource),
    ("secrets.*", _resource),
    ("configs.*", _resource),
)


@lru_cache(maxsize=1)
def _table() -> Table[Function]:
    return Table(
        (
            *((f"{prefix}.{field}", function) for prefix in CONTAINERS for field, function in _CONTAINER_FIELDS),
            *((f"{prefix}.{field}", function) for prefix in WORKLOADS for field, function in _WORKLOAD_FIELDS),
            *_OTHER_FIELDS,
        )
    )
