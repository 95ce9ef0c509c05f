"""Rules about `ports`: what the reference refuses, and what it swallows."""

from __future__ import annotations

from collections.abc import Iterator

from composefmt.compose import ports
from composefmt.compose.fields import item_text
from composefmt.compose.file import text_span
from composefmt.compose.short import Answer, Malformed, Parsed
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Scalar

_ITEMS = "services.*.ports.*"


def _answer(element: Element) -> tuple[Scalar, Answer[ports.Port]] | None:
    node = element.node
    if type(node) is not Scalar:
        return None
    text = item_text(node)
    return None if text is None else (node, ports.parse_short(text, element.file.options.environment))


def _malformed(element: Element, name: str) -> Iterator[Problem]:
    found = _answer(element)
    if found is not None and isinstance(found[1], Malformed) and found[1].rule == name:
        node, answer = found
        yield Problem(text_span(element.file.source, node, answer.start, answer.end), f'service "{element.service}": {answer.message}', answer.help)


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
    yield from _malformed(element, "invalid-port")


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
    yield from _malformed(element, "port-range-mismatch")


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
    found = _answer(element)
    if found is None or not isinstance(found[1], Parsed):
        return
    node, answer = found
    for doubt in answer.doubts:
        fix = None
        if doubt.replacement is not None and node.span == text_span(element.file.source, node, 0, len(node.value)):
            fix = Fix(f'write "{doubt.replacement}"', (Edit(node.content, node.end, doubt.replacement),))
        yield Problem(text_span(element.file.source, node, doubt.start, doubt.end), f'service "{element.service}": {doubt.message}', doubt.help, fix)


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
    if type(node) is Scalar and item_text(node) is None and node.tag is None and node.value:
        yield Problem(node.span, f'service "{element.service}": port {node.value} is not a whole number', f'a port looks like "{ports.EXAMPLE}"')
