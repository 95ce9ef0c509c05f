"""Parts of a project as lists: services, volumes, networks, profiles, images, variables, hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import interpolation
from composefmt.compose.interpolation import InvalidInterpolation, Variable
from composefmt.project.consistency import part, rows, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.project.model import Model
    from composefmt.project.project import Project


class VariableUse(NamedTuple):
    """A variable of the files: whether it is required, its default, and its alternative value."""

    name: str
    required: bool
    default: str
    alternate: str


def service_names(project: Project) -> list[str]:
    """Return the services, each after its dependencies."""
    services = section(project.model, "services")
    found: dict[str, None] = {}
    for start in sorted(services):
        pending = [(start, False)]
        entered: set[str] = set()
        while pending:
            name, left = pending.pop()
            if left:
                found.setdefault(name)
            elif name in services and name not in found and name not in entered:
                entered.add(name)
                pending.append((name, True))
                pending += [(other, False) for other in sorted(part(services[name], "depends_on"), reverse=True)]
    return list(found)


def profile_names(project: Project) -> list[str]:
    """Return the profiles of all services, enabled or not."""
    services = [*section(project.model, "services").values(), *project.disabled.values()]
    names: set[str] = set()
    for service in services:
        profiles = service.get("profiles")
        names.update(profiles if isinstance(profiles, list) else ())
    return sorted(names)


def image_names(project: Project) -> list[str]:
    """Return the images of services, jobs and hooks; an image that is only built is named after its project and service."""
    containers = [*section(project.model, "services").items(), *section(project.model, "jobs").items()]
    names = {str(container.get("image") or f"{project.name}-{name}") for name, container in containers}
    names.update(str(hook["image"]) for _, container in containers for hook in rows(container, "pre_start") if hook.get("image"))
    return sorted(names)


def model_names(project: Project) -> list[str]:
    """Return the identifiers of the project's AI models."""
    return sorted({str(model["model"]) for model in section(project.model, "models").values() if model.get("model")})


def variables(value: object) -> list[VariableUse]:
    """Return the variables of the files, sorted by name; among several uses the most specific one counts."""
    found: dict[str, VariableUse] = {}
    for use in _uses(value):
        known = found.get(use.name)
        if known is None:
            found[use.name] = use
        else:
            found[use.name] = VariableUse(
                use.name, known.required or use.required, known.default or use.default, known.alternate or use.alternate
            )
    return [found[name] for name in sorted(found)]


def _uses(value: object) -> Iterator[VariableUse]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _uses(one)
    elif isinstance(value, list):
        for one in value:
            yield from _uses(one)
    elif isinstance(value, str) and "$" in value:
        yield from _uses_in(value)


def _uses_in(text: str) -> Iterator[VariableUse]:
    try:
        parts = interpolation.split(text)
    except InvalidInterpolation:
        return
    for one in parts:
        if isinstance(one, Variable):
            kind = one.operator[-1:]
            yield VariableUse(one.name, kind == "?", one.argument if kind == "-" else "", one.argument if kind == "+" else "")
            if one.argument:
                yield from _uses_in(one.argument)


def published_ports(service: Model) -> list[str]:
    """Return the published ports of a service as `address:published:target/protocol` without defaults."""
    found = []
    for port in rows(service, "ports"):
        protocol = "" if port.get("protocol", "tcp") == "tcp" else f"/{port['protocol']}"
        address = f"{port['host_ip']}:" if port.get("host_ip") else ""
        published = f"{port['published']}:" if port.get("published") else ""
        found.append(f"{address}{published}{port.get('target')}{protocol}")
    return found
