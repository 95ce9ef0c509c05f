"""A project as a graph of services, dependencies, networks and volumes, in Mermaid and DOT syntax."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.consistency import part, rows, section
from composefmt.project.summary import published_ports

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from composefmt.project.model import Model
    from composefmt.project.project import Project

SERVICE, NETWORK, VOLUME = "service", "network", "volume"

# A network used by more services is named in their boxes instead: so many edges would hide all others.
_MAX_LINES = 8

# Abbreviated dependency conditions; `service_started` is the default.
_CONDITIONS = {"service_healthy": "healthy", "service_completed_successfully": "completed"}


class Node(NamedTuple):
    """A service, network or volume: an id for other programs, its name, and the lines below the name."""

    id: str
    kind: str
    name: str
    notes: tuple[str, ...] = ()


class Edge(NamedTuple):
    """An edge from a service to what it depends on or uses; `kind` is that of the target."""

    source: str
    target: str
    kind: str
    label: str = ""


class Graph(NamedTuple):
    """All nodes and edges, services first, sorted by name."""

    name: str
    nodes: list[Node]
    edges: list[Edge]


def graph_of(project: Project, kinds: Collection[str]) -> Graph:
    """Return the graph of a project; `kinds` are the kinds of nodes to include besides services.

    The default network is omitted if all services with a network use it.
    """
    services = section(project.model, "services")
    common = _common_networks(services)
    noted = common if NETWORK in kinds else {}
    nodes = {
        ("service", name): Node(f"s{index}", SERVICE, name, (*published_ports(service), *_network_note(service, noted)))
        for index, (name, service) in enumerate(sorted(services.items()))
    }
    edges: list[Edge] = []
    for name, service in sorted(services.items()):
        source = nodes["service", name].id
        for other, use in sorted(section(service, "depends_on").items()):
            if other in services:
                label = _CONDITIONS.get(str(use.get("condition")), "")
                edges.append(Edge(source, nodes["service", other].id, SERVICE, label))
        used = [(NETWORK, network, "") for network in sorted(part(service, "networks")) if network not in common]
        used += [
            (VOLUME, str(row["source"]), str(row.get("target", "")))
            for row in rows(service, "volumes")
            if row.get("type") == "volume" and "source" in row
        ]
        for kind, target, label in used:
            if kind in kinds:
                node = nodes.setdefault((kind, target), Node(f"{kind[0]}{len(nodes)}", kind, target))
                edges.append(Edge(source, node.id, kind, label))
    return Graph(project.name, list(nodes.values()), edges)


def _common_networks(services: Mapping[str, Model]) -> dict[str, bool]:
    """Return the networks that are not drawn, and whether the services' boxes name them."""
    connected = [part(service, "networks") for service in services.values() if service.get("networks")]
    uses = Counter(network for networks in connected for network in networks)
    common = {network: True for network, number in uses.items() if number > _MAX_LINES}
    if all("default" in networks for networks in connected):
        common["default"] = False
    return common


def _network_note(service: Model, common: Mapping[str, bool]) -> tuple[str, ...]:
    named = [network for network in sorted(part(service, "networks")) if common.get(network)]
    return (f"in {', '.join(named)}",) if named else ()


_MERMAID_SHAPES = {SERVICE: ('["', '"]'), NETWORK: ('(["', '"])'), VOLUME: ('[("', '")]')}
_MERMAID_LINES = {SERVICE: "-->", NETWORK: "---", VOLUME: "-.-"}


def to_mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    for node in graph.nodes:
        opening, closing = _MERMAID_SHAPES[node.kind]
        lines.append(f"  {node.id}{opening}{'<br/>'.join(map(_mermaid, (node.name, *node.notes)))}{closing}")
    for edge in graph.edges:
        label = f'|"{_mermaid(edge.label)}"|' if edge.label and edge.kind == SERVICE else ""
        lines.append(f"  {edge.source} {_MERMAID_LINES[edge.kind]}{label} {edge.target}")
    return "".join(line + "\n" for line in lines)


def _mermaid(text: str) -> str:
    # A label that starts with a backtick is read as Markdown.
    escapes = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "&": "#amp;", "`": "#96;"}
    return "".join(escapes.get(character, character) for character in _one_line(text))


_DOT_SHAPES = {SERVICE: "box", NETWORK: "ellipse", VOLUME: "cylinder"}
_DOT_LINES = {SERVICE: "", NETWORK: "dir=none", VOLUME: "dir=none style=dashed"}


def to_dot(graph: Graph) -> str:
    """Return the graph in DOT, the language of Graphviz."""
    lines = [
        f"digraph {_dot(graph.name)} {{",
        "  rankdir=LR",
        '  node [fontname="sans-serif"]',
        '  edge [fontname="sans-serif" fontsize=10]',
    ]
    for node in graph.nodes:
        label = "\\n".join(_dot(text)[1:-1] for text in (node.name, *node.notes))
        lines.append(f'  {node.id} [shape={_DOT_SHAPES[node.kind]} label="{label}"]')
    for edge in graph.edges:
        options = [_DOT_LINES[edge.kind], f"label={_dot(edge.label)}" if edge.label and edge.kind == SERVICE else ""]
        shown = " ".join(option for option in options if option)
        lines.append(f"  {edge.source} -> {edge.target}{f' [{shown}]' if shown else ''}")
    return "".join(line + "\n" for line in [*lines, "}"])


def _dot(text: str) -> str:
    escaped = _one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _one_line(text: str) -> str:
    """Return a text without line breaks and control characters, which could start a statement of their own."""
    return "".join(character if character.isprintable() else " " for character in text)
