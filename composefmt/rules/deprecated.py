"""Rules about deprecated keys, names and forms."""

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
    """Detects the obsolete top-level key `version`.

    The key has no effect, and Docker Compose prints a warning each time it reads the file. With `engine = "swarm"` the key is not
    reported, because `docker stack deploy` reads it.

    Bad:

        version: "3.8"
        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx

    Source: Compose Specification, 04-version-and-name.
    """
    if element.key is None or element.file.options.engine == "swarm":
        return
    # A leading comment is mostly about the whole file, so it stays.
    # Docker Compose refuses a version that is not a string: removing it would turn an invalid file into a valid one.
    safe = isinstance(element.file.values.value(element.node), str)
    fix = Fix.of('remove "version"', element.file.changes.remove(element.key, above=True), safe=safe)
    advice = "remove it"
    if fix is None and element.file.changes.has_comment(element.key):
        advice = "remove it manually: --fix would lose its comment"
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
    """Detects names of external resources that are set under `external`.

    This form is deprecated, and Docker Compose prints a warning. If the resource also has another `name`, Docker Compose refuses the
    file.

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

    Source: Compose Specification, 06-networks, `external`; Docker Compose's deprecation warning.
    """
    file = element.file
    if type(element.node) is Mapping and element.key is not None and "name" in file.entries(element.node):
        inner = value_of(file.entries(element.node), "name")
        beside = file.get(*element.path[:-1], "name")
        kind = str(element.path[0]).removesuffix("s")
        if type(beside) is Scalar and type(inner) is Scalar and "$" not in beside.value + inner.value and beside.value != inner.value:
            message = f'{kind} "{element.path[1]}" has two names: "{beside.value}", and "{inner.value}" under "external"'
            yield Problem(inner.span, message, 'keep only "name", with "external: true"', severity=Severity.ERROR)
            return
        yield Problem(
            element.key.span,
            f'{kind} "{element.path[1]}" sets its name under "external", which is deprecated',
            f'use "external: true" and "name: {inner.value if type(inner) is Scalar else "..."}"',
            _side_by_side(element),
        )


def _side_by_side(element: Element) -> Fix | None:
    """Move the name out of `external`; None if there are other keys, or another name."""
    file, node = element.file, element.node
    beside = file.changes.place(node)
    if element.key is None or type(node) is not Mapping or beside is None or len(node.entries) != 1:
        return None
    name = node.entries[0][1]
    if type(name) is not Scalar or type(beside[0]) is not Mapping or any(key_text(key) == "name" for key, _ in beside[0].entries):
        return None
    shown = file.source.text[name.start : name.end]
    return Fix.of('move the name out of "external"', file.changes.rewrite(element.key, ["external: true", f"name: {shown}"]), safe=True)


@rule("deprecated-host-name", Severity.WARNING, group="deprecated")
def deprecated_host_name(element: Element) -> Iterator[Problem]:
    """Detects the obsolete host names `docker.for.mac.*` and `docker.for.win.*`.

    The names exist only in old versions of Docker Desktop for one operating system. `host.docker.internal` works on each of them; on
    Linux it also requires `extra_hosts: ["host.docker.internal=host-gateway"]`.

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
            fix = Fix.of('use "host.docker.internal"', edits, safe=False)
            message = f'host name "{found.group()}" exists only in old versions of Docker Desktop'
            yield Problem(span, message, 'use "host.docker.internal"', fix)


@rule("legacy-link", Severity.WARNING, "services.*.links", "services.*.external_links", group="deprecated", default=False)
def legacy_link(element: Element) -> Iterator[Problem]:
    """Detects legacy links between services.

    Services on the same network reach each other by name, so links are not necessary. Docker no longer recommends them.

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

    Source: Docker documentation, "Legacy container links".
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
            f'service "{element.service}" uses legacy "{element.path[-1]}"',
            'connect by service name; use "depends_on" for the start order, and network "aliases" for other names',
            written(element.file, element.key, "depends_on") if plain else None,
        )


@rule("legacy-resources", Severity.WARNING, "services.*", group="deprecated", default=False)
def legacy_resources(element: Element) -> Iterator[Problem]:
    """Detects resource limits that are not set in `deploy.resources`.

    Both Docker Compose and Swarm read `deploy.resources`; Swarm ignores the older keys.

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

    Source: Compose Specification, 16-deploy, `resources`.
    """
    entries = element.file.entries(element.node)
    olds = [old for old in _NEWER if old in entries]
    for old in olds:
        newer = f'"deploy.resources.{".".join(_NEWER[old])}"'
        message = f'service "{element.service}": "{old}" is superseded by {newer}'
        yield Problem(entries[old][0].span, message, f"move it to {newer}", _moved(element, entries, olds))


def _moved(element: Element, entries: Entries, olds: list[str]) -> Fix | None:
    """Move all older keys to `deploy.resources`: a single one would conflict with the others."""
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
    return Fix.of(f'move {"all limits" if rest else "it"} to "deploy.resources"', edits, safe=False)


_NEWER = {
    "mem_limit": ("limits", "memory"),
    "mem_reservation": ("reservations", "memory"),
    "cpus": ("limits", "cpus"),
    "pids_limit": ("limits", "pids"),
}
