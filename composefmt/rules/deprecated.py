"""Rules about what Compose has given up: old keys, old names, old forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line, text_span
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("obsolete-version", Severity.WARNING, "version", group="deprecated")
def obsolete_version(element: Element) -> Iterator[Problem]:
    """The key `version` has no effect; Docker Compose says so each time it reads the file.

    Not told with `engine = "swarm"`, where it still chooses the format.

    Bad:

        version: "3.8"
        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx

    Source: the specification's 04-version-and-name.
    """
    if element.key is None or element.file.options.engine == "swarm":
        return
    # What stands above it is mostly about the whole file.
    fix = Fix.of("delete it", element.file.changes.remove(element.key, above=True), safe=True)
    yield Problem(first_line(element.file.source, element.key.span), '"version" has no effect', "delete the line", fix)


@rule(
    "legacy-external-name",
    Severity.WARNING,
    "volumes.*.external",
    "networks.*.external",
    "secrets.*.external",
    "configs.*.external",
    group="deprecated",
)
def legacy_external_name(element: Element) -> Iterator[Problem]:
    """The name of something external is written below `external`.

    Bad:

        services:
          web:
            image: nginx
            networks: [front]
        networks:
          front:
            external:
              name: proxy

    Good:

        services:
          web:
            image: nginx
            networks: [front]
        networks:
          front:
            name: proxy
            external: true

    Source: the specification's 06-networks, `external`; the reference warns that this form is deprecated.
    """
    if type(element.node) is Mapping and element.key is not None and "name" in element.file.entries(element.node):
        yield Problem(
            element.key.span,
            f'"external" holds the name of "{element.path[1]}", which is the old form',
            'write "external: true" and "name: ..." side by side',
        )


@rule("deprecated-host-name", Severity.WARNING, group="deprecated")
def deprecated_host_name(element: Element) -> Iterator[Problem]:
    """An old name of the host, which only Docker Desktop of one system knew.

    `host.docker.internal` is the name everywhere; on Linux give the service `extra_hosts: ["host.docker.internal=host-gateway"]`.

    Bad:

        services:
          web:
            image: nginx
            environment:
              BACKEND: http://docker.for.mac.localhost:8080

    Good:

        services:
          web:
            image: nginx
            environment:
              BACKEND: http://host.docker.internal:8080
            extra_hosts: ["host.docker.internal=host-gateway"]

    Source: Docker Desktop's documentation of networking, and its release notes.
    """
    file = element.file
    if "docker.for." not in file.source.text:
        return
    for node in file.tree.scalars:
        if "docker.for." not in node.value:
            continue
        for found in re.finditer(r"\bdocker\.for\.(?:mac|win)\.(?:host\.internal|localhost)\b", node.value):
            span = text_span(file.source, node, found.start(), found.end())
            exact = file.source.text[span.start : span.end] == found.group()
            fix = Fix("write host.docker.internal", (Edit(span.start, span.end, "host.docker.internal"),), safe=False) if exact else None
            yield Problem(span, f"{found.group()} is known to old versions of Docker Desktop only", "write host.docker.internal", fix)


@rule("legacy-link", Severity.WARNING, "services.*.links", "services.*.external_links", group="deprecated", default=False)
def legacy_link(element: Element) -> Iterator[Problem]:
    """Links between services are a thing of the past: services of one network reach each other by name.

    Bad:

        services:
          web:
            image: nginx
            links: [db]
          db:
            image: postgres

    Good:

        services:
          web:
            image: nginx
            depends_on: [db]
          db:
            image: postgres

    Source: Docker's documentation, "Legacy container links".
    """
    if element.key is not None and type(element.node) is Sequence and element.node.items:
        yield Problem(
            element.key.span,
            f'service "{element.service}" uses {element.path[-1]}, which are not needed',
            "services of one network reach each other by name; for the order of starting use depends_on, for another name aliases",
        )


@rule("legacy-resources", Severity.WARNING, "services.*", group="deprecated", default=False)
def legacy_resources(element: Element) -> Iterator[Problem]:
    """A limit is set in the old way, where `deploy.resources` says the same for Compose and Swarm.

    Bad:

        services:
          web:
            image: nginx
            mem_limit: 512m

    Good:

        services:
          web:
            image: nginx
            deploy:
              resources:
                limits:
                  memory: 512m

    Source: the specification's 16-deploy, `resources`.
    """
    entries = element.file.entries(element.node)
    for old, new in _NEWER.items():
        if old in entries:
            yield Problem(
                entries[old][0].span, f'service "{element.service}" sets {old} in the old way', f"move it to deploy.resources.{new}"
            )


_NEWER = {"mem_limit": "limits.memory", "mem_reservation": "reservations.memory", "cpus": "limits.cpus", "pids_limit": "limits.pids"}
