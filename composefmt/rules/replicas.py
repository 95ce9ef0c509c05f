"""Rules about replicas, container names and reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._project import is_active, of_conflict, plain
from composefmt.rules._publishing import published_ports
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Scalar
    from composefmt.syntax.values import Entries


@rule("replicas-fixed-port", Severity.ERROR, "services.*.ports", group="deploy", scope="project")
def replicas_fixed_port(element: Element) -> Iterator[Problem]:
    """Detects services with several replicas that publish a fixed host port.

    Only one container can use a host port, so the second replica does not start. Swarm shares a published port among replicas, so
    nothing is reported with `engine = "swarm"`.

    Bad:

        services:
          web:
            image: nginx
            ports: ["8080:80"]
            deploy:
              replicas: 3

    Good:

        services:
          web:
            image: nginx
            ports: ["8080-8082:80"]
            deploy:
              replicas: 3

    Source: Compose Specification, 16-deploy, `replicas`; Docker Engine's error "port is already allocated".
    """
    file = element.file
    own = file.entries(file.get("services", element.service))
    number = _replicas(file, own)
    if number is None or file.options.engine != "compose" or "network_mode" in own:
        return
    for item in file.items(element.node):
        for port in published_ports(file, element.service, item):
            if port.host:
                sure = port.certain and is_active(file, element.service) and not _is_for_swarm(file, own)
                ports = f"{port.host}-{port.host + whole_number(number.value) - 1}:{port.target}"
                severity, note = of_conflict(file) if sure else (Severity.WARNING, "")
                yield Problem(
                    port.span(file),
                    f'service "{element.service}" runs {number.value} replicas, but host port {port.host} can be published only once',
                    f'publish a range of host ports, for example "{ports}"{note}',
                    related=(Related(number.span, "number of replicas"),),
                    severity=severity,
                )
                return


def _replicas(file: ComposeFile, own: Entries) -> Scalar | None:
    """Return the number of replicas of a service if it is more than one, else None."""
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    number = plain(own, "scale") or plain(deploy, "replicas")
    return number if number is not None and number.value.isdecimal() and whole_number(number.value) > 1 else None


# Keys of `deploy` that only Swarm reads: a file with one of them was probably not written for a single host.
_SWARM_KEYS = frozenset({"endpoint_mode", "mode", "placement", "rollback_config", "update_config"})


def _is_for_swarm(file: ComposeFile, own: Entries) -> bool:
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    networks = file.defined("networks").values()
    drivers = [plain(file.entries(network), "driver") for network in networks]
    return bool(_SWARM_KEYS & deploy.keys()) or any(driver is not None and driver.value == "overlay" for driver in drivers)


@rule("global-with-replicas", Severity.ERROR, "services.*.deploy", group="deploy", scope="project")
def global_with_replicas(element: Element) -> Iterator[Problem]:
    """Detects `replicas` on a service with the mode `global` or `global-job`.

    A global service runs once on each node, and Swarm refuses a number of replicas. Docker Compose ignores the mode, so the severity
    is warning unless `engine = "swarm"`.

    Bad:

        services:
          agent:
            image: my/agent
            deploy:
              mode: global
              replicas: 2

    Good:

        services:
          agent:
            image: my/agent
            deploy:
              mode: global

    Source: Compose Specification, 16-deploy; Docker CLI, cli/compose/convert/service.go.
    """
    entries = element.file.entries(element.node)
    mode, replicas = plain(entries, "mode"), plain(entries, "replicas")
    if mode is not None and replicas is not None and mode.value.startswith("global"):
        severity, note = of_conflict(element.file) if element.file.options.engine == "swarm" else (Severity.WARNING, "")
        yield Problem(
            replicas.span,
            f'service "{element.service}": "replicas" is not allowed with "mode: {mode.value}"',
            f'remove "replicas" or use "mode: replicated"{note}',
            deleted(element.file, element.file.entries(element.node)["replicas"][0], 'remove "replicas"'),
            related=(Related(mode.span, "mode"),),
            severity=severity,
        )


@rule("reservation-above-limit", Severity.ERROR, "services.*.deploy.resources", "services.*", group="resources", scope="project")
def reservation_above_limit(element: Element) -> Iterator[Problem]:
    """Detects reservations above the limit.

    Docker Engine refuses to create a container that reserves more memory than its limit. For CPUs the severity is warning, because only
    Swarm reserves them.

    Bad:

        services:
          web:
            image: nginx
            deploy:
              resources:
                limits: {memory: 256m}
                reservations: {memory: 1g}

    Good:

        services:
          web:
            image: nginx
            deploy:
              resources:
                limits: {memory: 1g}
                reservations: {memory: 256m}

    Source: Compose Specification, 16-deploy, `resources`; Docker Engine's error "Minimum memory limit can not be less than memory
    reservation limit".
    """
    file = element.file
    entries = file.entries(element.node)
    pairs = []
    if "deploy" not in element.path:
        pairs.append(("mem_limit", plain(entries, "mem_limit"), plain(entries, "mem_reservation")))
    elif "limits" in entries and "reservations" in entries:
        limits, reservations = file.entries(entries["limits"][1]), file.entries(entries["reservations"][1])
        pairs += [(key, plain(limits, key), plain(reservations, key)) for key in ("memory", "cpus")]
    for key, limit, reserved in pairs:
        if limit is not None and reserved is not None and 0 < _amount(key, limit) < _amount(key, reserved):
            what = "CPU" if key == "cpus" else "memory"
            severity, note = of_conflict(file) if key != "cpus" else (Severity.WARNING, "")
            yield Problem(
                reserved.span,
                f'service "{element.service}": {what} reservation "{reserved.value}" exceeds limit "{limit.value}"',
                f'reserve at most "{limit.value}" or raise the limit{note}',
                related=(Related(limit.span, "limit"),),
                severity=severity,
            )


def _amount(key: str, node: Scalar) -> float:
    if key != "cpus":
        return parse_bytes(node.value) or 0
    try:
        return float(node.value)
    except ValueError:
        return 0


@rule("duplicate-container-name", Severity.WARNING, "services", group="structure", scope="project")
def duplicate_container_name(element: Element) -> Iterator[Problem]:
    """Detects services with the same container name.

    Container names are unique on a host. Docker Compose loads such a file, but Docker Engine refuses to create the second container.

    Bad:

        services:
          web:
            image: nginx
            container_name: web
          api:
            image: my/api
            container_name: web

    Good:

        services:
          web:
            image: nginx
            container_name: web
          api:
            image: my/api
            container_name: api

    Source: compose-go, types/project.go, CheckContainerNameUnicity; dclint's no-duplicate-container-names.
    """
    file = element.file
    first: dict[str, tuple[str, Scalar]] = {}
    for name, (_, value) in file.entries(element.node).items():
        node = plain(file.entries(value), "container_name")
        if node is None or not is_active(file, name):
            continue
        if node.value in first:
            other, place = first[node.value]
            yield Problem(
                node.span,
                f'service "{name}" has the same container name "{node.value}" as service "{other}"',
                'use a unique name or remove "container_name"',
                related=(Related(place.span, f'container name of service "{other}"'),),
            )
        first.setdefault(node.value, (name, node))
