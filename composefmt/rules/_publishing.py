"""What the rules on published ports share: which host ports each service takes, and where the file says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import interpolation, ports
from composefmt.compose.fields import item_text
from composefmt.compose.file import text_span
from composefmt.compose.port_syntax import LAST_PORT, PROTOCOLS, Port, Range, take_apart
from composefmt.compose.short import Parsed
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span

# Addresses that stand for all interfaces, or for all of one kind.
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


class Publication(NamedTuple):
    """One host port that a service takes. `host` is its number, 0 where it is a range or hidden by a variable.

    `certain` is False where a variable's value was taken from its default or from the environment. `node` is the whole
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
        """The host port with its address and protocol, as a message names it."""
        address = f"[{self.address}]:" if ":" in self.address else f"{self.address}:" if self.address else ""
        return f"{address}{self.host}" + (f"/{self.protocol}" if self.protocol != "tcp" else "")

    def span(self, file: ComposeFile) -> Span:
        """The stretch of the text that names the host port."""
        if isinstance(self.node, Mapping):
            return resolve(file.entries(self.node)["published"][1]).span
        text = item_text(self.node) or ""
        piece = take_apart(text, interpolation.mask(text)).published
        return text_span(file.source, self.node, piece.start, piece.end)


def published_ports(file: ComposeFile, service: str, node: Node) -> Iterable[Publication]:
    """The ports that an item of `ports` publishes, one for each container port; none where it publishes nothing."""
    item = resolve(node)
    if type(item) is Scalar and "-" in item.value:
        # A range may be of thousands, too many to keep.
        return _published(file, service, item)
    # Half a dozen rules ask.
    return file.once(_kept, service, item)


def _kept(file: ComposeFile, service: str, item: Node) -> list[Publication]:
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
    if isinstance(entries, Range) and not file.once(_Room).holds(service, item, len(entries)):
        entries = entries.ends
    for port in entries:
        if port.published:
            yield _publication(file, service, port, item)


class _Room:
    """As many ports as a host has: of ranges beyond these only the ends are looked at."""

    def __init__(self, _: ComposeFile) -> None:
        self.left = LAST_PORT * len(PROTOCOLS)
        self.known: dict[tuple[str, int], bool] = {}

    def holds(self, service: str, item: Scalar, count: int) -> bool:
        """Whether there is room for the ports of an item of a service, which then is always looked at as a whole."""
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
