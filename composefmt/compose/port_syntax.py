"""The short syntax of ports without variables: `[host_ip:][published:]target[/protocol]`.

Source: the specification's 05-services, `ports`; the reference's types/types.go (ParsePortConfig) with go-connections'
nat.ParsePortSpec.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, overload

from composefmt.compose.parse_result import Answer, Doubt, Malformed, Parsed
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

PROTOCOLS = ("tcp", "udp", "sctp")
LAST_PORT = 65535
EXAMPLE = "8080:80"


class Port(NamedTuple):
    """One long-form entry. `published` is a string, which may be a range or contain a variable; "" if no port is published.

    `target` is a number, or a string if it contains a variable; `protocol` is None if the short form has none.
    """

    target: int | str
    published: str = ""
    host_ip: str = ""
    protocol: str | None = None


class Range(Sequence[Port]):
    """The entries of a range, one per container port, in the order of the reference: sorted as strings.

    Entries are created on demand because a short string may expand to tens of thousands. `published` is the first host
    port, None if no port is published.
    """

    __slots__ = ("first", "host_ip", "last", "protocol", "published")

    def __init__(self, first: int, last: int, published: int | None, host_ip: str, protocol: str | None) -> None:
        self.first = first
        self.last = last
        self.published = published
        self.host_ip = host_ip
        self.protocol = protocol

    def __len__(self) -> int:
        return self.last + 1 - self.first

    def __iter__(self) -> Iterator[Port]:
        return map(self._port, sorted(range(self.first, self.last + 1), key=str))

    @overload
    def __getitem__(self, index: int) -> Port: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Port, ...]: ...
    def __getitem__(self, index: int | slice) -> Port | tuple[Port, ...]:
        return tuple(self)[index]

    @property
    def ends(self) -> tuple[Port, Port]:
        """Return the first and the last entry."""
        # Sorted as strings, the first and the last number are the limits of some number of digits.
        numbers = [*(10**digits for digits in range(1, 5)), *(10**digits - 1 for digits in range(1, 5)), self.first, self.last]
        within = sorted({number for number in numbers if self.first <= number <= self.last}, key=str)
        return self._port(within[0]), self._port(within[-1])

    def _port(self, port: int) -> Port:
        return Port(port, "" if self.published is None else str(self.published + port - self.first), self.host_ip, self.protocol)


def first_and_last(entries: Sequence[Port]) -> tuple[Port, Port]:
    """Return the first and the last entry of a short form."""
    return entries.ends if isinstance(entries, Range) else (entries[0], entries[-1])


class PortPart(NamedTuple):
    """A part of the short form: its text and the offset where it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset where it ends, exclusive."""
        return self.start + len(self.text)


class Pieces(NamedTuple):
    """The parts of a short form, before validation."""

    host_ip: PortPart
    published: PortPart
    target: PortPart
    protocol: PortPart
    rest: PortPart


def take_apart(value: str, masked: str) -> Pieces:
    """Split a short form; `masked` is the value with its variables masked, so that separators inside them are ignored."""
    last = masked.rfind(":")
    middle = masked.rfind(":", 0, last) if last > 0 else -1
    container = masked[last + 1 :]
    slash = container.find("/")
    second = container.find("/", slash + 1) if slash >= 0 else -1
    begin = last + 1
    target_end = len(value) if slash < 0 else begin + slash
    protocol_start = len(value) if slash < 0 else begin + slash + 1
    protocol_end = len(value) if second < 0 else begin + second
    return Pieces(
        PortPart(value[: max(middle, 0)], 0),
        PortPart(value[middle + 1 : max(last, 0)], middle + 1),
        PortPart(value[begin:target_end], begin),
        PortPart(value[protocol_start:protocol_end], protocol_start),
        PortPart(value[protocol_end:], protocol_end),
    )


# Many files contain the same entries, and each is parsed again to verify new text.
@lru_cache(maxsize=4096)
def literal(value: str) -> Answer[Port]:
    """Parse a short port without variables."""
    pieces = take_apart(value, value)
    before, bracket, port = value.partition("]:")
    if bracket and before[:1] == "[" and ":" not in port and _is_ipv6(before[1:]):
        return _no_host_port(value, PortPart(f"{before}]", 0), port.partition("/")[0])
    host_ip = _host_ip(value, pieces.host_ip)
    if isinstance(host_ip, Malformed):
        return host_ip
    target = _range(value, pieces.target, "container port")
    if isinstance(target, Malformed):
        return target
    if (misplaced := _misplaced_protocol(value, pieces)) is not None:
        return misplaced
    if not host_ip and _is_ipv4(pieces.published.text):
        return _no_host_port(value, pieces.published, pieces.target.text)
    published = _range(value, pieces.published, "published port") if pieces.published.text else None
    if isinstance(published, Malformed):
        return published
    if target[0] == 0:
        return bad(
            value, pieces.target, "container port 0 is out of range (1-65535)", f'use the port inside the container, as in "{EXAMPLE}"'
        )
    ports = target[1] - target[0]
    if published and ports and published[1] - published[0] != ports:
        return _range_mismatch(value, pieces, target, published)
    protocol = pieces.protocol.text.lower()
    if protocol and protocol not in PROTOCOLS:
        return bad(value, pieces.protocol, f'"{pieces.protocol.text}" is not a valid protocol', f"use one of {', '.join(PROTOCOLS)}")
    return Parsed(_expand(target, published, host_ip, protocol or None), tuple(_doubts(value, pieces)))


def _misplaced_protocol(value: str, pieces: Pieces) -> Malformed | None:
    """Return the answer for a protocol after the host port, as in `389/tcp:389/tcp`, else None."""
    port, slash, protocol = pieces.published.text.partition("/")
    if not slash or protocol.lower() not in PROTOCOLS:
        return None
    front, last = value[: pieces.published.start], pieces.protocol.text or protocol
    entries = [f"{front}{port}:{pieces.target.text}/{each}" for each in dict.fromkeys((protocol.lower(), last.lower()))]
    if not all(isinstance(literal(entry), Parsed) for entry in entries):
        return None
    quoted = " and ".join(f'"{entry}"' for entry in entries)
    advice = f"use {quoted}" if len(entries) == 1 else f"add an entry for each protocol: {quoted}"
    return bad(value, pieces.published, "the protocol goes at the end", advice)


def _no_host_port(value: str, address: PortPart, port: str) -> Malformed:
    advice = f'use "{address.text}:{port}:{port}", or "{address.text}::{port}" for a random host port'
    return bad(value, address, f'host address "{address.text}" has no host port', advice)


def _expand(target: tuple[int, int], published: tuple[int, int] | None, host_ip: str, protocol: str | None) -> Sequence[Port]:
    """Return one entry per container port."""
    first, last = target
    if first != last:
        return Range(first, last, None if published is None else published[0], host_ip, protocol)
    text = "" if published is None else str(published[0]) if published[0] == published[1] else f"{published[0]}-{published[1]}"
    return (Port(first, text, host_ip, protocol),)


def _host_ip(value: str, piece: PortPart) -> str | Malformed:
    text = piece.text
    if not text:
        return ""
    bracketed = text.startswith("[") and text.endswith("]")
    address = text[1:-1] if bracketed else text
    if not address or _is_ipv4(address):
        return address
    if ":" in address:
        if not _is_ipv6(address):
            return bad(value, piece, f'"{text}" is not a valid IP address', 'write an IPv6 address as in "[::1]:8080:80"')
        if not bracketed:
            return bad(value, piece, f'IPv6 address "{text}" needs brackets', f'use "[{text}]{value[piece.end :]}"')
        return address
    return bad(value, piece, f'"{text}" is not a valid IP address', "use an address such as 127.0.0.1: host names are not allowed here")


def is_address(text: str) -> bool:
    """Return whether a `host_ip` is an IP address: IPv4, or IPv6 without brackets."""
    return _is_ipv4(text) or (":" in text and _is_ipv6(text))


def _is_ipv4(address: str) -> bool:
    """Return whether an address is four numbers up to 255, without leading zeros."""
    parts = address.split(".")
    return len(parts) == 4 and all(
        part.isascii() and part.isdecimal() and int(part) < 256 and (part == "0" or part[0] != "0") for part in parts
    )


def _is_ipv6(address: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address

    try:
        return "%" not in address and bool(IPv6Address(address).packed)
    except AddressValueError:
        return False


def _range(value: str, piece: PortPart, what: str) -> tuple[int, int] | Malformed:
    if not piece.text:
        return bad(value, piece, f"missing {what}", f'write the port as "{EXAMPLE}"')
    numbers: list[int] = []
    start = piece.start
    for text in piece.text.split("-")[:2]:
        number = whole_number(text) if text.isascii() and text.isdecimal() else None
        here = PortPart(text, start) if text else piece
        if number is None:
            return bad(
                value,
                here,
                f'"{text or piece.text}" is not a valid {what}',
                f"use an integer up to {LAST_PORT}, or a range such as 8000-8010",
            )
        if number > LAST_PORT:
            return bad(value, here, f"{what} {text} is out of range (1-{LAST_PORT})", f"use a port up to {LAST_PORT}")
        numbers.append(number)
        start += len(text) + 1
    first, last = numbers[0], numbers[-1]
    if last < first:
        return bad(value, piece, f"the range {piece.text} is reversed", f"use {last}-{first}")
    return first, last


def _range_mismatch(value: str, pieces: Pieces, target: tuple[int, int], published: tuple[int, int]) -> Malformed:
    wanted, given = target[1] - target[0] + 1, published[1] - published[0] + 1
    return Malformed(
        "port-range-mismatch",
        f'"{value}" publishes {given} port{"s" * (given != 1)} for {wanted} container ports',
        f"use ranges of the same length, such as {published[0]}-{published[0] + wanted - 1}:{pieces.target.text}",
        pieces.published.start,
        pieces.target.end,
    )


def bad(value: str, piece: PortPart, problem: str, advice: str) -> Malformed:
    """Return the answer for a port with one invalid piece."""
    start, end = piece.start, piece.end
    return Malformed("invalid-port", f'invalid port "{value}": {problem}', advice, start, max(start, end))


def _doubts(value: str, pieces: Pieces) -> Iterator[Doubt]:
    """Yield what the reference accepts without a warning, but hardly reads as intended."""
    for piece in (pieces.published, pieces.target):
        parts = piece.text.split("-")
        if len(parts) > 2:
            kept = "-".join(parts[:2])
            yield Doubt(
                "suspicious-port",
                f'"{piece.text}" in port "{value}" is read as {kept}; the rest is ignored',
                "use separate entries for ranges and single ports",
                piece.start,
                piece.end,
            )
    if pieces.rest.text:
        yield Doubt(
            "suspicious-port",
            f'"{pieces.rest.text}" at the end of port "{value}" is ignored',
            "add a separate entry for each protocol",
            pieces.rest.start,
            pieces.rest.end,
        )
    elif value.endswith("/"):
        yield Doubt(
            "suspicious-port",
            f'port "{value}" has a slash without a protocol',
            f'use "{value[:-1]}" or "{value}udp"',
            len(value) - 1,
            len(value),
            value[:-1],
        )
