"""Rules about the addresses of networks: subnets, gateways, fixed addresses of services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, plain, severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
    from typing import TypeAlias

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node

    Subnet = Union[IPv4Network, IPv6Network]
    Address = Union[IPv4Address, IPv6Address]
    # The version, a number of bits, and these bits.
    Beginning: TypeAlias = tuple[int, int, int]

_ADDRESSES = ("ipv4_address", "ipv6_address")


def _subnet(text: str) -> Subnet | None:
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        return None


def _subnets(file: ComposeFile, network: Node | None) -> Iterator[Scalar]:
    """The values of `subnet` that a network declares and that hold no variable."""
    entries = file.entries(network)
    ipam = file.entries(entries["ipam"][1]) if "ipam" in entries else {}
    for pool in file.items(ipam["config"][1]) if "config" in ipam else ():
        subnet = plain(file.entries(pool), "subnet")
        if subnet is not None:
            yield subnet


@rule("invalid-subnet", Severity.ERROR, "networks.*.ipam.config.*", group="networks")
def invalid_subnet(element: Element) -> Iterator[Problem]:
    """A subnet or gateway of a network cannot be read, or the gateway is outside of the subnet.

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

    Source: the specification's 06-networks, `ipam`; the engine refuses such a network.
    """
    entries = element.file.entries(element.node)
    subnet, gateway = plain(entries, "subnet"), plain(entries, "gateway")
    network = _subnet(subnet.value) if subnet is not None else None
    address = _address(gateway.value.partition("/")[0]) if gateway is not None else None
    level = severity(element.file)
    if subnet is not None and network is None:
        yield Problem(
            subnet.span,
            f'network "{element.path[1]}": "{subnet.value}" is not a subnet',
            "a subnet looks like 172.28.0.0/16",
            severity=level,
        )
    if gateway is not None and address is None:
        yield Problem(
            gateway.span,
            f'network "{element.path[1]}": "{gateway.value}" is not an address',
            "write one such as 172.28.0.1",
            severity=level,
        )
    if gateway is not None and address is not None and network is not None and address not in network:
        yield Problem(
            gateway.span, f'network "{element.path[1]}": the gateway {gateway.value} is outside of the subnet {network}', severity=level
        )


@rule("overlapping-subnets", Severity.ERROR, "networks", group="networks")
def overlapping_subnets(element: Element) -> Iterator[Problem]:
    """Two networks of a project use the same addresses.

    Docker answers that the pool overlaps with another one, and does not make the second network.

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

    Source: the engine answers "Pool overlaps with other one on this address space".
    """
    file = element.file
    found: list[tuple[str, Scalar, bool]] = []
    # The first subnet of each kind, by their beginnings: the whole one, and all beginnings of one that is smaller.
    whole: dict[Beginning, int] = {}
    within: dict[Beginning, int] = {}
    for name, (_, value) in file.entries(element.node).items():
        driver = plain(file.entries(value), "driver")
        bridged = driver is None or driver.value == "bridge"
        for node in _subnets(file, value):
            subnet = _subnet(node.value)
            if subnet is None:
                continue
            beginnings = list(_beginnings(subnet))
            overlapping = [whole[each] for each in beginnings if each in whole]
            first = min([*overlapping, within[beginnings[-1]]] if beginnings[-1] in within else overlapping, default=None)
            if first is not None:
                other_name, other, both = found[first]
                yield Problem(
                    node.span,
                    f'the subnet {node.value} of network "{name}" overlaps with {other.value} of "{other_name}"',
                    "choose addresses that no other network uses",
                    related=(Related(other.span, "the other subnet"),),
                    severity=severity(file) if bridged and both and _are_used(file, name, other_name) else Severity.WARNING,
                )
            whole.setdefault(beginnings[-1], len(found))
            for each in beginnings:
                within.setdefault(each, len(found))
            found.append((name, node, bridged))


def _beginnings(subnet: Subnet) -> Iterator[Beginning]:
    """The beginnings of a subnet's addresses, the longest last: that is all of it."""
    bits = int(subnet.network_address)
    for length in range(subnet.prefixlen + 1):
        yield subnet.version, length, bits >> (subnet.max_prefixlen - length)


def _are_used(file: ComposeFile, *names: str) -> bool:
    """Whether services that always start join all of the networks: a network that nobody joins is not made."""
    used: set[str] = set()
    for name, service in file.services():
        entries = file.entries(service)
        if "networks" in entries and is_active(file, name):
            node = resolve(entries["networks"][1])
            items = (item.value for item in map(resolve, file.items(node)) if type(item) is Scalar)
            used.update(file.entries(node) or items)
    return used.issuperset(names)


@rule("static-ip-outside-subnet", Severity.ERROR, "services.*.networks.*", group="networks")
def static_ip_outside_subnet(element: Element) -> Iterator[Problem]:
    """A service wants an address that its network does not have.

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

    Source: the specification's 05-services, `ipv4_address, ipv6_address`; the engine answers "no configured subnet contains
    IP address".
    """
    file = element.file
    entries = file.entries(element.node)
    for key in _ADDRESSES:
        node = plain(entries, key)
        address = _address(node.value) if node is not None else None
        if node is None or address is None or isinstance(element.path[-1], int):
            continue
        declared = list(_subnets(file, file.defined("networks").get(element.path[-1])))
        subnets = [
            subnet for subnet in (_subnet(each.value) for each in declared) if subnet is not None and subnet.version == address.version
        ]
        if subnets and not any(address in subnet for subnet in subnets):
            yield Problem(
                node.span,
                f'service "{element.service}": {node.value} is outside of the subnet {subnets[0]} of network "{element.path[-1]}"',
                f"choose an address in {subnets[0]}",
                related=(Related(declared[0].span, "the subnet"),),
                severity=severity(file) if is_active(file, element.service) else Severity.WARNING,
            )


@rule("duplicate-static-ip", Severity.ERROR, "services", group="networks")
def duplicate_static_ip(element: Element) -> Iterator[Problem]:
    """Two services want the same address on one network.

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

    Source: the engine answers "Address already in use".
    """
    file = element.file
    if "_address" not in file.source.text:
        return
    first: dict[tuple[str, Address], tuple[str, Scalar]] = {}
    for service, (_, value) in file.entries(element.node).items():
        own = file.entries(value)
        for network, (_, settings) in file.entries(own["networks"][1] if "networks" in own else None).items():
            for node in (plain(file.entries(settings), key) for key in _ADDRESSES):
                address = _address(node.value) if node is not None and is_active(file, service) else None
                if node is None or address is None:
                    continue
                other, place = first.setdefault((network, address), (service, node))
                if other != service:
                    yield Problem(
                        node.span,
                        f'service "{service}": the address {node.value} on network "{network}" is that of "{other}"',
                        "choose another address",
                        related=(Related(place.span, "the other service"),),
                        severity=severity(file),
                    )
