"""Rules on cycles: services that depend on or extend each other."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Related, Severity
from composefmt.project.links import extended_service
from composefmt.rules._project import UsedName, extended, is_active, linked, used
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Mapping, Node

# A bound on the length of an `extends` chain, so that hostile files stay cheap.
_LONGEST_CHAIN = 150


@rule("dependency-cycle", Severity.ERROR, group="references", scope="project")
def dependency_cycle(element: Element) -> Iterator[Problem]:
    """Detects dependency cycles between services.

    No service of a cycle can start first, so Docker Compose refuses the file. `links`, `volumes_from` and the namespaces of another
    service (`network_mode`, `ipc`, `pid`) count as dependencies, too.

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

    Source: compose-go, graph package, CheckCycle, and loader/normalize.go for what counts as a dependency.
    """
    file = element.file
    edges: dict[str, list[UsedName]] = {}
    for name, service in file.services():
        entries = file.entries(service)
        needs = [need for field in _NEEDS if field in entries for need in _needed(file, field, entries[field][1])]
        if needs and is_active(file, name):
            edges[name] = needs
    yield from _cycles(edges, "dependency cycle")


_NEEDS = ("depends_on", "links", "network_mode", "ipc", "pid", "volumes_from")


def _needed(file: ComposeFile, field: str, node: Node) -> Iterator[UsedName]:
    """Yield the services that a field makes a service depend on."""
    return used(file, node) if field == "depends_on" else linked(file, resolve(node))


@rule("extends-cycle", Severity.ERROR, group="references")
def extends_cycle(element: Element) -> Iterator[Problem]:
    """Detects services that extend each other in a cycle, within one file or across files.

    The definition of a service in a cycle cannot be resolved, so Docker Compose refuses the file.

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

    Source: compose-go, loader/extends.go.
    """
    file = element.file
    edges: dict[str, list[UsedName]] = {}
    extending: list[tuple[str, Mapping]] = []
    for name, service in file.services():
        entry = file.entries(service).get("extends")
        if entry is not None:
            edges[name] = list(extended(file, resolve(entry[1])))
            extending.append((name, service))
    yield from _cycles(edges, "circular extends")
    for name, service in extending:
        yield from _cycle_across_files(file, name, service)


def _cycle_across_files(file: ComposeFile, name: str, service: Node) -> Iterator[Problem]:
    """Yield a problem if the chain of extended services, across files, returns to a service already visited."""
    own = basename(file.source.filename)
    chain = [(own, name)]
    base = extended_service(file, file, own, service)
    while base is not None and base.file is not None and base.node is not None and len(chain) < _LONGEST_CHAIN:
        link = (base.path, base.name)
        if link in chain:
            # `_cycles` reports a cycle within this file.
            if any(path != own for path, _ in chain):
                shown = " -> ".join(f"{each} ({path})" for path, each in [*chain[chain.index(link) :], link])
                node = resolve(file.entries(service)["extends"][1])
                yield Problem(first_line(file.source, node.span), f"circular extends: {shown}", 'remove one of these "extends"')
            return
        chain.append(link)
        base = extended_service(file, base.file, base.path, base.node)


def _cycles(edges: dict[str, list[UsedName]], title: str) -> Iterator[Problem]:
    """Yield a problem for each cycle, at the edge that closes it, with the locations of the others as related."""
    done: set[str] = set()
    for start in edges:
        path: dict[str, int] = {}
        trail: list[UsedName] = []
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
                cycle = list(path)[path[edge.text] :]
                shown = " -> ".join([*cycle, edge.text])
                steps = trail[len(trail) - len(cycle) + 1 :]
                related = tuple(Related(step.node.span, f'"{step.text}" is referenced here') for step in steps)
                advice = "remove one of these references" if steps else "remove this reference"
                yield Problem(edge.node.span, f"{title}: {shown}", advice, related=related)
            elif edge.text in edges and edge.text not in done:
                trail.append(edge)
                stack.append((edge.text, 0))
