"""Lay out a graph in layers from left to right with few crossings.

Sugiyama's method: each node is right of its predecessors, long edges bend around the nodes between, and the order within
a layer follows the average position of the neighbors.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from composefmt.project.graph import Graph

_SWEEPS = 8


class PlacedNode(NamedTuple):
    """The layers of ids (including ids of bends), and the ids that each edge passes."""

    layers: list[list[str]]
    routes: list[list[str]]


def place(graph: Graph) -> PlacedNode:
    """Return the layers of a graph and the route of each edge."""
    depth = _depths([node.id for node in graph.nodes], [(edge.source, edge.target) for edge in graph.edges])
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for node in graph.nodes:
        layers[depth[node.id]].append(node.id)
    routes: list[list[str]] = []
    known: set[str] = set()
    for edge in graph.edges:
        low, high = sorted((depth[edge.source], depth[edge.target]))
        # Edges to one target share their bends.
        side = "left" if depth[edge.source] < depth[edge.target] else "right"
        bends = [f"bend {edge.target} {side} {layer}" for layer in range(low + 1, high)]
        for layer, bend in zip(range(low + 1, high), bends, strict=True):
            if bend not in known:
                known.add(bend)
                layers[layer].append(bend)
        routes.append([edge.source, *(bends if depth[edge.source] < depth[edge.target] else reversed(bends)), edge.target])
    _order(layers, routes)
    return PlacedNode(layers, routes)


def _depths(ids: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the longest distance to each node; an edge that closes a cycle does not count."""
    leads: dict[str, list[str]] = {node: [] for node in ids}
    for source, target in edges:
        leads[source].append(target)
    order = _topological(ids, leads)
    rank = {node: index for index, node in enumerate(order)}
    depth = dict.fromkeys(ids, 0)
    for node in order:
        for target in leads[node]:
            if rank[target] > rank[node]:
                depth[target] = max(depth[target], depth[node] + 1)
    return depth


def _topological(ids: Sequence[str], leads: Mapping[str, list[str]]) -> list[str]:
    """Return the nodes in topological order, ignoring cycles."""
    done: set[str] = set()
    order: list[str] = []
    for start in ids:
        pending = [(start, False)]
        while pending:
            node, left = pending.pop()
            if left:
                order.append(node)
            elif node not in done:
                done.add(node)
                pending.append((node, True))
                pending += [(target, False) for target in leads[node] if target not in done]
    return order[::-1]


def _order(layers: list[list[str]], routes: list[list[str]]) -> None:
    """Sort each layer by the positions of its nodes' neighbors, forward and backward."""
    neighbors: dict[str, list[str]] = {node: [] for layer in layers for node in layer}
    for route in routes:
        for one, other in itertools.pairwise(route):
            neighbors[one].append(other)
            neighbors[other].append(one)
    for sweep in range(_SWEEPS):
        for index in range(1, len(layers)) if sweep % 2 == 0 else range(len(layers) - 2, -1, -1):
            beside = layers[index - 1 if sweep % 2 == 0 else index + 1]
            position = {node: place / max(len(beside) - 1, 1) for place, node in enumerate(beside)}
            own = {node: place / max(len(layers[index]) - 1, 1) for place, node in enumerate(layers[index])}

            def middle(node: str, position: Mapping[str, float] = position, own: Mapping[str, float] = own) -> float:
                found = [position[other] for other in neighbors[node] if other in position]
                return sum(found) / len(found) if found else own[node]

            layers[index].sort(key=middle)
