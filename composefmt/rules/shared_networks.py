"""Rules about services that use the network or host name of the host or of another container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._project import is_active, of_conflict
from composefmt.rules._services import service_entries
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

# Keys that configure a network of one's own.
_OWN = ("hostname", "dns", "extra_hosts", "expose", "links")


@rule("network-mode-conflict", Severity.ERROR, "services.*.network_mode", "services.*.uts", group="networks", scope="project")
def network_mode_conflict(element: Element) -> Iterator[Problem]:
    """Detects keys that cannot be combined with the network of another container, or with the network or host name of the host.

    A service with `network_mode: service:other` has the host name, name servers, hosts and ports of the other service. Docker
    Engine refuses to create the container with "conflicting options". The same applies to `hostname` with `uts: host`, and to
    `links` with `network_mode: host`. The rule `ports-with-host-network` reports published ports.

    Bad:

        services:
          web:
            image: nginx
            network_mode: service:vpn
            hostname: web
          vpn:
            image: my/vpn

    Good:

        services:
          web:
            image: nginx
            network_mode: service:vpn
          vpn:
            image: my/vpn
            hostname: web

    Source: Moby, daemon/internal/runconfig/hostconfig.go, validateNetContainerMode, and hostconfig_unix.go, validateNetMode.
    """
    node, file, key = element.node, element.file, str(element.path[-1])
    if type(node) is not Scalar or not is_active(file, element.service):
        return
    mode = node.value.partition(":")[0]
    if key == "network_mode":
        refused = _OWN if mode in ("service", "container") else ("links",) if mode == "host" else ()
    else:
        refused = ("hostname",) if mode == "host" else ()
    own = service_entries(element)
    severity, note = of_conflict(file)
    for name in refused:
        value = resolve(own[name][1]) if name in own else None
        if value is None or (type(value) is Scalar and not value.value) or (name != "hostname" and not _holds(element, name)):
            continue
        shared = "host name of the host" if key == "uts" else "host network" if mode == "host" else "network of another container"
        yield Problem(
            own[name][0].span,
            f'service "{element.service}": "{name}" cannot be combined with the {shared}',
            (f'remove "{name}"' if mode != "service" else f'move "{name}" to service "{node.value.partition(":")[2]}"') + note,
            related=(Related(node.span, "set here"),),
            severity=severity,
        )


def _holds(element: Element, name: str) -> bool:
    """Return whether a list or mapping of the service has entries; one of them may be a single string."""
    value = service_entries(element)[name][1]
    node = resolve(value)
    return type(node) is Scalar or bool(element.file.items(node) or element.file.entries(node))


@rule("ports-with-host-network", Severity.WARNING, "services.*.network_mode", group="ports", scope="project")
def ports_with_host_network(element: Element) -> Iterator[Problem]:
    """Detects published ports on services whose network mode does not allow publishing.

    With `network_mode: host`, the container uses the host's ports directly and `ports` is ignored. With `none`, the container
    has no network. With the network of another service or container, Docker Engine refuses to create the container: the ports must be
    published there.

    Fix safety: the fix removes `ports`. It is unsafe because `network_mode` may be the mistake.

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

    Source: Compose Specification, 05-services, `network_mode`; Docker's documentation of the host network.
    """
    node, file = element.node, element.file
    own = file.entries(file.get("services", element.service))
    if type(node) is not Scalar or "ports" not in own or not file.items(own["ports"][1]):
        return
    mode, _, other = node.value.partition(":")
    if mode in _MODES:
        what, advice = _MODES[mode]
        span = own["ports"][0].span
        message = f'service "{element.service}": ports {what} with network_mode "{node.value}"'
        fix = deleted(file, own["ports"][0], 'remove "ports"') if mode in ("host", "none") else None
        yield Problem(span, message, advice.format(other=other), fix, related=(Related(node.span, "network mode defined here"),))


_MODES = {
    "host": ("are ignored", 'remove "ports": the service listens on the host ports directly'),
    "none": ("cannot be published", 'remove "ports" or "network_mode"'),
    "service": ("cannot be published", 'publish the ports in service "{other}", whose network is shared'),
    "container": ("cannot be published", 'publish the ports of container "{other}", whose network is shared'),
}
