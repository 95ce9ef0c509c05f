"""Select the services of the project: enabled by profiles, or requested by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.consistency import part, rows, section
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from composefmt.project.model import Model


def by_profiles(model: Model, profiles: Collection[str]) -> dict[str, Model]:
    """Remove services and jobs that no profile enables from the model; return the services."""
    disabled: dict[str, Model] = {}
    for key in ("services", "jobs"):
        entries = section(model, key)
        for name in list(entries):
            wanted = entries[name].get("profiles")
            if isinstance(wanted, list) and wanted and "*" not in profiles and not set(wanted) & set(profiles):
                removed = entries.pop(name)
                if key == "services":
                    disabled[name] = removed
    if model.get("jobs") == {}:
        del model["jobs"]
    return disabled


def enable(model: Model, disabled: dict[str, Model], names: Sequence[str], profiles: Collection[str]) -> dict[str, Model]:
    """Restore services requested by name, and all that their profiles enable; return what stays disabled."""
    wanted = set(profiles)
    for name in names:
        found = disabled.get(name, {}).get("profiles")
        wanted.update(found if isinstance(found, list) else ())
    services = section(model, "services")
    services.update(disabled)
    return by_profiles(model, wanted)


def by_names(model: Model, names: Sequence[str]) -> None:
    """Keep the requested services and those they depend on, in place. Raises ProjectError."""
    services = section(model, "services")
    kept: set[str] = set()
    pending = [(name, True) for name in names]
    while pending:
        name, required = pending.pop()
        if name in kept:
            continue
        if name not in services:
            if required:
                raise ProjectError(f'no such service: "{name}"')
            continue
        kept.add(name)
        pending += [(other, bool(use.get("required"))) for other, use in section(services[name], "depends_on").items()]
    for name in list(services):
        if name not in kept:
            del services[name]
            continue
        depends_on = part(services[name], "depends_on")
        for other in [other for other in depends_on if other not in kept]:
            del depends_on[other]
        if not depends_on:
            services[name].pop("depends_on", None)


def drop_unused(model: Model) -> None:
    """Remove networks, volumes, secrets, configs and models that no service uses."""
    used: dict[str, set[str]] = {key: set() for key in ("networks", "volumes", "secrets", "configs", "models")}
    for service in section(model, "services").values():
        used["networks"].update(part(service, "networks"))
        used["models"].update(part(service, "models"))
        used["volumes"].update(str(row["source"]) for row in rows(service, "volumes") if row.get("type") == "volume" and "source" in row)
        for key in ("secrets", "configs"):
            used[key].update(str(row.get("source")) for row in rows(service, key))
        used["secrets"].update(str(row.get("source")) for row in rows(part(service, "build"), "secrets"))
    for key, names in used.items():
        entries = section(model, key)
        for name in [name for name in entries if name not in names]:
            del entries[name]
        if key in model and not entries:
            del model[key]
