"""Parse the IP addresses and subnets of networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Subnet = Union[IPv4Network, IPv6Network]
    Address = Union[IPv4Address, IPv6Address]


def subnet_of(text: str) -> Subnet | None:
    """Return a subnet in CIDR notation; None if it is invalid. Host bits are ignored."""
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def address_of(text: str) -> Address | None:
    """Return an IP address; None if it is invalid."""
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        return None
