"""Draw a graph as a self-contained SVG: no font, no script, no other program."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.graph import NETWORK, SERVICE, VOLUME
from composefmt.project.graph_layout import place

if TYPE_CHECKING:
    from composefmt.project.graph import Edge, Graph, Node

_CHARACTER, _LINE, _PADDING = 7.5, 16, 10
_GAP, _LAYER_GAP, _MARGIN, _BEND = 14, 90, 20, 8
# With more dependencies than this, their conditions are shown only on hover.
_MAX_LABELS = 25
_FILL = {SERVICE: "#e8f0fe", NETWORK: "#e6f4ea", VOLUME: "#fef7e0"}
_STROKE = {SERVICE: "#1a56db", NETWORK: "#137333", VOLUME: "#b06000"}
_DASHES = {SERVICE: "", NETWORK: "", VOLUME: ' stroke-dasharray="4 3"'}

_STYLE = (
    "text{font:13px sans-serif;fill:#202124}.note{font-size:11px;fill:#5f6368}.label{font-size:10px;fill:#5f6368}"
    "path{fill:none;stroke-width:1.3}"
)


class Box(NamedTuple):
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The vertical center."""
        return self.y + self.height / 2


def to_svg(graph: Graph) -> str:
    """Return the graph as SVG."""
    placed = place(graph)
    nodes = {node.id: node for node in graph.nodes}
    boxes = _boxes(placed.layers, nodes)
    width = max((box.x + box.width for box in boxes.values()), default=0) + _MARGIN
    height = max((box.y + box.height for box in boxes.values()), default=0) + _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">',
        f"<title>{_escaped(graph.name)}</title>",
        f"<style>{_STYLE}</style>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" style="fill:{_STROKE[SERVICE]}"/></marker></defs>'
        ),
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    labelled = sum(1 for edge in graph.edges if edge.kind == SERVICE) <= _MAX_LABELS
    for edge, route in zip(graph.edges, placed.routes, strict=True):
        lines += _edge(edge, [boxes[node] for node in route], labelled=labelled)
    for node in graph.nodes:
        lines += _node(node, boxes[node.id])
    return "".join(line + "\n" for line in [*lines, "</svg>"])


def _boxes(layers: list[list[str]], nodes: dict[str, Node]) -> dict[str, Box]:
    """Return the boxes: layers side by side, each centered vertically."""
    sizes = {node_id: _size(nodes.get(node_id)) for layer in layers for node_id in layer}
    heights = [sum(sizes[node][1] for node in layer) + _GAP * max(len(layer) - 1, 0) for layer in layers]
    tallest = max(heights, default=0)
    boxes: dict[str, Box] = {}
    x = float(_MARGIN)
    for layer, height in zip(layers, heights, strict=True):
        widest = max((sizes[node][0] for node in layer), default=0)
        y = _MARGIN + (tallest - height) / 2
        for node in layer:
            own = sizes[node][1]
            boxes[node] = Box(x, y, widest, own)
            y += own + _GAP
        x += widest + _LAYER_GAP
    return boxes


def _size(node: Node | None) -> tuple[float, float]:
    if node is None:
        return 0, _BEND
    longest = max(len(text) for text in (node.name, *node.notes))
    return max(longest * _CHARACTER + 2 * _PADDING, 60), (1 + len(node.notes)) * _LINE + _PADDING


def _edge(edge: Edge, boxes: list[Box], *, labelled: bool) -> list[str]:
    """Return a curve from the right side of the first box to the left side of the last, through the bends."""
    forward = boxes[0].x <= boxes[-1].x
    start, end = boxes[0], boxes[-1]
    points = [(start.x + start.width if forward else start.x, start.middle)]
    for box in boxes[1:-1]:
        sides = (box.x, box.x + box.width)
        points += [(x, box.middle) for x in (sides if forward else sides[::-1])]
    points.append((end.x if forward else end.x + end.width, end.middle))
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        half = (x + to_x) / 2
        path += f"C{half:.1f} {y:.1f} {half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    tip = ' marker-end="url(#tip)"' if edge.kind == SERVICE else ""
    title = f"<title>{_escaped(edge.label)}</title>" if edge.label else ""
    lines = [f'<path d="{path}" stroke="{_STROKE[edge.kind]}"{_DASHES[edge.kind]}{tip}>{title}</path>']
    if edge.label and edge.kind == SERVICE and labelled:
        x, y = (points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2
        lines.append(f'<text class="label" x="{x:.1f}" y="{y - 4:.1f}" text-anchor="middle">{_escaped(edge.label)}</text>')
    return lines


def _node(node: Node, box: Box) -> list[str]:
    radius = {SERVICE: 4.0, NETWORK: box.height / 2, VOLUME: 10.0}[node.kind]
    middle = box.x + box.width / 2
    lines = [
        (
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius:.1f}" '
            f'fill="{_FILL[node.kind]}" stroke="{_STROKE[node.kind]}"><title>{node.kind} {_escaped(node.name)}</title></rect>'
        )
    ]
    for index, text in enumerate((node.name, *node.notes)):
        y = box.y + _PADDING / 2 + _LINE * index + 12
        kind = ' class="note"' if index else ""
        lines.append(f'<text{kind} x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{_escaped(text)}</text>')
    return lines


def _escaped(text: str) -> str:
    printable = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return printable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
