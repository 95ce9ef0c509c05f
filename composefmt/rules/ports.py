"""Rules on `ports`: entries that Docker Compose refuses, and parts that it ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import ports
from composefmt.compose.fields import item_text
from composefmt.compose.file import first_line
from composefmt.compose.parse_result import Parsed
from composefmt.compose.schema.spaced import meant_text
from composefmt.findings import Severity
from composefmt.rules._short_forms import doubtful, malformed
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar
from composefmt.syntax.scalars import plain_value
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_ITEMS = "services.*.ports.*"
_MANY_PORTS = 16


@rule("invalid-port", Severity.ERROR, _ITEMS, group="ports")
def invalid_port(element: Element) -> Iterator[Problem]:
    """Detects ports that Docker Compose cannot parse.

    The short syntax is `[host_ip:][published:]target[/protocol]`. Ports are integers from 1 to 65535 or ranges of them, the
    host address is an IP address (IPv6 in brackets), and the protocol is tcp, udp or sctp. Docker Compose refuses a file with
    any other entry.

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

    Source: Compose Specification, 05-services, `ports`; compose-go, types/types.go, ParsePortConfig.
    """
    yield from malformed(element, ports.parse_short, "invalid-port")
    if type(element.node) is not Mapping or meant_text(element.path, element.file.values.value(element.node)) is not None:
        return
    entries = element.file.entries(element.node)
    if "target" not in entries:
        span = first_line(element.file.source, element.node.span)
        yield Problem(span, f'service "{element.service}": port is missing required key "target"', 'add the container port: "target: 80"')
    address = value_of(entries, "host_ip")
    if type(address) is Scalar and "$" not in address.value and not ports.is_address(address.value):
        message = f'service "{element.service}": invalid host_ip "{address.value}": it is not an IP address'
        yield Problem(address.span, message, 'use an address such as "127.0.0.1" or "::1"')


@rule("port-range-mismatch", Severity.ERROR, _ITEMS, group="ports")
def port_range_mismatch(element: Element) -> Iterator[Problem]:
    """Detects port ranges whose host and container ports differ in number.

    Each container port needs a host port of its own, so Docker Compose refuses the entry. A single container port may have a
    range of host ports: Docker then uses a free one.

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

    Source: go-connections, nat/nat.go, ParsePortSpec.
    """
    yield from malformed(element, ports.parse_short, "port-range-mismatch")


@rule("suspicious-port", Severity.WARNING, _ITEMS, group="ports")
def suspicious_port(element: Element) -> Iterator[Problem]:
    """Detects ports in short form of which Docker Compose silently ignores a part.

    `80-82-84` is read as `80-82`, and `80:80/udp/tcp` as udp only, so a port is not published as intended. The formatter keeps
    such an entry in short form to preserve the evidence.

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

    Source: go-connections, nat/nat.go, SplitProtoPort and ParsePortRange.
    """
    yield from doubtful(element, ports.parse_short, "suspicious-port")


@rule("invalid-type-of-port", Severity.ERROR, _ITEMS, group="ports")
def invalid_type_of_port(element: Element) -> Iterator[Problem]:
    """Detects ports that are neither a string, an integer nor a mapping.

    Docker Compose refuses the file.

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

    Source: compose-go, transform/ports.go.
    """
    node = element.node
    # The schema check reports all other types (wrong-type).
    if type(node) is Scalar and item_text(node) is None and node.value and (node.tag or isinstance(plain_value(node.value), float)):
        written = element.file.source.text[node.start : node.end] if node.tag else node.value
        message = f'service "{element.service}": port "{written}" is not an integer'
        yield Problem(node.span, message, f'use an integer, or a string such as "{ports.EXAMPLE}"')


@rule("port-out-of-range", Severity.WARNING, _ITEMS, group="ports")
def port_out_of_range(element: Element) -> Iterator[Problem]:
    """Detects ports in long form that are outside of 1 to 65535.

    TCP and UDP ports have 16 bits, so Docker Engine refuses to create the container. A published port of 0 is valid: Docker chooses a
    free one.

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

    Source: Compose Specification, 05-services, `ports`.
    """
    for key in ("target", "published") if type(element.node) is Mapping else ():
        node = value_of(element.file.entries(element.node), key)
        for text in node.value.split("-") if type(node) is Scalar else ():
            # Docker chooses a free port for a published port of 0.
            if text.isdecimal() and len(text) < 10 and not (0 if key == "published" else 1) <= int(text) <= 65535 and node is not None:
                kind = "container" if key == "target" else "published"
                message = f'service "{element.service}": {kind} port {text} is out of range (1-65535)'
                yield Problem(node.span, message, "use a port from 1 to 65535")


@rule("large-port-range", Severity.INFO, _ITEMS, group="ports")
def large_port_range(element: Element) -> Iterator[Problem]:
    """Checks for ranges of more than 16 ports; a larger `max-range` raises the limit.

    Docker starts a proxy process for each published port, so a large range slows down the start and uses memory.

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

    Source: Docker's documentation, "Port publishing and mapping"; composefmt's setting `max-range`.
    """
    node = element.node
    text = item_text(node) if type(node) is Scalar else None
    answer = ports.parse_short(text, element.file.options.environment) if text and "-" in text else None
    limit = max(_MANY_PORTS, element.file.options.max_range)
    if isinstance(answer, Parsed) and len(answer.entries) > limit:
        message = f'service "{element.service}": port range "{text}" covers {len(answer.entries)} ports, more than {limit}'
        yield Problem(node.span, message, 'publish fewer ports, or use "network_mode: host"')
