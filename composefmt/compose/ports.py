"""Ports: parse short forms, with and without variables, and return their long forms and canonical objects.

Source: the specification's 05-services, `ports`; the reference's types/types.go and transform/ports.go.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.interpolation import Variable
from composefmt.compose.parse_result import Answer, Opaque, Parsed, ShortSyntax
from composefmt.compose.port_syntax import EXAMPLE, Port, Range, bad, first_and_last, is_address, literal, take_apart
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from composefmt.options import Options

__all__ = ["EXAMPLE", "Port", "canonical", "canonical_long", "in_order", "is_address", "long_entry", "parse_short", "short_text", "taken"]

_DIGITS_OR_VARIABLE = r"[0-9\0]+(?:-[0-9\0]+)?"


def _with_variables(value: str, masked: str, environment: Mapping[str, str]) -> Answer[Port]:
    """Parse an entry with variables if each part is certain to stay one part (see `Options.variables`)."""
    pieces = take_apart(value, masked)
    for piece, pattern in ((pieces.published, _DIGITS_OR_VARIABLE), (pieces.target, r"[0-9\0]+")):
        if piece.text and not re.fullmatch(pattern, masked[piece.start : piece.end]):
            return Opaque("a variable hides where its parts start")
    if not masked.strip("\0"):
        return Opaque("its variable may contain a published port and a container port")
    if pieces.rest.text or any(part.operator.endswith("+") for part in interpolation.split(value) if isinstance(part, Variable)):
        return Opaque("a variable hides its meaning")
    if not pieces.target.text:
        return bad(value, pieces.target, "missing container port", f'write the port as "{EXAMPLE}"')
    entry = Port(
        whole_number(pieces.target.text) if pieces.target.text.isdecimal() else pieces.target.text,
        str(whole_number(pieces.published.text)) if pieces.published.text.isdecimal() else pieces.published.text,
        pieces.host_ip.text.strip("[]") if "\0" not in masked[: pieces.host_ip.end] else pieces.host_ip.text,
        (pieces.protocol.text if "$" in pieces.protocol.text else pieces.protocol.text.lower()) or None,
    )
    for known in {(): {}, tuple(environment): environment}.values():
        if not _same_with(value, entry, known):
            return Opaque("a variable may be empty or contain more than one part")
    return Parsed((entry,))


def _same_with(value: str, entry: Port, environment: Mapping[str, str]) -> bool:
    """Return whether the short and the long form are equivalent with these variables."""
    try:
        short = literal(interpolation.substitute(value, environment))
        target, published, host_ip, protocol = (
            interpolation.substitute(str(part), environment) if part is not None else None for part in entry
        )
    except (interpolation.MissingVariable, interpolation.InvalidInterpolation):
        return True
    if not isinstance(short, Parsed):
        # With these values the file is rejected in both forms, except for the address: the long form accepts any.
        return not entry.host_ip or (is_address(host_ip or "") and (":" not in (host_ip or "") or value.startswith("[")))
    if short.doubts or len(short.entries) != 1 or not (target or "").isdecimal():
        return False
    if (entry.host_ip and not host_ip) or (entry.protocol and not protocol):
        return False
    long = Port(whole_number(target or "0"), published or "", host_ip or "", protocol)
    return short.entries[0]._replace(protocol=(short.entries[0].protocol or "tcp")) == long._replace(protocol=long.protocol or "tcp")


parse_short: ShortSyntax[Port] = ShortSyntax(literal, _with_variables)


def taken(entries: Sequence[Port]) -> tuple[Hashable, int, int]:
    """Return what one short form without variables publishes: its other settings, and the first and last container port.

    Two short forms with equal settings and overlapping ports publish the same port.
    """
    port, _ = first_and_last(entries)
    apart = int(port.published) - int(port.target) if port.published.isdecimal() else port.published
    first, last = (entries.first, entries.last) if isinstance(entries, Range) else (int(port.target), int(port.target))
    return (port.host_ip, port.protocol or "tcp", apart), first, last


def in_order(entries: Sequence[Port]) -> bool:
    """Return whether a range's entries are in numeric order: false for 9-10 because "10" sorts before "9"."""
    return all(int(a.target) < int(b.target) for a, b in pairwise(entries))


def long_entry(port: Port, options: Options) -> dict[str, int | str]:
    """Return the long form to write, keys in the specification's order.

    A published port is a string, as in every short form: Docker Compose treats the number 8080 as another port when it
    merges files (compose-go, override/uncity.go). `docker stack deploy` needs the number.
    """
    entry: dict[str, int | str] = {"target": port.target}
    if port.host_ip:
        entry["host_ip"] = port.host_ip
    if port.published:
        is_number = options.engine == "swarm" and port.published.isdecimal()
        entry["published"] = whole_number(port.published) if is_number else port.published
    protocol = port.protocol or "tcp"
    if protocol != "tcp" or options.write_defaults:
        entry["protocol"] = protocol
    if options.write_defaults:
        entry["mode"] = "ingress"
    return entry


def short_text(entry: Mapping[str, object]) -> str | None:
    """Return a candidate short form of a long entry; None if it has keys that the short form cannot express."""
    if set(entry) - {"target", "published", "host_ip", "protocol", "mode"} or entry.get("mode", "ingress") != "ingress":
        return None
    published, address = str(entry.get("published") or ""), str(entry.get("host_ip") or "")
    if ":" in address and not address.startswith("["):
        address = f"[{address}]"
    front = f"{address}:{published}:" if address else f"{published}:" if published else ""
    protocol = str(entry.get("protocol") or "tcp")
    return f"{front}{entry.get('target')}" + (f"/{protocol}" if protocol != "tcp" else "")


def canonical(port: Port, options: Options | None = None) -> dict[str, int | str]:  # noqa: ARG001 - as for volumes
    """Return the canonical object of a short form, with Docker Compose's defaults; empty values are omitted."""
    entry: dict[str, int | str] = {"mode": "ingress", "target": port.target, "protocol": port.protocol or "tcp"}
    if port.host_ip:
        entry["host_ip"] = port.host_ip
    if port.published:
        entry["published"] = port.published
    return entry


def canonical_long(entry: Mapping[str, object], options: Options | None = None) -> dict[str, object]:
    """Return the canonical object of a long form.

    The published port is a string, unless the options of a rewrite demand that merges identify the same port.
    """
    made: dict[str, object] = {"mode": "ingress", "protocol": "tcp", **entry}
    published = made.get("published")
    if published is None or published == "":
        made.pop("published", None)
    elif not isinstance(published, str) and (options is None or options.engine == "swarm"):
        made["published"] = str(published)
    return made
