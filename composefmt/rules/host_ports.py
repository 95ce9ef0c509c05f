"""Rules on host ports: conflicts, duplicates and ports that are open to the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import ports
from composefmt.compose.fields import item_text
from composefmt.compose.file import first_line
from composefmt.compose.parse_result import Parsed
from composefmt.compose.port_syntax import first_and_last
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import added, deleted, written
from composefmt.rules._project import is_active, of_conflict, plain, profiles_of
from composefmt.rules._publishing import EVERYWHERE, Publication, published_ports
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Node, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.findings import Fix
    from composefmt.syntax.source import Span
    from composefmt.syntax.values import Entries

_ITEMS = "services.*.ports.*"
_MOST_COMPARED = 32


@rule("host-port-conflict", Severity.ERROR, "services", group="ports", scope="project")
def host_port_conflict(element: Element) -> Iterator[Problem]:
    """Detects host ports that are published more than once, by two services or by one.

    Only one container can listen on a host port, so the second one fails to start with "port is already allocated". Ranges,
    protocols and host addresses are compared: 80/tcp and 80/udp, or 127.0.0.1:80 and 127.0.0.2:80, do not conflict. `0.0.0.0`
    covers all IPv4 addresses, `[::]` all IPv6 addresses, and a port without an address both. The finding is a warning if a
    profile or a variable decides whether the ports conflict, or if the file is only part of a project: its name contains
    override, or a service has nothing to run. Services with disjoint profiles are not compared. If profiles are enabled, with
    `--profile` or in the settings, only services that start with them are compared.

    Bad:

        services:
          web:
            image: nginx
            ports: ["8080:80"]
          api:
            image: my/api
            ports: ["8080:3000"]

    Good:

        services:
          web:
            image: nginx
            ports: ["8080:80"]
          api:
            image: my/api
            ports: ["8081:3000"]

    Source: Moby, daemon/libnetwork/portallocator/portallocator.go, RequestPortsInRange ("port is already allocated"),
    osallocator_linux.go (IPv6 sockets are IPv6 only), drivers/bridge/port_mapping_linux.go, sortAndNormPBs.
    """
    file = element.file
    taken: dict[int, list[Publication]] = {}
    for name, (_, value) in file.entries(element.node).items():
        entries = file.entries(value)
        if "ports" not in entries or not _publishes(file, entries):
            continue
        for item in file.items(entries["ports"][1]):
            for found in published_ports(file, name, item):
                if found.host:
                    yield from _conflicts(file, taken.setdefault(found.host, []), found)


def _publishes(file: ComposeFile, entries: Entries) -> bool:
    """Return whether a service publishes its ports: it has its own network and at least one container."""
    deploy = file.entries(entries["deploy"][1]) if "deploy" in entries else {}
    number = plain(entries, "scale") or plain(deploy, "replicas")
    return "network_mode" not in entries and (number is None or number.value != "0")


def _conflicts(file: ComposeFile, others: list[Publication], found: Publication) -> Iterator[Problem]:
    for other in others:
        together = _run_together(file, other.service, found.service)
        if other.protocol != found.protocol or together is None or _is_same_entry(other, found):
            continue
        if _meet(other.address, found.address):
            is_same = {other.address, found.address} <= {"", "0.0.0.0"} or other.address == found.address  # noqa: S104 - compared only
            sure = is_same and together and other.certain and found.certain
            severity, note = of_conflict(file) if sure else (Severity.WARNING, "")
            by = f'by service "{other.service}"' if other.service != found.service else "by another entry"
            yield Problem(
                _own_span(file, found) if other.node is found.node else found.span(file),
                f'service "{found.service}": host port {found.shown} is already published {by}',
                f"use another host port{note}",
                related=(Related(other.span(file), "first published here" if other.node is not found.node else "published here"),),
                severity=severity,
            )
            return
    # A bound, so that a list of ports that many services share does not take quadratic time.
    if len(others) < _MOST_COMPARED:
        others.append(found)


def _is_same_entry(one: Publication, other: Publication) -> bool:
    return one.service == other.service and (one.node is other.node or (one.target, one.address) == (other.target, other.address))


def _own_span(file: ComposeFile, found: Publication) -> Span:
    """Return the location of a service that has its ports from another one, through `extends` or an anchor."""
    services = file.get("services")
    key = file.entries(services)[found.service][0] if services is not None else found.node
    return key.span


def _meet(one: str, other: str) -> bool:
    """Return whether two host addresses overlap: no address covers IPv4 and IPv6, 0.0.0.0 only IPv4."""
    one, other = _plain_address(one), _plain_address(other)
    if one == other or "" in (one, other):
        return True
    return (":" in one) == (":" in other) and (one in EVERYWHERE or other in EVERYWHERE)


def _plain_address(address: str) -> str:
    """Return an IPv6 address in canonical form, or the IPv4 address that it maps, as Docker Engine does."""
    if ":" not in address:
        return address
    from ipaddress import IPv6Address

    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or parsed)


def _run_together(file: ComposeFile, one: str, other: str) -> bool | None:
    """Return whether two services run at the same time: always (True), with some profiles (False) or never (None)."""
    if file.options.profiles:
        return True if is_active(file, one) and is_active(file, other) else None
    first, second = file.once(profiles_of, one), file.once(profiles_of, other)
    if one == other or not (first or second):
        return True
    return False if not first or not second or first & second else None


@rule("duplicate-port", Severity.WARNING, "services.*.ports", group="ports", scope="project")
def duplicate_port(element: Element) -> Iterator[Problem]:
    """Detects ports that a service publishes more than once with the same address and protocol.

    Docker Compose keeps one of the entries and ignores the other, which was probably meant to be another port.

    Fix safety: the fix removes the duplicate of a short-form entry and is safe because the effective configuration stays the same.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - "8080:80"
              - "8080:80/tcp"

    Good:

        services:
          web:
            image: nginx
            ports:
              - "8080:80"
              - "8080:80/udp"

    Source: compose-go, override/uncity.go, which identifies ports by address, published port, target and protocol.
    """
    file = element.file
    items = file.items(element.node)
    seen: dict[tuple[str, str, str, int], Node] = {}
    for item in items if len(items) > 1 else ():
        for port in published_ports(file, element.service, item):
            key = (port.target, port.address, port.protocol, port.host)
            other = seen.setdefault(key, port.node) if port.host else port.node
            if other is not port.node:
                yield Problem(
                    first_line(file.source, port.node.span),
                    f'service "{element.service}" publishes container port {port.target} on host port {port.shown} more than once',
                    "remove one of the two entries",
                    _deletion(element, item, seen),
                    related=(Related(first_line(file.source, other.span), "first published here"),),
                )
                break


def _deletion(element: Element, item: Node, seen: dict[tuple[str, str, str, int], Node]) -> Fix | None:
    """Return a fix that removes a short entry if preceding entries publish all of its ports."""
    node = resolve(item)
    ports_of = published_ports(element.file, element.service, item)
    known = all(seen.get((port.target, port.address, port.protocol, port.host)) not in (None, node) for port in ports_of)
    return (
        deleted(element.file, item, "remove the duplicate entry", safe=True)
        if known and type(node) is Scalar and "$" not in node.value
        else None
    )


@rule("privileged-port", Severity.INFO, _ITEMS, group="ports", scope="project", default=False)
def privileged_port(element: Element) -> Iterator[Problem]:
    """Checks for published ports below 1024.

    Without root privileges (rootless Docker, Podman), such a port cannot be opened unless the system is configured to allow it.

    Bad:

        services:
          web:
            image: nginx
            ports: ["80:80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["8080:80"]

    Source: Docker's documentation of rootless mode, "Exposing privileged ports".
    """
    for port in _first(published_ports(element.file, element.service, element.node)):
        if 0 < port.host < _UNPRIVILEGED:
            yield Problem(
                port.span(element.file),
                f'service "{element.service}": host port {port.host} requires root privileges (below {_UNPRIVILEGED})',
                f"use host port {_UNPRIVILEGED} or higher",
            )


_UNPRIVILEGED = 1024


def _first(found: Iterable[Publication]) -> Iterator[Publication]:
    """Yield only the first port of an item: one finding is enough for a range."""
    for port in found:
        yield port
        return


@rule("unbound-port", Severity.WARNING, _ITEMS, group="ports", scope="project", default=False)
def unbound_port(element: Element) -> Iterator[Problem]:
    """Checks for ports that are published on all host interfaces.

    Docker's packet filter rules take precedence over those of ufw and firewalld, so the port is open to the network even if the
    firewall appears to block it.

    Fix safety: the fix binds the port to 127.0.0.1. It is unsafe because other machines can no longer connect.

    Bad:

        services:
          web:
            image: nginx
            ports: ["8080:80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["127.0.0.1:8080:80"]

    Source: Docker's documentation, "Packet filtering and firewalls"; dclint's no-unbound-port-interfaces.
    """
    node, file = element.node, element.file
    text = item_text(node) if type(node) is Scalar else None
    answer = ports.parse_short(text, file.options.environment) if text else None
    if type(node) is Mapping:
        address = resolve(file.entries(node)["host_ip"][1]) if "host_ip" in file.entries(node) else None
        bound = type(address) is Scalar and address.value not in EVERYWHERE
        target, published = (value_of(file.entries(node), key) for key in ("target", "published"))
        shown = published if type(published) is Scalar else target
        port = f"{'port' if type(published) is Scalar else 'container port'} {shown.value}" if type(shown) is Scalar else "a port"
        advice = 'add "host_ip: 127.0.0.1" to publish it on this machine only'
        fix = added(file, node, ("host_ip",), _THIS_MACHINE)
    elif isinstance(answer, Parsed):
        first, last = first_and_last(answer.entries)
        bound = first.host_ip not in EVERYWHERE
        ends = [entry.published or str(entry.target) for entry in (first, last)]
        numbers = ends[0] if ends[0] == ends[1] else "-".join(ends)
        port = f"{'port' if first.published else 'container port'}{'s' if '-' in numbers else ''} {numbers}"
        rest = str(text).removeprefix(f"{first.host_ip}:").removeprefix(f"[{first.host_ip}]:")
        meant = f"{_THIS_MACHINE}:{rest}" if first.published else f"{_THIS_MACHINE}:{numbers}:{numbers}"
        advice = f'use "{meant}" to publish it on this machine only'
        fix = written(file, node, meant) if first.published and not first.host_ip else None
    else:
        return
    if not bound:
        span = first_line(file.source, node.span)
        yield Problem(span, f'service "{element.service}" publishes {port} on all host interfaces', advice, fix)


_THIS_MACHINE = "127.0.0.1"


@rule("published-database-port", Severity.WARNING, _ITEMS, group="ports", scope="project", default=False)
def published_database_port(element: Element) -> Iterator[Problem]:
    """Checks for database, cache and queue ports that are published on all host interfaces.

    Such a port is open to the network, often without authentication. Other services of the project reach it without publishing, by
    service name; for tools on this machine, 127.0.0.1 is sufficient.

    Fix safety: the fix binds the port to 127.0.0.1. It is unsafe because other machines can no longer connect.

    Bad:

        services:
          db:
            image: postgres
            ports: ["5432:5432"]

    Good:

        services:
          db:
            image: postgres
            ports: ["127.0.0.1:5432:5432"]

    Source: Docker's documentation, "Port publishing and mapping": published ports are insecure by default.
    """
    node = element.node
    for port in published_ports(element.file, element.service, node):
        if port.target in _DATABASES and port.address in EVERYWHERE:
            yield Problem(
                port.span(element.file),
                f'service "{element.service}" publishes {_DATABASES[port.target]} port {port.target} on all host interfaces',
                "bind it to 127.0.0.1, or do not publish it: services of the project reach it by service name",
                added(element.file, node, ("host_ip",), _THIS_MACHINE)
                if type(node) is not Scalar
                else written(element.file, node, f"{_THIS_MACHINE}:{item_text(node)}")
                if not port.address
                else None,
            )


# Default ports of databases, caches and queues, by container port.
_DATABASES = {
    "1433": "SQL Server", "1521": "Oracle", "2379": "etcd", "3306": "MySQL", "5432": "PostgreSQL", "5672": "RabbitMQ", "5984": "CouchDB",
    "6379": "Redis", "7474": "Neo4j", "7687": "Neo4j", "8086": "InfluxDB", "8529": "ArangoDB", "9042": "Cassandra", "9200": "Elasticsearch",
    "9300": "Elasticsearch", "11211": "memcached", "26257": "CockroachDB", "27017": "MongoDB", "28015": "RethinkDB",
}  # fmt: skip
