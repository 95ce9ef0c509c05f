"""Rules on network addresses: subnets, gateways and static addresses of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.addresses import address_of, subnet_of
from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, of_conflict, plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from composefmt.compose.addresses import Address, Subnet
    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node

    # The IP version, a prefix length and the bits of the prefix.
    Prefix: TypeAlias = tuple[int, int, int]

_ADDRESSES = ("ipv4_address", "ipv6_address")


def _subnets(file: ComposeFile, network: Node | None) -> Iterator[Scalar]:
    """Yield the `subnet` values of a network that contain no variable."""
    entries = file.entries(network)
    ipam = file.entries(entries["ipam"][1]) if "ipam" in entries else {}
    for pool in file.items(ipam["config"][1]) if "config" in ipam else ():
        subnet = plain(file.entries(pool), "subnet")
        if subnet is not None:
            yield subnet


@rule("invalid-subnet", Severity.ERROR, "networks.*.ipam.config.*", group="networks", scope="project")
def invalid_subnet(element: Element) -> Iterator[Problem]:
    """Detects subnets and gateways that are not valid addresses, and gateways outside of their subnet.

    Docker Engine refuses to create such a network, so no service that joins it starts. From version 25 on, it also refuses
    a subnet whose address is not its first one, such as `172.28.0.5/16`; that is a warning.

    Bad:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            ipam:
              config:
                - subnet: 172.28.0.0/33

    Good:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            ipam:
              config:
                - subnet: 172.28.0.0/16
                  gateway: 172.28.0.1

    Source: Compose Specification, 06-networks, `ipam`; Moby, daemon/network.go, validateIpamConfig.
    """
    entries = element.file.entries(element.node)
    subnet, gateway = plain(entries, "subnet"), plain(entries, "gateway")
    network = subnet_of(subnet.value) if subnet is not None else None
    address = address_of(gateway.value.partition("/")[0]) if gateway is not None else None
    if subnet is not None and network is None:
        yield Problem(
            subnet.span,
            f'network "{element.path[1]}": invalid subnet "{subnet.value}"',
            'use CIDR notation, such as "172.28.0.0/16"',
        )
    if subnet is not None and network is not None and address_of(subnet.value.partition("/")[0]) != network.network_address:
        yield Problem(
            subnet.span,
            f'network "{element.path[1]}": subnet "{subnet.value}" does not start with its first address',
            f'use "{network}"; from version 25 on, Docker Engine refuses other addresses',
            severity=Severity.WARNING,
        )
    if gateway is not None and address is None:
        yield Problem(
            gateway.span,
            f'network "{element.path[1]}": invalid gateway "{gateway.value}"',
            'use an IP address, such as "172.28.0.1"',
        )
    if gateway is not None and address is not None and network is not None and address not in network:
        yield Problem(
            gateway.span,
            f'network "{element.path[1]}": gateway "{gateway.value}" is outside subnet "{network}"',
            f'use an address in "{network}"',
        )


@rule("overlapping-subnets", Severity.ERROR, "networks", group="networks", scope="project")
def overlapping_subnets(element: Element) -> Iterator[Problem]:
    """Detects networks whose subnets overlap.

    Docker Engine refuses to create the second network with "Pool overlaps with other one on this address space". The
    finding is a warning if a network has another driver than `bridge` or is not used by services that always start.

    Bad:

        services: {web: {image: nginx, networks: [a, b]}}
        networks:
          a: {ipam: {config: [{subnet: 172.28.0.0/16}]}}
          b: {ipam: {config: [{subnet: 172.28.5.0/24}]}}

    Good:

        services: {web: {image: nginx, networks: [a, b]}}
        networks:
          a: {ipam: {config: [{subnet: 172.28.0.0/16}]}}
          b: {ipam: {config: [{subnet: 172.29.0.0/16}]}}

    Source: Docker Engine reports "Pool overlaps with other one on this address space".
    """
    file = element.file
    severity, note = of_conflict(file)
    found: list[tuple[str, Scalar, bool]] = []
    # The first subnet with each prefix: as its whole network prefix, and as any leading part of it.
    whole: dict[Prefix, int] = {}
    within: dict[Prefix, int] = {}
    for name, (_, value) in file.entries(element.node).items():
        driver = plain(file.entries(value), "driver")
        bridged = driver is None or driver.value == "bridge"
        for node in _subnets(file, value):
            subnet = subnet_of(node.value)
            if subnet is None:
                continue
            prefixes = list(_prefixes(subnet))
            overlapping = [whole[each] for each in prefixes if each in whole]
            first = min([*overlapping, within[prefixes[-1]]] if prefixes[-1] in within else overlapping, default=None)
            if first is not None:
                other_name, other, both = found[first]
                sure = bridged and both and _are_used(file, name, other_name)
                yield Problem(
                    node.span,
                    f'network "{name}": subnet "{node.value}" overlaps with subnet "{other.value}" of network "{other_name}"',
                    "use a subnet that no other network uses" + (note if sure else ""),
                    related=(Related(other.span, "other subnet defined here"),),
                    severity=severity if sure else Severity.WARNING,
                )
            whole.setdefault(prefixes[-1], len(found))
            for each in prefixes:
                within.setdefault(each, len(found))
            found.append((name, node, bridged))


def _prefixes(subnet: Subnet) -> Iterator[Prefix]:
    """Yield all prefixes of a subnet's addresses; the last is its network prefix."""
    bits = int(subnet.network_address)
    for length in range(subnet.prefixlen + 1):
        yield subnet.version, length, bits >> (subnet.max_prefixlen - length)


def _are_used(file: ComposeFile, *names: str) -> bool:
    """Return whether services that always start join all of the networks; an unused network is not created."""
    used: set[str] = set()
    for name, service in file.services():
        entries = file.entries(service)
        if "networks" in entries and is_active(file, name):
            node = resolve(entries["networks"][1])
            items = (item.value for item in map(resolve, file.items(node)) if type(item) is Scalar)
            used.update(file.entries(node) or items)
    return used.issuperset(names)


@rule("static-ip-outside-subnet", Severity.ERROR, "services.*.networks.*", group="networks", scope="project")
def static_ip_outside_subnet(element: Element) -> Iterator[Problem]:
    """Detects static addresses of services outside the subnets of their network.

    Docker Engine refuses to start the container with "no configured subnet contains IP address". The finding is a warning
    if the service only starts with a profile.

    Bad:

        services:
          web:
            image: nginx
            networks: {n: {ipv4_address: 172.29.0.5}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Good:

        services:
          web:
            image: nginx
            networks: {n: {ipv4_address: 172.28.0.5}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Source: Compose Specification, 05-services, `ipv4_address, ipv6_address`.
    """
    file = element.file
    entries = file.entries(element.node)
    severity, note = of_conflict(file)
    sure = is_active(file, element.service)
    for key in _ADDRESSES:
        node = plain(entries, key)
        address = address_of(node.value) if node is not None else None
        if node is None or address is None or isinstance(element.path[-1], int):
            continue
        declared = list(_subnets(file, file.defined("networks").get(element.path[-1])))
        subnets = [
            subnet for subnet in (subnet_of(each.value) for each in declared) if subnet is not None and subnet.version == address.version
        ]
        if subnets and not any(address in subnet for subnet in subnets):
            yield Problem(
                node.span,
                f'service "{element.service}": address "{node.value}" is outside subnet "{subnets[0]}" of network "{element.path[-1]}"',
                f'use an address in "{subnets[0]}"' + (note if sure else ""),
                related=(Related(declared[0].span, "subnet defined here"),),
                severity=severity if sure else Severity.WARNING,
            )


@rule("duplicate-static-ip", Severity.ERROR, "services", group="networks", scope="project")
def duplicate_static_ip(element: Element) -> Iterator[Problem]:
    """Detects services with the same static address on one network.

    Docker Engine refuses to start the second container with "Address already in use".

    Bad:

        services:
          web: {image: nginx, networks: {n: {ipv4_address: 172.28.0.5}}}
          api: {image: my/api, networks: {n: {ipv4_address: 172.28.0.5}}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Good:

        services:
          web: {image: nginx, networks: {n: {ipv4_address: 172.28.0.5}}}
          api: {image: my/api, networks: {n: {ipv4_address: 172.28.0.6}}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Source: Docker Engine reports "Address already in use".
    """
    file = element.file
    if "_address" not in file.source.text:
        return
    severity, note = of_conflict(file)
    first: dict[tuple[str, Address], tuple[str, Scalar]] = {}
    for service, (_, value) in file.entries(element.node).items():
        own = file.entries(value)
        for network, (_, settings) in file.entries(own["networks"][1] if "networks" in own else None).items():
            for node in (plain(file.entries(settings), key) for key in _ADDRESSES):
                address = address_of(node.value) if node is not None and is_active(file, service) else None
                if node is None or address is None:
                    continue
                other, owner = first.setdefault((network, address), (service, node))
                if other != service:
                    yield Problem(
                        node.span,
                        f'service "{service}": address "{node.value}" on network "{network}" is already assigned to service "{other}"',
                        f"assign another address{note}",
                        related=(Related(owner.span, "assigned here"),),
                        severity=severity,
                    )
