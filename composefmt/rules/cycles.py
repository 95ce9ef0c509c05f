"""Rules about services that need or extend each other in a circle."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Related, Severity
from composefmt.rules._around import extended_service
from composefmt.rules._project import Name, extended, is_active, linked, used
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Mapping, Node

# Nobody builds services on services higher than this.
_LONGEST_CHAIN = 150


@rule("dependency-cycle", Severity.ERROR, group="references")
def dependency_cycle(element: Element) -> Iterator[Problem]:
    """Services depend on each other in a circle, so that none can start first.

    Links, volumes and namespaces of another service make a service depend on that one as well.

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

    Source: the reference's graph package, CheckCycle, and loader/normalize.go for what counts as a dependency.
    """
    file = element.file
    edges: dict[str, list[Name]] = {}
    for name, service in file.services():
        entries = file.entries(service)
        needs = [need for field in _NEEDS if field in entries for need in _needed(file, field, entries[field][1])]
        if needs and is_active(file, name):
            edges[name] = needs
    yield from _cycles(edges, "depends on")


_NEEDS = ("depends_on", "links", "network_mode", "ipc", "pid", "volumes_from")


def _needed(file: ComposeFile, field: str, node: Node) -> Iterator[Name]:
    """The services that a field makes a service depend on."""
    return used(file, node) if field == "depends_on" else linked(file, resolve(node))


@rule("extends-cycle", Severity.ERROR, group="references")
def extends_cycle(element: Element) -> Iterator[Problem]:
    """Services extend each other in a circle, in this file or through others.

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
    extending: list[tuple[str, Mapping]] = []
    for name, service in file.services():
        entry = file.entries(service).get("extends")
        if entry is not None:
            edges[name] = list(extended(file, resolve(entry[1])))
            extending.append((name, service))
    yield from _cycles(edges, "extends")
    for name, service in extending:
        yield from _circle_through_files(file, name, service)


def _circle_through_files(file: ComposeFile, name: str, service: Node) -> Iterator[Problem]:
    """A problem where what a service extends, in other files too, leads back to a service that was met before."""
    own = basename(file.source.filename)
    chain = [(own, name)]
    base = extended_service(file, file, own, service)
    while base is not None and base.file is not None and base.node is not None and len(chain) < _LONGEST_CHAIN:
        link = (base.path, base.name)
        if link in chain:
            # A circle within this file is told by its names.
            if any(path != own for path, _ in chain):
                shown = " -> ".join(f"{each} ({path})" for path, each in [*chain[chain.index(link) :], link])
                node = resolve(file.entries(service)["extends"][1])
                yield Problem(first_line(file.source, node.span), f'"{name}" extends itself: {shown}', "break the circle")
            return
        chain.append(link)
        base = extended_service(file, base.file, base.path, base.node)


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
