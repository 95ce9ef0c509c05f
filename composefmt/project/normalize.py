"""Make implied values explicit: the default network, names, build defaults, implied dependencies.

Source: compose-go, loader/normalize.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.volume_syntax import clean_path
from composefmt.project.merge import merge
from composefmt.project.model import CONTAINER
from composefmt.project.values import Items, Map, child, children, clone, make, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")


def normalize(model: Map, name: str, environment: Mapping[str, str]) -> None:
    """Set implied values, in place. Raises ProjectError."""
    model["name"] = name
    _networks(model)
    for section in ("services", "jobs"):
        for _, container in children(model, section):
            if container.get("pull_policy") == "if_not_present":
                container["pull_policy"] = "missing"
            _build(container, environment)
            if "environment" in container:
                container["environment"] = _resolved(container["environment"], environment, keep=True)
            _dependencies(container)
            _targets(container)
            _pre_start(container)
    _names(model, name)


def _networks(model: Map) -> None:
    used = False
    for section in ("services", "jobs"):
        for _, container in children(model, section):
            if "provider" in container or "network_mode" in container:
                continue
            networks = container.get("networks")
            if not networks:
                container["networks"] = make(container.place, default=None)
                used = True
            elif isinstance(networks, Map) and "default" in networks:
                used = True
    networks = child(model, "networks")
    if used and (networks is None or "default" not in networks):
        networks = networks if networks is not None else Map()
        networks["default"] = None
        model["networks"] = networks


def _build(container: Map, environment: Mapping[str, str]) -> None:
    build = child(container, "build")
    if build is None:
        return
    if build.get("context") is None:
        build["context"] = "."
    if build.get("dockerfile") is None and build.get("dockerfile_inline") is None:
        build["dockerfile"] = "Dockerfile"
    if "args" in build:
        build["args"] = _resolved(build["args"], environment, keep=False)


def _resolved(value: object, environment: Mapping[str, str], *, keep: bool) -> object:
    """Set variables without a value from the environment; `keep`: unknown ones stay."""
    if isinstance(value, Map):
        made = Map(value.place)
        for key, part in value.items():
            if part is not None:
                made.take(key, value)
            elif key in environment:
                made.put(key, environment[key], value.where(key))
            elif keep:
                made.take(key, value)
        return made
    if isinstance(value, Items):
        items = Items(value.place)
        for part, place in value.entries():
            if not isinstance(part, str) or "=" in part:
                items.put(part, place)
            elif part in environment:
                items.put(f"{part}={environment[part]}", place)
            elif keep:
                items.put(part, place)
        return items
    return value


def _dependencies(container: Map) -> None:
    """Add dependencies on services that links, shared namespaces and volumes_from refer to."""
    known = child(container, "depends_on")
    depends_on = known if known is not None else Map(container.place)

    def add(service: str, *, restart: bool) -> None:
        if service not in depends_on:
            depends_on[service] = make(container.place, condition="service_started", restart=restart, required=True)

    for link in _texts(container.get("links")):
        parts = link.split(":")
        add(parts[0] if len(parts) == 2 else link, restart=True)
    for namespace in _NAMESPACES:
        value = container.get(namespace)
        if isinstance(value, str) and value.startswith("service:"):
            add(value.removeprefix("service:"), restart=True)
    for source in _texts(container.get("volumes_from")):
        if not source.startswith("container:"):
            add(source.split(":")[0], restart=False)
    if depends_on:
        container["depends_on"] = depends_on


def _texts(value: object) -> list[str]:
    return [text(part) for part in value] if isinstance(value, Items) else []


def _targets(container: Map) -> None:
    volumes = container.get("volumes")
    for volume in volumes if isinstance(volumes, Items) else ():
        if isinstance(volume, Map) and isinstance(volume.get("target"), str):
            volume["target"] = clean_path(str(volume["target"]))


def _pre_start(service: Map) -> None:
    """Copy the service's fields, except its volumes, to a pre-start hook that does not set them."""
    hooks = service.get("pre_start")
    if not isinstance(hooks, Items):
        return
    for index, hook in enumerate(hooks):
        if isinstance(hook, Map):
            base = Map(service.place)
            for key in service:
                if key in CONTAINER and key != "volumes":
                    base.take(key, service)
            copy = clone(base)
            hooks[index] = merge(copy if isinstance(copy, Map) else base, hook, ("services", "hook"))


def _names(model: Map, project: str) -> None:
    """Name unnamed resources after their project and key."""
    for section in ("networks", "volumes", "configs", "secrets"):
        for key in list(child(model, section) or ()):
            resources = model[section]
            if not isinstance(resources, Map):
                continue
            resource = resources[key]
            if not isinstance(resource, Map):
                resource = resources[key] = Map(resources.where(key))
            if resource.get("name") is None:
                resource["name"] = key if resource.get("external") is True else f"{project}_{key}"
