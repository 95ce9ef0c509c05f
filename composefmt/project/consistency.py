"""Constraints between the services, networks, volumes, configs and secrets of a project.

Source: compose-go, loader/validate.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.limits import cycle
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from composefmt.project.model import Model


class Enabled:
    """A project's sections by name; `disabled` are the services no profile enables. `uninterpolated`: variables were not replaced."""

    __slots__ = ("disabled", "model", "services", "uninterpolated")

    def __init__(self, model: Model, disabled: dict[str, Model], *, uninterpolated: bool) -> None:
        self.uninterpolated = uninterpolated
        self.model = model
        self.services = section(model, "services")
        self.disabled = disabled


def section(model: Model, key: str) -> dict[str, Model]:
    """Return a section of the model; {} if it is missing."""
    found = model.get(key)
    return found if isinstance(found, dict) else {}


def part(model: Model, *keys: str) -> Model:
    """Return a nested mapping of the model; {} if it is missing."""
    for key in keys:
        found = model.get(key)
        model = found if isinstance(found, dict) else {}
    return model


def rows(model: Model, key: str) -> list[Model]:
    """Return a list of mappings; [] if it is missing."""
    found = model.get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def check_consistency(model: Model, disabled: dict[str, Model], *, uninterpolated: bool) -> None:
    """Raise ProjectError for the first violation. `uninterpolated`: variables were not replaced."""
    enabled = Enabled(model, disabled, uninterpolated=uninterpolated)
    for name, service in enabled.services.items():
        for check in (_image, _build, _networks, _healthcheck, _dependencies, _references, _limits, _scale, _watch, _mounts):
            check(name, service, enabled)
    _jobs(enabled)
    for name, secret in section(model, "secrets").items():
        if not secret.get("external") and not secret.get("file") and not secret.get("environment"):
            raise ProjectError(f'secret "{name}" requires "file" or "environment"', path=("secrets", name))
    _cycles(enabled)


def check_container_names(services: dict[str, Model]) -> None:
    """Raise ProjectError if two services use the same container name; only one of them could start."""
    owners: dict[object, str] = {}
    for name, service in services.items():
        wanted = service.get("container_name")
        if wanted and owners.setdefault(wanted, name) != name:
            raise _error(name, f'and service "{owners[wanted]}" have the same container name "{wanted}"', "container_name")


def _error(name: str, message: str, *path: str) -> ProjectError:
    return ProjectError(f'service "{name}" {message}', path=("services", name, *path))


def _image(name: str, service: Model, _: Enabled) -> None:
    if not service.get("image") and "build" not in service and "provider" not in service:
        raise _error(name, 'has neither "image" nor "build"')


def _build(name: str, service: Model, project: Enabled) -> None:
    build = part(service, "build")
    if build.get("dockerfile") and build.get("dockerfile_inline"):
        raise _error(name, 'has both "dockerfile" and "dockerfile_inline"', "build", "dockerfile_inline")
    for key, context in part(build, "additional_contexts").items():
        if isinstance(context, str) and context.startswith("service:"):
            other = context.removeprefix("service:")
            found = project.services.get(other) or project.disabled.get(other)
            if found is None or "build" not in found:
                problem = "undefined service" if found is None else "a service without build:"
                raise _error(name, f'uses {problem} "{other}" as build context', "build", "additional_contexts", key)
    platforms, platform = build.get("platforms"), service.get("platform")
    if isinstance(platforms, list) and platform and platform not in platforms:
        raise _error(name, f'runs on platform "{platform}", which "build.platforms" does not include', "platform")


def _networks(name: str, service: Model, project: Enabled) -> None:
    mode, networks = service.get("network_mode"), part(service, "networks")
    if mode and networks:
        raise _error(name, 'has both "network_mode" and "networks"', "network_mode")
    for network in networks:
        if network not in section(project.model, "networks"):
            raise _error(name, f'uses undefined network "{network}"', "networks", network)
    if isinstance(mode, str) and mode.startswith("service:") and mode.removeprefix("service:") not in project.services:
        raise _error(name, f'shares the network of undefined service "{mode.removeprefix("service:")}"', "network_mode")


def _healthcheck(name: str, service: Model, _: Enabled) -> None:
    test = part(service, "healthcheck").get("test")
    if isinstance(test, list) and test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        raise _error(name, "has a healthcheck that does not start with CMD, CMD-SHELL or NONE", "healthcheck", "test")


def _dependencies(name: str, service: Model, project: Enabled) -> None:
    for other, dependency in section(service, "depends_on").items():
        if other in project.services:
            continue
        if other in project.disabled:
            if not dependency.get("required"):
                continue
            profiles = project.disabled[other].get("profiles")
            hint = f" (profiles: {', '.join(profiles)})" if isinstance(profiles, list) else ""
            raise _error(name, f'depends on disabled service "{other}"{hint}', "depends_on", other)
        kind = "job" if other in section(project.model, "jobs") else "service"
        problem = "job" if kind == "job" else "undefined service"
        raise _error(name, f'depends on {problem} "{other}"', "depends_on", other)


def _references(name: str, service: Model, project: Enabled) -> None:
    defined = project.model
    for index, volume in enumerate(rows(service, "volumes")):
        source = volume.get("source")
        if volume.get("type") == "volume" and isinstance(source, str) and _undefined(source, project, "volumes"):
            raise _error(name, f'uses undefined volume "{source}"', "volumes", str(index))
    for kind, path, uses in (
        ("secret", ("build", "secrets"), rows(part(service, "build"), "secrets")),
        ("config", ("configs",), rows(service, "configs")),
        ("secret", ("secrets",), rows(service, "secrets")),
    ):
        for index, use in enumerate(uses):
            if _undefined(str(use.get("source", "")), project, f"{kind}s"):
                raise _error(name, f'uses undefined {kind} "{use.get("source", "")}"', *path, str(index))
    for model in part(service, "models"):
        if model not in section(defined, "models"):
            raise _error(name, f'uses undefined model "{model}"', "models", model)


def _undefined(name: str, project: Enabled, key: str) -> bool:
    """Return whether a name is undefined; a name with an unreplaced variable may be anything."""
    return name not in section(project.model, key) and not (project.uninterpolated and "$" in name)


def _limits(name: str, service: Model, _: Enabled) -> None:
    """Require a limit that is set in two places to be the same in both."""
    scale, replicas = service.get("scale"), part(service, "deploy").get("replicas")
    if scale is not None and replicas is not None and scale != replicas:
        raise _error(name, f"has scale {scale} and deploy.replicas {replicas}", "scale")
    resources = part(service, "deploy", "resources")
    for key, kind, other in (
        ("cpus", "limits", "cpus"),
        ("mem_limit", "limits", "memory"),
        ("mem_reservation", "reservations", "memory"),
        ("pids_limit", "limits", "pids"),
    ):
        if key in service and kind in resources and part(resources, kind).get(other) != service[key]:
            raise _error(name, f"has different values for {key} and deploy.resources.{kind}.{other}", key)


def _scale(name: str, service: Model, _: Enabled) -> None:
    scale, deploy = service.get("scale"), part(service, "deploy")
    if scale is not None and "deploy" in service:
        # Set both for readers of the model.
        deploy["replicas"] = scale
    for key, value in (("scale", scale), ("deploy.replicas", deploy.get("replicas"))):
        if isinstance(value, int) and value < 0:
            raise _error(name, f'has a negative "{key}": {value}', *key.split("."))
    number = scale if scale is not None else deploy.get("replicas")
    if isinstance(number, int) and number > 1 and service.get("container_name"):
        raise _error(name, f'runs {number} containers, which cannot share one "container_name"', "container_name")


def _watch(name: str, service: Model, _: Enabled) -> None:
    for index, watch in enumerate(rows(part(service, "develop"), "watch")):
        if not watch.get("target") and watch.get("action") not in ("rebuild", "restart"):
            raise _error(name, f'has a watch action "{watch.get("action")}" without "target"', "develop", "watch", str(index))


def _mounts(name: str, service: Model, _: Enabled) -> None:
    tmpfs = service.get("tmpfs")
    mounts = [(str(one).partition(":")[0], ("tmpfs", str(index))) for index, one in enumerate(tmpfs if isinstance(tmpfs, list) else ())]
    mounts += [(str(volume.get("target", "")), ("volumes", str(index))) for index, volume in enumerate(rows(service, "volumes"))]
    seen = set()
    for target, path in mounts:
        if target in seen:
            raise _error(name, f'mounts "{target}" more than once', *path)
        seen.add(target)


def _jobs(project: Enabled) -> None:
    jobs = section(project.model, "jobs")
    for name, job in jobs.items():
        if name in project.services or name in project.disabled:
            raise ProjectError(f'"{name}" is defined as a service and as a job', path=("jobs", name))
        for other, dependency in section(job, "depends_on").items():
            if other in jobs or other in project.services or (other in project.disabled and not dependency.get("required")):
                continue
            raise ProjectError(f'job "{name}" depends on undefined service "{other}"', path=("jobs", name, "depends_on", other))


def _cycles(project: Enabled) -> None:
    """Raise ProjectError for a dependency cycle. Every service is visited once."""
    done: set[str] = set()
    for start in sorted(project.services):
        trail: dict[str, None] = {}
        pending: list[tuple[str, bool]] = [(start, True)]
        while pending:
            name, entering = pending.pop()
            if not entering:
                del trail[name]
                done.add(name)
            elif name in trail:
                way = list(trail)
                raise _error(way[-1], f"is part of a dependency cycle: {cycle(way[way.index(name) :])}", "depends_on", name)
            elif name not in done:
                trail[name] = None
                pending.append((name, False))
                depends_on = section(project.services[name], "depends_on")
                pending += [(other, True) for other in sorted(depends_on, reverse=True) if other in project.services]
