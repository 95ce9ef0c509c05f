"""Compare two projects as models: what changes for each service, network, volume and other resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.secrecy import MASK, is_secret, masked_line, masked_pairs
from composefmt.project.provenance import shown_place, written_at
from composefmt.project.values import same, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from composefmt.project.project import Project
    from composefmt.project.values import Path

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

# Lists whose order is significant; all others are compared as sets.
_ORDERED = frozenset({"command", "entrypoint", "test", "exec", "env_file", "label_file", "dns", "dns_search"})


class Change(NamedTuple):
    """One difference: the path of the value, the kind of change, the values before and after, and where they are written."""

    path: Path
    kind: str
    before: object
    after: object
    source: str | None


def compare(old: Project, new: Project) -> list[Change]:
    """Return all differences between two projects, sorted by path. Paths are compared relative to each project directory."""
    before, after = _relative(old.model, old.directory), _relative(new.model, new.directory)
    for one, other in ((before, after), (after, before)):
        if isinstance(one, dict) and isinstance(other, dict):
            # A section that only one project has is compared with an empty one.
            one.update({key: {} for key, part in other.items() if key not in one and isinstance(part, dict)})
    changes = _mappings(before, after, ())
    return [change._replace(source=_source(change, old, new)) for change in changes]


# Mappings with user-defined names.
_NAMED = frozenset({"annotations", "args", "driver_opts", "environment", "labels", "options", "sysctls"})


def masked(change: Change) -> Change:
    """Return a change with the values masked that look like secrets."""
    path = change.path
    return change._replace(
        path=tuple(masked_pairs(part) for part in path), before=_masked(change.before, path), after=_masked(change.after, path)
    )


def _masked(value: object, path: Path) -> object:
    """Return a value without secrets: those of named values, the contents of `secrets`, and assignments inside strings."""
    if isinstance(value, dict):
        return {key: _masked(part, (*path, key)) for key, part in value.items()}
    if isinstance(value, list):
        return [_masked(item, path) for item in value]
    if value is None or isinstance(value, bool):
        return value
    is_named = any(part in _NAMED or part.startswith("x-") for part in path[:-1])
    if (path[0], path[-1]) == ("secrets", "content") or (is_named and is_secret(path[-1], text(value))):
        return MASK
    if not isinstance(value, str):
        return value
    return "\n".join(map(masked_line, value.split("\n"))) if path[-1] == "content" else masked_pairs(value)


def recreated(old: Project, new: Project) -> set[str]:
    """Return the services whose containers `docker compose up` would recreate: those whose configuration hash differs."""
    from composefmt.project.hashes import service_hash

    def hash_of(project: Project, name: str) -> str:
        service = _relative(project.services[name], project.directory)
        assert isinstance(service, dict)
        return service_hash({key: part for key, part in service.items() if not key.startswith("x-")}, project.environment)

    return {name for name in old.services if name in new.services and hash_of(old, name) != hash_of(new, name)}


def _relative(value: object, folder: str) -> object:
    """Replace the project directory in paths."""
    if isinstance(value, dict):
        return {key: _relative(part, folder) for key, part in value.items()}
    if isinstance(value, list):
        return [_relative(part, folder) for part in value]
    if isinstance(value, str) and (value == folder or value.startswith(folder + "/")):
        return "." + value[len(folder) :]
    return value


def _source(change: Change, old: Project, new: Project) -> str | None:
    place = written_at((old if change.kind == REMOVED else new).values, change.path)
    return None if place is None else shown_place(place)


def _changes(old: object, new: object, path: Path) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and path[-1] not in _ORDERED:
        yield from _lists(old, new, path)
    elif not same(old, new):
        yield Change(path, CHANGED, old, new, None)


def _mappings(old: object, new: object, path: Path) -> Iterator[Change]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    for key in sorted({*old, *new}):
        here = (*path, key)
        if key not in old:
            yield Change(here, ADDED, None, new[key], None)
        elif key not in new:
            yield Change(here, REMOVED, old[key], None, None)
        else:
            yield from _changes(old[key], new[key], here)


def _lists(old: list[object], new: list[object], path: Path) -> Iterator[Change]:
    """Compare items that only one list has; items of one identity (a volume's target) are compared with each other."""
    before, after = ({_identity(item): item for item in items} for items in (old, new))
    for key, item in before.items():
        if key not in after:
            yield Change((*path, words(item)), REMOVED, item, None, None)
        else:
            yield from _changes(item, after[key], (*path, str(key)))
    for key, item in after.items():
        if key not in before:
            yield Change((*path, words(item)), ADDED, None, item, None)


def _identity(item: object) -> Hashable:
    if not isinstance(item, dict):
        return repr(item)
    if "published" in item or "protocol" in item:
        return words(item)
    return next((str(item[key]) for key in ("target", "source", "path", "subnet", "action") if key in item), words(item))


def words(value: object) -> str:
    """Return a value on one line: a port as `8080:80/udp`, a volume as `source:target`, others as they are."""
    if isinstance(value, dict):
        if "target" in value and ("published" in value or "protocol" in value):
            return _port(value)
        if "target" in value and "type" in value:
            return ":".join(str(value[key]) for key in ("source", "target") if key in value) + (":ro" if value.get("read_only") else "")
        return ", ".join(f"{key}: {words(part)}" for key, part in value.items()) or "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(words, value)) + "]"
    return "null" if value is None else text(value)


def _port(port: dict[str, object]) -> str:
    address = f"{port['host_ip']}:" if port.get("host_ip") else ""
    published = f"{port['published']}:" if port.get("published") else ":" if address else ""
    protocol = "" if port.get("protocol", "tcp") == "tcp" else f"/{port['protocol']}"
    return f"{address}{published}{port['target']}{protocol}"
