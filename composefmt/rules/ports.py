"""Rules about `ports`: what the reference refuses, and what it swallows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import ports
from composefmt.compose.fields import item_text
from composefmt.compose.file import first_line
from composefmt.compose.schema.spaced import meant_text
from composefmt.compose.short import Parsed
from composefmt.findings import Severity
from composefmt.rules._short_forms import doubtful, malformed
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar
from composefmt.syntax.scalars import plain_value
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_ITEMS = "services.*.ports.*"


@rule("invalid-port", Severity.ERROR, _ITEMS, group="ports")
def invalid_port(element: Element) -> Iterator[Problem]:
    """A port that cannot be read.

    The short syntax is `[host_ip:][published:]target[/protocol]`: ports are whole numbers from 1 to 65535 or ranges of
    them, the host address is an IP address (IPv6 in brackets), the protocol is tcp, udp or sctp.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - "80:http"

    Good:

        services:
          web:
            image: nginx
            ports:
              - "8080:80"

    Source: the specification's 05-services, `ports`; the reference's types/types.go, ParsePortConfig.
    """
    yield from malformed(element, ports.parse_short, "invalid-port")
    if type(element.node) is not Mapping or meant_text(element.path, element.file.values.value(element.node)) is not None:
        return
    entries = element.file.entries(element.node)
    if "target" not in entries:
        span = first_line(element.file.source, element.node.span)
        yield Problem(span, f'service "{element.service}": a port has no target', 'name the port inside the container: "target: 80"')
    address = value_of(entries, "host_ip")
    if type(address) is Scalar and "$" not in address.value and not ports.is_address(address.value):
        message = f'service "{element.service}": host_ip "{address.value}" is not an IP address'
        yield Problem(address.span, message, 'use an address such as "127.0.0.1" or "::1"')


@rule("port-range-mismatch", Severity.ERROR, _ITEMS, group="ports")
def port_range_mismatch(element: Element) -> Iterator[Problem]:
    """A range of container ports is published on a range of another length.

    Each container port needs a host port of its own. Only a single container port may have a range: then a free one
    of it is taken.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - "3000-3005:4000-4004"

    Good:

        services:
          web:
            image: nginx
            ports:
              - "3000-3004:4000-4004"

    Source: go-connections' nat/nat.go, ParsePortSpec, through which the reference reads ports.
    """
    yield from malformed(element, ports.parse_short, "port-range-mismatch")


@rule("suspicious-port", Severity.WARNING, _ITEMS, group="ports")
def suspicious_port(element: Element) -> Iterator[Problem]:
    """A port of which the reference ignores a part without a word.

    `80-82-84` is read as `80-82`, `80:80/udp/tcp` as udp only. Such an entry stays short when formatting, so that the
    mistake is not hidden.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - "80:80/udp/tcp"

    Good:

        services:
          web:
            image: nginx
            ports:
              - "80:80/udp"
              - "80:80/tcp"

    Source: go-connections' nat/nat.go, SplitProtoPort and ParsePortRange.
    """
    yield from doubtful(element, ports.parse_short, "suspicious-port")


@rule("invalid-type-of-port", Severity.ERROR, _ITEMS, group="ports")
def invalid_type_of_port(element: Element) -> Iterator[Problem]:
    """A port that is neither text, a whole number nor a mapping.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - 80.5

    Good:

        services:
          web:
            image: nginx
            ports:
              - 80

    Source: the reference's transform/ports.go.
    """
    node = element.node
    # What the schema takes for no port at all, wrong-type tells.
    if type(node) is Scalar and item_text(node) is None and node.value and (node.tag or isinstance(plain_value(node.value), float)):
        written = element.file.source.text[node.start : node.end] if node.tag else node.value
        message = f'service "{element.service}": port {written} is not a whole number'
        yield Problem(node.span, message, f'a port looks like "{ports.EXAMPLE}"')


@rule("port-out-of-range", Severity.WARNING, _ITEMS, group="ports")
def port_out_of_range(element: Element) -> Iterator[Problem]:
    """A port in the long form is none of 1 to 65535, so that the container does not start.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - target: 80800

    Good:

        services:
          web:
            image: nginx
            ports:
              - target: 8080

    Source: the specification's 05-services, `ports`; TCP's ports have 16 bits.
    """
    for key in ("target", "published") if type(element.node) is Mapping else ():
        node = value_of(element.file.entries(element.node), key)
        for text in node.value.split("-") if type(node) is Scalar else ():
            # A published port of 0 is one that Docker chooses.
            if text.isdecimal() and len(text) < 10 and not (0 if key == "published" else 1) <= int(text) <= 65535 and node is not None:
                yield Problem(node.span, f'service "{element.service}": {key} {text} is no port', "ports go from 1 to 65535")


@rule("large-port-range", Severity.INFO, _ITEMS, group="ports")
def large_port_range(element: Element) -> Iterator[Problem]:
    """A range of more ports than `max-range` (16), which stays in the short form.

    Bad:

        services:
          turn:
            image: coturn/coturn
            ports:
              - "49160-49200:49160-49200/udp"

    Good:

        services:
          turn:
            image: coturn/coturn
            ports:
              - "49160-49170:49160-49170/udp"

    Source: composefmt's own setting `max-range`; Docker starts a proxy for each published port.
    """
    node = element.node
    text = item_text(node) if type(node) is Scalar else None
    answer = ports.parse_short(text, element.file.options.environment) if text and "-" in text else None
    if isinstance(answer, Parsed) and len(answer.entries) > element.file.options.max_range:
        message = f'service "{element.service}": "{text}" stands for {len(answer.entries)} ports, and stays short'
        yield Problem(node.span, message, "Docker starts a proxy for each: publish fewer, or use the network of the host")
