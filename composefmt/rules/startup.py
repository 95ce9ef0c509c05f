"""Rules about how services start, run and are counted: what the reference accepts, but what fails or surprises when run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, plain, severity
from composefmt.rules._publishing import published_ports
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.values import Entries


@rule("service-healthy-without-healthcheck", Severity.WARNING, "services.*.depends_on.*", group="references")
def service_healthy_without_healthcheck(element: Element) -> Iterator[Problem]:
    """A service waits until another one is healthy, but that one's healthcheck is switched off.

    Docker answers that the container has no healthcheck, and stops. A service without a healthcheck of its own may get one
    from its image; the rule missing-healthcheck tells of that.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres
            healthcheck:
              disable: true

    Good:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres
            healthcheck:
              test: pg_isready -U postgres

    Source: the specification's 05-services, `depends_on`; Docker answers "has no healthcheck configured".
    """
    found = _waited_for(element)
    if found is None:
        return
    condition, entries = found
    check = element.file.entries(entries["healthcheck"][1]) if "healthcheck" in entries else {}
    if _is_off(element.file, check):
        yield Problem(
            condition.span,
            f'service "{element.service}" waits until "{element.path[-1]}" is healthy, but the healthcheck of that one is switched off',
            "give it a test, or wait for service_started",
            related=(Related(entries["healthcheck"][0].span, "it is switched off here"),),
        )


def _waited_for(element: Element) -> tuple[Scalar, Entries] | None:
    """The condition, where it is that a service is healthy, and the entries of that service; None if it is not here."""
    file = element.file
    condition = plain(file.entries(element.node), "condition")
    service = file.defined("services").get(str(element.path[-1]))
    if condition is None or condition.value != "service_healthy" or service is None:
        return None
    entries = file.entries(service)
    return None if "extends" in entries or "provider" in entries else (condition, entries)


def _is_off(file: ComposeFile, check: Entries) -> bool:
    disable = plain(check, "disable")
    if disable is not None and disable.value.lower() == "true":
        return True
    test = resolve(check["test"][1]) if "test" in check else None
    items = file.items(test)
    first = resolve(items[0]) if items else test
    return type(first) is Scalar and first.value == "NONE" and (bool(items) or type(test) is Scalar)


@rule("missing-healthcheck", Severity.INFO, "services.*.depends_on.*", group="healthcheck", default=False)
def missing_healthcheck(element: Element) -> Iterator[Problem]:
    """A service waits until another one is healthy, but the file gives that one no healthcheck.

    The image may bring one; where it does not, Docker stops with an error.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres

    Good:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres
            healthcheck:
              test: pg_isready -U postgres

    Source: the specification's 05-services, `depends_on`.
    """
    found = _waited_for(element)
    if found is not None and "healthcheck" not in found[1]:
        yield Problem(
            found[0].span,
            f'service "{element.service}" waits until "{element.path[-1]}" is healthy, which has no healthcheck but what its image brings',
            "give it a healthcheck",
        )


@rule("service-completed-restarts", Severity.WARNING, "services.*.depends_on.*", group="references")
def service_completed_restarts(element: Element) -> Iterator[Problem]:
    """A service waits until another one has ended, but that one starts again whenever it ends.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              migrate:
                condition: service_completed_successfully
          migrate:
            image: my/migrate
            restart: always

    Good:

        services:
          web:
            image: nginx
            depends_on:
              migrate:
                condition: service_completed_successfully
          migrate:
            image: my/migrate
            restart: on-failure

    Source: the specification's 05-services, `depends_on` and `restart`.
    """
    file = element.file
    condition = plain(file.entries(element.node), "condition")
    restart = plain(file.entries(file.defined("services").get(str(element.path[-1]))), "restart")
    if condition is None or restart is None or condition.value != "service_completed_successfully":
        return
    if restart.value in ("always", "unless-stopped"):
        yield Problem(
            condition.span,
            f'service "{element.service}" waits until "{element.path[-1]}" has ended, but that one restarts whenever it ends',
            f'write "restart: on-failure" or "no" for "{element.path[-1]}"',
            related=(Related(restart.span, "it restarts because of this"),),
        )


@rule("ports-with-host-network", Severity.WARNING, "services.*.network_mode", group="ports")
def ports_with_host_network(element: Element) -> Iterator[Problem]:
    """A service publishes ports, but its network mode leaves nothing to publish.

    Under `host` the container listens on the host's own ports, and `ports` is ignored. Under `none` there is no network.
    With the network of another service or container, that one must publish the ports: Docker refuses the file when run.

    Bad:

        services:
          web:
            image: nginx
            network_mode: host
            ports: ["8080:80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["8080:80"]

    Source: the specification's 05-services, `network_mode`; Docker's documentation of the host network.
    """
    node, file = element.node, element.file
    own = file.entries(file.get("services", element.service))
    if type(node) is not Scalar or "ports" not in own or not file.items(own["ports"][1]):
        return
    mode, _, other = node.value.partition(":")
    if mode in _MODES:
        what, advice = _MODES[mode]
        span = own["ports"][0].span
        message = f'service "{element.service}": ports {what} under network_mode {node.value}'
        yield Problem(span, message, advice.format(other=other), related=(Related(node.span, "the network mode"),))


_MODES = {
    "host": ("are ignored", "leave them out: the service listens on the ports of the host"),
    "none": ("cannot be published", "leave them out, or leave out network_mode"),
    "service": ("cannot be published", 'publish them in the service "{other}", whose network this one uses'),
    "container": ("cannot be published", 'publish them with the container "{other}", whose network this one uses'),
}


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
                    port.span,
                    f'service "{element.service}" is to run {number.value} times, but host port {port.host} can be published only once',
                    f'publish a range of ports, as in "{port.host}-{port.host + int(number.value) - 1}:{port.target}"',
                    related=(Related(number.span, "the number is set here"),),
                    severity=severity(file) if sure else Severity.WARNING,
                )
                return


def _replicas(file: ComposeFile, own: Entries) -> Scalar | None:
    """The number of containers of a service, where it is more than one."""
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    number = plain(own, "scale") or plain(deploy, "replicas")
    return number if number is not None and number.value.isdecimal() and int(number.value) > 1 else None


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
