"""Rules about what Compose has given up: old keys, old names, old forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line, text_span
from composefmt.findings import Fix, Severity
from composefmt.rules._fixes import added, written
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.changes import apart
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.values import key_text, value_of
from composefmt.syntax.write import entry_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.values import Entries


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
    # A version that is no text is refused: then deleting it makes a file that loads of one that does not.
    safe = isinstance(element.file.values.value(element.node), str)
    fix = Fix.of("delete it", element.file.changes.remove(element.key, above=True), safe=safe)
    advice = "delete the line"
    if fix is None and element.file.changes.has_comment(element.key):
        advice = "delete the line by hand: --fix does not, since its comment would be lost"
    yield Problem(first_line(element.file.source, element.key.span), '"version" has no effect', advice, fix)


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

    Where another name stands beside `external`, the reference refuses the file.

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
    file = element.file
    if type(element.node) is Mapping and element.key is not None and "name" in file.entries(element.node):
        inner = value_of(file.entries(element.node), "name")
        beside = file.get(*element.path[:-1], "name")
        if type(beside) is Scalar and type(inner) is Scalar and "$" not in beside.value + inner.value and beside.value != inner.value:
            message = f'"{element.path[1]}" has two names: {beside.value} and, below external, {inner.value}'
            yield Problem(inner.span, message, "only name is needed, beside external: true", severity=Severity.ERROR)
            return
        yield Problem(
            element.key.span,
            f'"external" holds the name of "{element.path[1]}", which is the old form',
            'write "external: true" and "name: ..." side by side',
            _side_by_side(element),
        )


def _side_by_side(element: Element) -> Fix | None:
    """Takes the name out of `external`, where nothing else is in there and none beside it."""
    file, node = element.file, element.node
    beside = file.changes.place(node)
    if element.key is None or type(node) is not Mapping or beside is None or len(node.entries) != 1:
        return None
    name = node.entries[0][1]
    if type(name) is not Scalar or type(beside[0]) is not Mapping or any(key_text(key) == "name" for key, _ in beside[0].entries):
        return None
    shown = file.source.text[name.start : name.end]
    return Fix.of("write both side by side", file.changes.rewrite(element.key, ["external: true", f"name: {shown}"]), safe=True)


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
            edits = file.changes.replace_part(node, found.start(), found.end(), "host.docker.internal")
            fix = Fix.of("write host.docker.internal", edits, safe=False)
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
        own = element.file.entries(element.file.get("services", element.service))
        names = [item.value for item in map(resolve, element.node.items) if type(item) is Scalar and ":" not in item.value]
        plain = (
            len(names) == len(element.node.items)
            and set(names) <= element.file.defined("services").keys()
            and "depends_on" not in own
            and element.path[-1] == "links"
        )
        yield Problem(
            element.key.span,
            f'service "{element.service}" uses {element.path[-1]}, which are not needed',
            "services of one network reach each other by name; for the order of starting use depends_on, for another name aliases",
            written(element.file, element.key, "depends_on") if plain else None,
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
    olds = [old for old in _NEWER if old in entries]
    for old in olds:
        message = f'service "{element.service}" sets {old} in the old way'
        yield Problem(entries[old][0].span, message, f"move it to deploy.resources.{'.'.join(_NEWER[old])}", _moved(element, entries, olds))


def _moved(element: Element, entries: Entries, olds: list[str]) -> Fix | None:
    """Moves all old keys below `deploy`; one alone would contradict the others."""
    file, service = element.file, element.node
    own = {id(key) for key, _ in service.entries} if type(service) is Mapping else set()
    resources: dict[str, dict[str, object]] = {}
    for old in olds:
        key, value = entries[old]
        if id(key) not in own or type(value) is not Scalar or value.anchor is not None or value.tag is not None:
            return None
        place, name = _NEWER[old]
        resources.setdefault(place, {})[name] = scalar_value(value)
    deploy = file.entries(entries["deploy"][1]) if "deploy" in entries else None
    first, *rest = (entries[old][0] for old in olds)
    if deploy is None:
        lines = entry_lines("deploy", {"resources": resources}, flow=service.flow)  # type: ignore[union-attr]
        edits = file.changes.rewrite(first, lines)
    elif "resources" not in deploy:
        put, rest = added(file, service, ("deploy", "resources"), resources), [first, *rest]
        edits = put.edits if put is not None else ()
    elif len(olds) == 1:
        put, rest = added(file, service, ("deploy", "resources", *_NEWER[olds[0]]), scalar_value(entries[olds[0]][1])), [first]  # type: ignore[arg-type]
        edits = put.edits if put is not None else ()
    else:
        return None
    for key in rest:
        edits = apart(edits, file.changes.remove(key))
    return Fix.of("move it to deploy.resources" if not rest else "move all to deploy.resources", edits, safe=False)


_NEWER = {
    "mem_limit": ("limits", "memory"),
    "mem_reservation": ("reservations", "memory"),
    "cpus": ("limits", "cpus"),
    "pids_limit": ("limits", "pids"),
}
