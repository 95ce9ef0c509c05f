"""Helpers of the rules on published ports: the host ports of each service and their locations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import interpolation, ports
from composefmt.compose.fields import item_text
from composefmt.compose.file import text_span
from composefmt.compose.parse_result import Parsed
from composefmt.compose.port_syntax import LAST_PORT, PROTOCOLS, Port, Range, take_apart
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span

# Addresses of all interfaces, or of all IPv4 or IPv6 interfaces.
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


class Publication(NamedTuple):
    """One host port that a service publishes. `host` is its number, 0 for a range or an unknown variable.

    `certain` is False if a variable was replaced by its default or by a value from the environment. `node` is the whole
    item.
    """

    service: str
    host: int
    target: str
    address: str
    protocol: str
    certain: bool
    node: Scalar | Mapping

    @property
    def shown(self) -> str:
        """Return the host port with its address and protocol, as messages show it."""
        address = f"[{self.address}]:" if ":" in self.address else f"{self.address}:" if self.address else ""
        return f"{address}{self.host}" + (f"/{self.protocol}" if self.protocol != "tcp" else "")

    def span(self, file: ComposeFile) -> Span:
        """Return the location of the host port."""
        if isinstance(self.node, Mapping):
            return resolve(file.entries(self.node)["published"][1]).span
        text = item_text(self.node) or ""
        piece = take_apart(text, interpolation.mask(text)).published
        return text_span(file.source, self.node, piece.start, piece.end)


def published_ports(file: ComposeFile, service: str, node: Node) -> Iterable[Publication]:
    """Return the ports that an item of `ports` publishes, one for each container port; empty if it publishes none."""
    item = resolve(node)
    if type(item) is Scalar and "-" in item.value:
        # A range may have thousands of ports, too many to cache.
        return _published(file, service, item)
    # Several rules read the same item.
    return file.once(_listed, service, item)


def _listed(file: ComposeFile, service: str, item: Node) -> list[Publication]:
    return list(_published(file, service, item))


def _published(file: ComposeFile, service: str, item: Node) -> Iterator[Publication]:
    if type(item) is Mapping:
        yield from _long(file, service, item)
    elif type(item) is Scalar:
        yield from _short(file, service, item)


def _short(file: ComposeFile, service: str, item: Scalar) -> Iterator[Publication]:
    text = item_text(item)
    if not text or ":" not in text:
        return
    answer = ports.parse_short(text, file.options.environment)
    if not isinstance(answer, Parsed):
        return
    entries = answer.entries
    if isinstance(entries, Range) and not file.once(_Budget).holds(service, item, len(entries)):
        entries = entries.ends
    for port in entries:
        if port.published:
            yield _publication(file, service, port, item)


class _Budget:
    """A budget of as many ports as a host has; of ranges beyond it, only the first and last ports are compared."""

    def __init__(self, _: ComposeFile) -> None:
        self.left = LAST_PORT * len(PROTOCOLS)
        self.known: dict[tuple[str, int], bool] = {}

    def holds(self, service: str, item: Scalar, count: int) -> bool:
        """Return whether the budget covers an item of a service; the answer for an item never changes."""
        fits = self.known.get((service, id(item)))
        if fits is None:
            fits = self.known[service, id(item)] = count <= self.left
            self.left -= count if fits else 0
        return fits


def _long(file: ComposeFile, service: str, item: Mapping) -> Iterator[Publication]:
    entries = file.entries(item)
    texts = {}
    for key in ("target", "published", "host_ip", "protocol"):
        value = value_of(entries, key)
        if type(value) is Scalar:
            texts[key] = value
    if "published" in texts and texts["published"].value:
        target, address, protocol = (texts[key].value if key in texts else "" for key in ("target", "host_ip", "protocol"))
        port = Port(target, texts["published"].value, address, protocol or None)
        yield _publication(file, service, port, item)


def _publication(file: ComposeFile, service: str, port: Port, item: Scalar | Mapping) -> Publication:
    certain = not any("$" in str(part) for part in port if part)
    published, target, address, protocol = (
        (str(part or "") if certain else interpolation.substituted(str(part or ""), file.options.environment, ""))
        for part in (port.published, port.target, port.host_ip, port.protocol)
    )
    host = int(published) if published.isascii() and published.isdecimal() and len(published) < len("100000") else 0
    return Publication(service, host, target, address, (protocol or "tcp").lower(), certain, item)
