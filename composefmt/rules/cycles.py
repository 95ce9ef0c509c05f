"""Rules about services that need or extend each other in a circle, and about files that are included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._project import Name, extended, is_active, used
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("dependency-cycle", Severity.ERROR, group="references")
def dependency_cycle(element: Element) -> Iterator[Problem]:
    """Services depend on each other in a circle, so that none can start first.

    Bad:

        services:
          web:
            image: nginx
            depends_on: [api]
          api:
            image: my/api
            depends_on: [web]

    Good:

        services:
          web:
            image: nginx
            depends_on: [api]
          api:
            image: my/api

    Source: the reference's graph package, CheckCycle.
    """
    file = element.file
    edges: dict[str, list[Name]] = {}
    for name, service in file.services():
        entry = file.entries(service).get("depends_on")
        if entry is not None and is_active(file, name):
            edges[name] = list(used(file, entry[1]))
    yield from _cycles(edges, "depends on")


@rule("extends-cycle", Severity.ERROR, group="references")
def extends_cycle(element: Element) -> Iterator[Problem]:
    """Services extend each other in a circle.

    Bad:

        services:
          web:
            extends: api
          api:
            extends: web

    Good:

        services:
          web:
            extends: api
          api:
            image: my/api

    Source: the reference's loader/extends.go.
    """
    file = element.file
    edges: dict[str, list[Name]] = {}
    for name, service in file.services():
        entry = file.entries(service).get("extends")
        if entry is not None:
            edges[name] = list(extended(file, resolve(entry[1])))
    yield from _cycles(edges, "extends")


def _cycles(edges: dict[str, list[Name]], verb: str) -> Iterator[Problem]:
    """A problem for each circle, at the edge that closes it, with the places of the others."""
    done: set[str] = set()
    for start in edges:
        path: dict[str, int] = {}
        trail: list[Name] = []
        # Depth first, without recursion: a long chain of services must not exhaust the stack.
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, index = stack.pop()
            if index == 0:
                path[name] = len(path)
            following = edges.get(name, [])
            if index == len(following) or name in done:
                done.add(name)
                path.pop(name)
                if trail:
                    trail.pop()
                continue
            stack.append((name, index + 1))
            edge = following[index]
            if edge.text in path:
                circle = list(path)[path[edge.text] :]
                shown = " -> ".join([*circle, edge.text])
                related = tuple(Related(step.node.span, f'"{step.text}" is needed here') for step in trail[len(trail) - len(circle) + 1 :])
                yield Problem(edge.node.span, f'"{name}" {verb} itself: {shown}', "break the circle", related=related)
            elif edge.text in edges and edge.text not in done:
                trail.append(edge)
                stack.append((edge.text, 0))


@rule("include-remote", Severity.WARNING, "include.*", "include.*.path", "include.*.path.*", group="references")
def include_remote(element: Element) -> Iterator[Problem]:
    """A file is included from elsewhere; composefmt never fetches it, so what it defines is not known here.

    Bad:

        include:
          - oci://registry.example.org/base:1

    Good:

        include:
          - ./base.yaml

    Source: the specification's 14-include.
    """
    node = element.node
    if type(node) is Scalar and ("://" in node.value or node.value.startswith("git@")):
        yield Problem(node.span, f'"{node.value}" is not fetched, so what it defines is not known', "include a local file, or ignore this")


@rule("include-cycle", Severity.ERROR, "include.*", "include.*.path", "include.*.path.*", group="references")
def include_cycle(element: Element) -> Iterator[Problem]:
    """A file includes itself.

    In a file named compose.yaml, `include: [compose.yaml]` does so. Longer circles show when the project is loaded, as by
    `composefmt config`.

    Source: the specification's 14-include; the reference's loader/include.go.
    """
    import os

    node, filename = element.node, element.file.source.filename
    if type(node) is Scalar and os.path.normpath(node.value) == os.path.basename(filename):
        yield Problem(node.span, f'"{node.value}" is this file itself', "delete it")
