"""Rules about items of lists: duplicates, ports under `expose`, and names of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.dual import DUALS, MixedItems
from composefmt.compose.port_syntax import LAST_PORT
from composefmt.findings import Related, Severity
from composefmt.project.values import frozen
from composefmt.rules._fixes import deleted, nearest
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Node, Scalar, Sequence, resolve
from composefmt.syntax.values import Values

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

# Lists of which Docker Compose merges equal items; it refuses others with equal items.
_SETS = ("cap_add", "cap_drop", "configs", "devices", "dns", "dns_opt", "dns_search", "env_file", "expose", "links", "secrets")


@rule("duplicate-item", Severity.WARNING, *(f"services.*.{key}" for key in _SETS), group="structure")
def duplicate_item(element: Element) -> Iterator[Problem]:
    """Detects lists with two equal items.

    Docker Compose keeps one of them. The other was probably meant to be another one.

    Bad:

        services:
          web:
            image: nginx
            cap_drop: [NET_RAW, NET_RAW]

    Good:

        services:
          web:
            image: nginx
            cap_drop: [NET_RAW, MKNOD]

    Source: compose-go, override/uncity.go.
    """
    node = element.node
    if type(node) is not Sequence:
        return
    first: dict[Hashable, Node] = {}
    for item in map(resolve, element.file.items(node)):
        written, same = _item(element, item)
        other = first.setdefault(same, item)
        if other is not item:
            yield Problem(
                item.span,
                f'service "{element.service}": duplicate item "{written}" in "{element.path[-1]}"',
                "remove one of the two",
                deleted(element.file, item, "remove the duplicate item", safe=True),
                related=(Related(other.span, "first item"),),
            )


def _item(element: Element, item: Node) -> tuple[str, Hashable]:
    """Return an item as messages show it, and a key that is the same for equal items in short and long form."""
    value = Values().value(item)
    shown = value.get("source", value.get("path")) if isinstance(value, dict) else getattr(item, "value", None)
    reader = next((dual.reader for dual in DUALS if dual.name == element.path[-1]), None)
    same = reader.canonical([value]) if isinstance(reader, MixedItems) else value
    return str(shown if shown is not None else value), frozen(same)


@rule("invalid-expose", Severity.WARNING, "services.*.expose.*", group="ports", scope="project")
def invalid_expose(element: Element) -> Iterator[Problem]:
    """Detects ports under `expose` that are not valid.

    A port has the form `port`, `start-end` or `port/protocol`. Docker Compose does not create the container if the port is not a number
    from 1 to 65535. An unknown protocol is ignored.

    Bad:

        services:
          web:
            image: nginx
            expose: ["80/tpc", "web"]

    Good:

        services:
          web:
            image: nginx
            expose: ["80", "8000-8010/udp"]

    Source: Docker Compose, pkg/compose/create.go, buildContainerPorts; Moby, api/types/network/port.go, ParsePortRange.
    """
    node = element.node
    if type(node) is not Scalar or not node.value or "$" in node.value:
        return
    ports, sign, protocol = node.value.partition("/")
    what = f'service "{element.service}": invalid port "{node.value}" in "expose"'
    found = pattern(r"([0-9]+)(?:-([0-9]+))?").fullmatch(ports)
    start, end = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 0 < start <= end <= LAST_PORT:
        is_published = ":" in node.value
        advice = 'publish ports under "ports"' if is_published else f"use a port or a range from 1 to {LAST_PORT}, such as 8080"
        yield Problem(node.span, what, advice)
    elif sign and protocol.lower() not in ("tcp", "udp", "sctp"):
        near = [f"{ports}/{each}" for each in ("tcp", "udp", "sctp")]
        advice, fix = nearest(element, node, node.value.lower(), near, "use the protocol tcp, udp or sctp")
        yield Problem(node.span, f'{what}: unknown protocol "{protocol}"', advice, fix)


@rule("space-in-variable-name", Severity.WARNING, "services.*.environment.*", group="environment")
def space_in_variable_name(element: Element) -> Iterator[Problem]:
    """Detects environment variables whose name contains a space.

    Docker sets such a variable, but shells and most programs cannot read it. The rule `space-around-equals` reports a space before
    the equals sign.

    Bad:

        services:
          web:
            image: nginx
            environment:
              LOG LEVEL: debug

    Good:

        services:
          web:
            image: nginx
            environment:
              LOG_LEVEL: debug

    Source: POSIX, Base Definitions 8.1, "Environment Variable Definition".
    """
    node, key = element.node, element.key
    item = key if key is not None else node
    if type(item) is not Scalar or (key is None and "=" not in item.value):
        return
    name = item.value.partition("=")[0] if key is None else item.value
    if item.tag is None and pattern(r"[\w.-]+(?:\s+[\w.-]+)+").fullmatch(name):
        meant = "_".join(name.split())
        message = f'service "{element.service}": name of variable "{name}" contains a space'
        yield Problem(item.span, message, f'use "{meant}"')
