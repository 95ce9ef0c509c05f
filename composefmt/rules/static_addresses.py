"""Rules on addresses inside of a network's subnets: those that the engine reserves, and those that no subnet allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.addresses import address_of, subnet_of
from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, of_conflict, plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.addresses import Address, Subnet
    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.values import Entries

_ADDRESSES = ("ipv4_address", "ipv6_address")
_SERVICE_NETWORK = "services.*.networks.*"
_POOL = "networks.*.ipam.config.*"


def _pools(file: ComposeFile, network: Entries) -> list[Entries]:
    """Return the entries of each item in `ipam.config` of a network."""
    ipam = file.entries(network["ipam"][1]) if "ipam" in network else {}
    return [file.entries(pool) for pool in file.items(ipam["config"][1])] if "config" in ipam else []


def _is_allocated_by_engine(file: ComposeFile, network: Entries) -> bool:
    """Return whether Docker Engine's own address management serves a network: it is neither external nor of a plug-in."""
    driver, ipam = plain(network, "driver"), file.entries(network["ipam"][1]) if "ipam" in network else {}
    manager = plain(ipam, "driver")
    known = "driver" not in network or (driver is not None and driver.value in ("bridge", "macvlan", "ipvlan"))
    return known and "external" not in network and ("driver" not in ipam or (manager is not None and manager.value == "default"))


def _static(element: Element) -> Iterator[tuple[str, Scalar, Address]]:
    """Yield the key, the node and the address of each static address of a service on a network."""
    entries = element.file.entries(element.node)
    for key in _ADDRESSES:
        node = plain(entries, key)
        address = address_of(node.value) if node is not None else None
        if node is not None and address is not None:
            yield key, node, address


@rule("reserved-static-ip", Severity.ERROR, _SERVICE_NETWORK, group="networks", scope="project")
def reserved_static_ip(element: Element) -> Iterator[Problem]:
    """Detects static addresses that Docker Engine reserves: the network address, the broadcast address and the gateway.

    Docker Engine refuses to start the container with "Address already in use". Without a `gateway`, the engine chooses one itself,
    usually the first address of the subnet; such an address is a warning.

    Bad:

        services:
          web:
            image: nginx
            networks: {n: {ipv4_address: 172.28.255.255}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Good:

        services:
          web:
            image: nginx
            networks: {n: {ipv4_address: 172.28.0.10}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Source: Moby, daemon/libnetwork/ipams/defaultipam/allocator.go, newPoolData, and daemon/libnetwork/network.go,
    ipamAllocateVersion.
    """
    file = element.file
    network = file.entries(file.defined("networks").get(str(element.path[-1])))
    if not network or not _is_allocated_by_engine(file, network):
        return
    severity, note = of_conflict(file)
    for _, node, address in _static(element):
        for pool in _pools(file, network):
            subnet, gateway = plain(pool, "subnet"), plain(pool, "gateway")
            parsed = subnet_of(subnet.value) if subnet is not None else None
            if subnet is None or parsed is None or address not in parsed:
                continue
            role, sure = _role(address, parsed, gateway, is_bridge="driver" not in network, known="gateway" in pool)
            if role:
                certain = sure and is_active(file, element.service)
                other = gateway if gateway is not None and role == "gateway" else subnet
                yield Problem(
                    node.span,
                    f'service "{element.service}": address "{node.value}" is the {role} of network "{element.path[-1]}"',
                    "use another address of the subnet" + (note if certain else ""),
                    related=(Related(other.span, f"{'gateway' if other is gateway else 'subnet'} defined here"),),
                    severity=severity if certain else Severity.WARNING,
                )


def _role(address: Address, subnet: Subnet, gateway: Scalar | None, *, is_bridge: bool, known: bool) -> tuple[str, bool]:
    """Return what an address is reserved for, "" for nothing, and whether that is certain; `known`: a gateway is set."""
    own = address_of(gateway.value.partition("/")[0]) if gateway is not None else None
    if own == address:
        return "gateway", True
    if subnet.num_addresses > _POINT_TO_POINT and address == subnet.network_address:
        return "network address", True
    if subnet.version == _IPV4 and subnet.num_addresses > _POINT_TO_POINT and address == subnet.broadcast_address:
        return "broadcast address", True
    if is_bridge and not known and subnet.num_addresses > _POINT_TO_POINT and int(address) == int(subnet.network_address) + 1:
        return "gateway", False
    return "", False


# A subnet with two addresses has neither a network address nor a broadcast address.
_POINT_TO_POINT = 2
_IPV4 = 4


@rule("static-ip-without-subnet", Severity.ERROR, _SERVICE_NETWORK, group="networks", scope="project")
def static_ip_without_subnet(element: Element) -> Iterator[Problem]:
    """Detects static addresses on a network without a subnet of its own.

    Docker Engine chooses the subnet of such a network at run time. It refuses to start the container with "user specified IP
    address is supported only when connecting to networks with user configured subnets". External networks are not reported.

    Bad:

        services:
          web:
            image: nginx
            networks: {n: {ipv4_address: 172.28.0.5}}
        networks:
          n:

    Good:

        services:
          web:
            image: nginx
            networks: {n: {ipv4_address: 172.28.0.5}}
        networks:
          n: {ipam: {config: [{subnet: 172.28.0.0/16}]}}

    Source: Moby, daemon/container_operations.go, validateEndpointIPAddress, and daemon/libnetwork/endpoint.go.
    """
    file = element.file
    name = str(element.path[-1])
    defined = file.defined("networks")
    network = file.entries(defined.get(name))
    if (name not in defined and name != "default") or not _is_allocated_by_engine(file, network) or isinstance(element.path[-1], int):
        return
    severity, note = of_conflict(file)
    pools = _pools(file, network)
    for key, node, address in _static(element):
        if any(_may_serve(pool, address) for pool in pools) or ("config" in file.entries(value_of(network, "ipam")) and not pools):
            continue
        sure = is_active(file, element.service)
        yield Problem(
            node.span,
            f'service "{element.service}": static address "{node.value}" on network "{name}", which has no IPv{address.version} subnet',
            f'add a subnet to network "{name}": "ipam: {{config: [{{subnet: ...}}]}}", or remove "{key}"' + (note if sure else ""),
            severity=severity if sure else Severity.WARNING,
        )


def _may_serve(pool: Entries, address: Address) -> bool:
    """Return whether a pool has a subnet of the address's IP version; a variable may be one."""
    subnet = value_of(pool, "subnet")
    if type(subnet) is not Scalar or "$" in subnet.value:
        return subnet is not None
    parsed = subnet_of(subnet.value)
    return parsed is None or parsed.version == address.version


@rule("address-outside-subnet", Severity.ERROR, _POOL, group="networks", scope="project")
def address_outside_subnet(element: Element) -> Iterator[Problem]:
    """Detects an `ip_range` and `aux_addresses` that are not inside of the subnet.

    Docker Engine refuses to create the network. From version 25 on, it also refuses an `ip_range` whose address is not the first of
    the range.

    Bad:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            ipam:
              config:
                - subnet: 172.28.0.0/16
                  ip_range: 172.29.5.0/24

    Good:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            ipam:
              config:
                - subnet: 172.28.0.0/16
                  ip_range: 172.28.5.0/24
                  aux_addresses: {router: 172.28.1.5}

    Source: Moby, daemon/network.go, validateIpamConfig.
    """
    file = element.file
    entries = file.entries(element.node)
    subnet, own_range = plain(entries, "subnet"), plain(entries, "ip_range")
    network = subnet_of(subnet.value) if subnet is not None else None
    if subnet is None or network is None:
        return
    related = (Related(subnet.span, "subnet defined here"),)
    owner = f'network "{element.path[1]}"'
    inner = subnet_of(own_range.value) if own_range is not None else None
    if own_range is not None and (inner is None or inner.version != network.version or not inner.subnet_of(network)):  # type: ignore[arg-type]
        message = f'{owner}: "ip_range" {own_range.value} is not inside subnet "{network}"'
        yield Problem(own_range.span, message, f'use a part of "{network}", in CIDR notation', related=related)
    elif own_range is not None and inner is not None and own_range.value.partition("/")[0] != str(inner.network_address):
        message = f'{owner}: "ip_range" {own_range.value} does not start with its first address'
        yield Problem(own_range.span, message, f'use "{inner}"', related=related, severity=Severity.WARNING)
    for name, (_, value) in file.entries(value_of(entries, "aux_addresses")).items():
        node = resolve(value)
        address = address_of(node.value) if type(node) is Scalar and "$" not in node.value else network.network_address
        if address is None or address not in network:
            message = f'{owner}: auxiliary address "{name}" is not inside subnet "{network}"'
            yield Problem(node.span, message, f'use an address in "{network}"', related=related)


@rule("ipv6-not-enabled", Severity.WARNING, _POOL, group="networks", scope="project")
def ipv6_not_enabled(element: Element) -> Iterator[Problem]:
    """Detects IPv6 subnets of networks that do not enable IPv6.

    Docker Engine ignores the subnet unless `enable_ipv6` is set, or the configuration of the engine enables IPv6 for new networks
    (`default-network-opts`).

    Bad:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            ipam:
              config:
                - subnet: 2001:db8::/64

    Good:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            enable_ipv6: true
            ipam:
              config:
                - subnet: 2001:db8::/64

    Source: Moby, daemon/network.go, createNetwork and validateIpamConfig; Docker documentation, "Use IPv6 networking".
    """
    file = element.file
    network = file.entries(file.defined("networks").get(str(element.path[1])))
    subnet = plain(file.entries(element.node), "subnet")
    parsed = subnet_of(subnet.value) if subnet is not None else None
    enabled = plain(network, "enable_ipv6")
    is_off = "enable_ipv6" not in network or (enabled is not None and enabled.value.lower() == "false")
    options = file.entries(value_of(network, "driver_opts"))
    if subnet is not None and parsed is not None and parsed.version != _IPV4 and is_off and "com.docker.network.enable_ipv6" not in options:
        yield Problem(
            subnet.span,
            f'network "{element.path[1]}": IPv6 subnet "{subnet.value}" is ignored because IPv6 is not enabled',
            'add "enable_ipv6: true" to the network',
        )
