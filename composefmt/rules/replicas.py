"""Rules about how often a service runs, under which name, and with how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._project import is_active, plain, severity
from composefmt.rules._publishing import published_ports
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Scalar
    from composefmt.syntax.values import Entries


@rule("replicas-fixed-port", Severity.ERROR, "services.*.ports", group="deploy")
def replicas_fixed_port(element: Element) -> Iterator[Problem]:
    """A service is to run more than once, but all its containers publish the same port of the host.

    The second container does not start. Under Swarm the ports of replicas are shared out, so nothing is told with
    `engine = "swarm"`.

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

    Source: the specification's 16-deploy, `replicas`; the engine answers "port is already allocated".
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
                yield Problem(
                    port.span(file),
                    f'service "{element.service}" is to run {number.value} times, but host port {port.host} can be published only once',
                    f'publish a range of ports, as in "{port.host}-{port.host + whole_number(number.value) - 1}:{port.target}"',
                    related=(Related(number.span, "the number is set here"),),
                    severity=severity(file) if sure else Severity.WARNING,
                )
                return


def _replicas(file: ComposeFile, own: Entries) -> Scalar | None:
    """The number of containers of a service, where it is more than one."""
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    number = plain(own, "scale") or plain(deploy, "replicas")
    return number if number is not None and number.value.isdecimal() and whole_number(number.value) > 1 else None


# Keys below `deploy` that only Swarm reads: where one stands, the file was hardly written for one machine.
_SWARM_KEYS = frozenset({"endpoint_mode", "mode", "placement", "rollback_config", "update_config"})


def _is_for_swarm(file: ComposeFile, own: Entries) -> bool:
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    networks = file.defined("networks").values()
    drivers = [plain(file.entries(network), "driver") for network in networks]
    return bool(_SWARM_KEYS & deploy.keys()) or any(driver is not None and driver.value == "overlay" for driver in drivers)


@rule("global-with-replicas", Severity.ERROR, "services.*.deploy", group="deploy")
def global_with_replicas(element: Element) -> Iterator[Problem]:
    """A service that runs once on each node is given a number of replicas.

    Swarm refuses replicas with the modes `global` and `global-job`; Compose ignores the mode, so it is a warning unless
    `engine = "swarm"`.

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

    Source: the specification's 16-deploy; Docker's CLI, cli/compose/convert/service.go.
    """
    entries = element.file.entries(element.node)
    mode, replicas = plain(entries, "mode"), plain(entries, "replicas")
    if mode is not None and replicas is not None and mode.value.startswith("global"):
        yield Problem(
            replicas.span,
            f'service "{element.service}": replicas can be used only with the mode replicated, not {mode.value}',
            "leave out replicas, or the mode",
            deleted(element.file, element.file.entries(element.node)["replicas"][0], "delete replicas"),
            related=(Related(mode.span, "the mode"),),
            severity=severity(element.file) if element.file.options.engine == "swarm" else Severity.WARNING,
        )


@rule("reservation-above-limit", Severity.ERROR, "services.*.deploy.resources", "services.*", group="resources")
def reservation_above_limit(element: Element) -> Iterator[Problem]:
    """More is reserved for a service than it may use.

    Docker refuses to create a container that reserves more memory than it may use. Processors are a warning: only Swarm
    reserves them.

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

    Source: the specification's 16-deploy, `resources`; the engine answers "Minimum memory limit can not be less than memory
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
            yield Problem(
                reserved.span,
                f'service "{element.service}": {reserved.value} is reserved, but the limit is {limit.value}',
                "reserve no more than the limit",
                related=(Related(limit.span, "the limit"),),
                severity=severity(file) if key != "cpus" else Severity.WARNING,
            )


def _amount(key: str, node: Scalar) -> float:
    if key != "cpus":
        return parse_bytes(node.value) or 0
    try:
        return float(node.value)
    except ValueError:
        return 0


@rule("duplicate-container-name", Severity.WARNING, "services", group="structure")
def duplicate_container_name(element: Element) -> Iterator[Problem]:
    """Two services have the same container name, but names are unique.

    The reference loads such a file; the second of the two containers cannot be made.

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

    Source: the reference's types/project.go, CheckContainerNameUnicity; dclint's no-duplicate-container-names.
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
                f'service "{name}" has the container name "{node.value}", like "{other}"',
                "names of containers are unique: choose another one, or leave it out",
                related=(Related(place.span, "the other service's"),),
            )
        first.setdefault(node.value, (name, node))
