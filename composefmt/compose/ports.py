"""Ports: the short syntax `[host_ip:][published:]target[/protocol]` and the long form that it stands for.

Source: the specification's 05-services, `ports`; the reference's types/types.go (ParsePortConfig) with go-connections'
nat.ParsePortSpec. `parse_short` is the only reader of the short syntax; the pydantic model in
`composefmt.compose.models` builds on it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import interpolation
from composefmt.compose.interpolation import Variable
from composefmt.compose.short import Answer, Doubt, Malformed, Opaque, Parsed, bad_interpolation
from composefmt.syntax.scalars import Quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROTOCOLS = ("tcp", "udp", "sctp")
KEY_ORDER = ("name", "target", "host_ip", "published", "protocol", "app_protocol", "mode")
LAST_PORT = 65535
EXAMPLE = "8080:80"

_DIGITS_OR_VARIABLE = r"[0-9\0]+(?:-[0-9\0]+)?"


class Port(NamedTuple):
    """One long entry. `published` is text, since it may be a range or hold a variable; "" where nothing is published.

    `target` is a number, or text where it is a variable; `protocol` is None where the short form names none.
    """

    target: int | str
    published: str = ""
    host_ip: str = ""
    protocol: str | None = None


class Piece(NamedTuple):
    """A stretch of the short form: its text and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        return self.start + len(self.text)


class Pieces(NamedTuple):
    """The short form taken apart, before anything is judged."""

    host_ip: Piece
    published: Piece
    target: Piece
    protocol: Piece
    rest: Piece


def parse_short(value: str, environment: Mapping[str, str] | None = None) -> Answer[Port]:
    """Read one short port.

    With an `environment` (variables known to be set; may be empty) an entry with variables is taken apart where that
    is right with it and with nothing set; without one (None), such an entry is opaque.
    """
    if "$" not in value:
        return _literal(value)
    return _interpolated(value, environment) if environment or environment is None else _without_environment(value)


# The same few entries stand in many files, and each is read again when new text is verified.
@lru_cache(maxsize=4096)
def _without_environment(value: str) -> Answer[Port]:
    return _interpolated(value, {})


def _interpolated(value: str, environment: Mapping[str, str] | None) -> Answer[Port]:
    try:
        masked = interpolation.mask(value)
    except interpolation.InvalidInterpolation as error:
        return bad_interpolation(value, error)
    if "\0" not in masked:
        return _literal(value)
    return _with_variables(value, masked, _take_apart(value, masked), environment)


def _take_apart(value: str, masked: str) -> Pieces:
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
        Piece(value[: max(middle, 0)], 0),
        Piece(value[middle + 1 : max(last, 0)], middle + 1),
        Piece(value[begin:target_end], begin),
        Piece(value[protocol_start:protocol_end], protocol_start),
        Piece(value[protocol_end:], protocol_end),
    )


@lru_cache(maxsize=4096)
def _literal(value: str) -> Answer[Port]:
    pieces = _take_apart(value, value)
    host_ip = _host_ip(value, pieces.host_ip)
    if isinstance(host_ip, Malformed):
        return host_ip
    target = _range(value, pieces.target, "container port")
    if isinstance(target, Malformed):
        return target
    published = _range(value, pieces.published, "published port") if pieces.published.text else None
    if isinstance(published, Malformed):
        return published
    if target[0] == 0:
        return _bad(value, pieces.target, "the container port cannot be 0", f'name the port inside the container, as in "{EXAMPLE}"')
    ports = target[1] - target[0]
    if published and ports and published[1] - published[0] != ports:
        return _range_mismatch(value, pieces, target, published)
    protocol = pieces.protocol.text.lower()
    if protocol and protocol not in PROTOCOLS:
        return _bad(value, pieces.protocol, f'"{pieces.protocol.text}" is not a protocol', f"use one of {', '.join(PROTOCOLS)}")
    entries = _expand(target, published, host_ip, protocol or None)
    return Parsed(tuple(entries), tuple(_doubts(value, pieces)))


def _expand(target: tuple[int, int], published: tuple[int, int] | None, host_ip: str, protocol: str | None) -> Iterator[Port]:
    """One entry a container port, in the reference's order: that of the numbers' text."""
    first, last = target
    if first == last:
        text = "" if published is None else str(published[0]) if published[0] == published[1] else f"{published[0]}-{published[1]}"
        yield Port(first, text, host_ip, protocol)
        return
    for port in sorted(range(first, last + 1), key=str):
        yield Port(port, "" if published is None else str(published[0] + port - first), host_ip, protocol)


def _host_ip(value: str, piece: Piece) -> str | Malformed:
    text = piece.text
    if not text:
        return ""
    bracketed = text.startswith("[") and text.endswith("]")
    address = text[1:-1] if bracketed else text
    if not address or _is_ipv4(address):
        return address
    if ":" in address:
        if not _is_ipv6(address):
            return _bad(value, piece, f'"{text}" is not an IP address', 'an IPv6 address looks like "[::1]:8080:80"')
        if not bracketed:
            return _bad(value, piece, f'the IPv6 address "{text}" needs brackets', f'write "[{text}]{value[piece.end :]}"')
        return address
    return _bad(value, piece, f'"{text}" is not an IP address', "a host name cannot stand here: use an address such as 127.0.0.1")


def is_address(text: str) -> bool:
    """Whether a `host_ip` is an IP address: IPv4, or IPv6 without brackets."""
    return _is_ipv4(text) or (":" in text and _is_ipv6(text))


def _is_ipv4(address: str) -> bool:
    """Four numbers up to 255, without leading zeros."""
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


def _range(value: str, piece: Piece, what: str) -> tuple[int, int] | Malformed:
    if not piece.text:
        return _bad(value, piece, f"the {what} is missing", f'a port looks like "{EXAMPLE}"')
    numbers: list[int] = []
    start = piece.start
    for text in piece.text.split("-")[:2]:
        number = int(text) if text.isascii() and text.isdecimal() else None
        here = Piece(text, start) if text else piece
        if number is None:
            return _bad(
                value,
                here,
                f'"{text or piece.text}" is not a {what}',
                f"ports are whole numbers up to {LAST_PORT}, or a range such as 8000-8010",
            )
        if number > LAST_PORT:
            return _bad(value, here, f"the {what} {text} is out of range", f"ports go up to {LAST_PORT}")
        numbers.append(number)
        start += len(text) + 1
    first, last = numbers[0], numbers[-1]
    if last < first:
        return _bad(value, piece, f"the range {piece.text} runs backwards", f"write {last}-{first}")
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


def _bad(value: str, piece: Piece, problem: str, advice: str) -> Malformed:
    start, end = piece.start, piece.end
    return Malformed("invalid-port", f'port "{value}": {problem}', advice, start, max(start, end))


def _doubts(value: str, pieces: Pieces) -> Iterator[Doubt]:
    """What the reference reads in silence, but surely not as it was meant."""
    for piece in (pieces.published, pieces.target):
        parts = piece.text.split("-")
        if len(parts) > 2:
            kept = "-".join(parts[:2])
            yield Doubt(
                "suspicious-port",
                f'"{piece.text}" in port "{value}" is read as {kept}; the rest is ignored',
                "list ranges and single ports as entries of their own",
                piece.start,
                piece.end,
            )
    if pieces.rest.text:
        yield Doubt(
            "suspicious-port",
            f'"{pieces.rest.text}" at the end of port "{value}" is ignored',
            "one entry holds one protocol: add an entry for the other",
            pieces.rest.start,
            pieces.rest.end,
        )
    elif value.endswith("/"):
        yield Doubt(
            "suspicious-port",
            f'port "{value}" ends with a slash but names no protocol',
            f'write "{value[:-1]}" or "{value}udp"',
            len(value) - 1,
            len(value),
            value[:-1],
        )


def _with_variables(value: str, masked: str, pieces: Pieces, environment: Mapping[str, str] | None) -> Answer[Port]:
    """Take an entry with variables apart, if each part surely stays one part (see `Options.variables`)."""
    if environment is None:
        return Opaque("it holds a variable")
    for piece, pattern in ((pieces.published, _DIGITS_OR_VARIABLE), (pieces.target, r"[0-9\0]+")):
        if piece.text and not re.fullmatch(pattern, masked[piece.start : piece.end]):
            return Opaque("a variable hides where its parts begin")
    if not masked.strip("\0"):
        return Opaque("its variable may hold a published port as well as a container port")
    if pieces.rest.text or any(part.operator.endswith("+") for part in interpolation.split(value) if isinstance(part, Variable)):
        return Opaque("a variable hides what it means")
    if not pieces.target.text:
        return _bad(value, pieces.target, "the container port is missing", f'a port looks like "{EXAMPLE}"')
    entry = Port(
        int(pieces.target.text) if pieces.target.text.isdecimal() else pieces.target.text,
        str(int(pieces.published.text)) if pieces.published.text.isdecimal() else pieces.published.text,
        pieces.host_ip.text.strip("[]") if "\0" not in masked[: pieces.host_ip.end] else pieces.host_ip.text,
        (pieces.protocol.text if "$" in pieces.protocol.text else pieces.protocol.text.lower()) or None,
    )
    for known in {(): {}, tuple(environment): environment}.values():
        if not _same_with(value, entry, known):
            return Opaque("a variable may hold more than one part, or nothing")
    return Parsed((entry,))


def _same_with(value: str, entry: Port, environment: Mapping[str, str]) -> bool:
    """Whether the short and the long form come to the same with these variables."""
    try:
        short = _literal(interpolation.substitute(value, environment))
        target, published, host_ip, protocol = (
            interpolation.substitute(str(part), environment) if part is not None else None for part in entry
        )
    except (interpolation.MissingVariable, interpolation.InvalidInterpolation):
        return True
    if not isinstance(short, Parsed):
        # With these values the file is refused either way, unless the address only looks like one.
        return not entry.host_ip or bool(host_ip)
    if short.doubts or len(short.entries) != 1 or not (target or "").isdecimal():
        return False
    if (entry.host_ip and not host_ip) or (entry.protocol and not protocol):
        return False
    long = Port(int(target or 0), published or "", host_ip or "", protocol)
    return short.entries[0]._replace(protocol=(short.entries[0].protocol or "tcp")) == long._replace(protocol=long.protocol or "tcp")


def in_order(entries: tuple[Port, ...]) -> bool:
    """Whether a range's entries come in the order of their numbers: not so for 9-10, since "10" sorts before "9"."""
    return all(int(a.target) < int(b.target) for a, b in pairwise(entries))


def long_entry(port: Port, *, write_defaults: bool = False) -> dict[str, int | str]:
    """The long form as it is written: keys in the specification's order, a single published port as a number."""
    entry: dict[str, int | str] = {"target": _written(port.target)}
    if port.host_ip:
        entry["host_ip"] = _written(port.host_ip)
    if port.published:
        entry["published"] = _written(int(port.published) if port.published.isdecimal() else Quoted(port.published))
    if port.protocol is not None or write_defaults:
        protocol = port.protocol or "tcp"
        if protocol != "tcp" or write_defaults:
            entry["protocol"] = _written(protocol)
    if write_defaults:
        entry["mode"] = "ingress"
    return entry


def _written(value: int | str) -> int | str:
    return Quoted(value) if isinstance(value, str) and "$" in value else value


def canonical(port: Port) -> dict[str, int | str]:
    """The canonical object, with the reference's defaults; what is empty is left out."""
    entry: dict[str, int | str] = {"mode": "ingress", "target": port.target, "protocol": port.protocol or "tcp"}
    if port.host_ip:
        entry["host_ip"] = port.host_ip
    if port.published:
        entry["published"] = port.published
    return entry


def canonical_long(entry: Mapping[str, object]) -> dict[str, object]:
    """The canonical object of an entry that is written in long form."""
    made: dict[str, object] = {"mode": "ingress", "protocol": "tcp", **entry}
    published = made.get("published")
    if published is None or published == "":
        made.pop("published", None)
    elif not isinstance(published, str):
        made["published"] = str(published)
    return made
