"""Rules on volumes, networks, secrets and configs that no service uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.project.membership import is_project, other_projects, project_of
from composefmt.rules._fixes import deleted
from composefmt.rules._mounting import mounted
from composefmt.rules._project import names, plain
from composefmt.rules._repeated import repeats_names
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.values import Entries


@rule("unused-volume", Severity.WARNING, "volumes", group="references", scope="project", in_all_projects=True)
def unused_volume(element: Element) -> Iterator[Problem]:
    """Detects top-level volumes that no service mounts.

    Docker Compose does not create an unused volume. A service may mount a host directory where the volume was intended, so that its
    data is not stored in the volume. Files that may be part of a larger project are skipped.

    Fix safety: the fix removes the definition. It is unsafe because a missing reference may be the mistake.

    Bad:

        services:
          db:
            image: postgres
            volumes:
              - ./data:/var/lib/postgresql/data
        volumes:
          data:

    Good:

        services:
          db:
            image: postgres
            volumes:
              - data:/var/lib/postgresql/data
        volumes:
          data:

    Source: Compose Specification, 07-volumes; Docker Compose drops what no service uses.
    """
    # Docker Compose reads a one-letter name before a slash as a Windows drive; `windows-path` reports that.
    drives = {
        node.value[0]
        for _, service in element.file.services()
        for node in map(resolve, element.file.items(value_of(element.file.entries(service), "volumes")))
        if type(node) is Scalar and node.value[1:3] == ":/"
    }
    for problem in _unused(element, "volumes", "volume", "mounts"):
        if element.file.source.text[problem.span.start : problem.span.end].strip("\"':") not in drives:
            yield problem


@rule("unused-network", Severity.WARNING, "networks", group="references", scope="project", in_all_projects=True)
def unused_network(element: Element) -> Iterator[Problem]:
    """Detects top-level networks that no service joins.

    Docker Compose does not create an unused network. A service without `networks` joins the network `default`, so it may not
    have the intended isolation. Files that may be part of a larger project are skipped.

    Fix safety: the fix removes the definition. It is unsafe because a missing reference may be the mistake.

    Bad:

        services:
          web:
            image: nginx
        networks:
          backend:

    Good:

        services:
          web:
            image: nginx
            networks: [backend]
        networks:
          backend:

    Source: Compose Specification, 06-networks; Docker Compose drops what no service uses.
    """
    yield from _unused(element, "networks", "network", "joins")


@rule("unused-secret", Severity.WARNING, "secrets", group="references", scope="project", in_all_projects=True)
def unused_secret(element: Element) -> Iterator[Problem]:
    """Detects top-level secrets that no service uses.

    A secret is only mounted into services that list it under `secrets`. Without such a reference, no container can read it.
    Files that may be part of a larger project are skipped.

    Fix safety: the fix removes the definition. It is unsafe because a missing reference may be the mistake.

    Bad:

        services:
          web:
            image: nginx
        secrets:
          key:
            file: ./key.pem

    Good:

        services:
          web:
            image: nginx
            secrets: [key]
        secrets:
          key:
            file: ./key.pem

    Source: Compose Specification, 09-secrets.
    """
    yield from _unused(element, "secrets", "secret", "uses")


@rule("unused-config", Severity.WARNING, "configs", group="references", scope="project", in_all_projects=True)
def unused_config(element: Element) -> Iterator[Problem]:
    """Detects top-level configs that no service uses.

    A config is only mounted into services that list it under `configs`. Without such a reference, no container can read it.
    Files that may be part of a larger project are skipped.

    Fix safety: the fix removes the definition. It is unsafe because a missing reference may be the mistake.

    Bad:

        services:
          web:
            image: nginx
        configs:
          site:
            file: ./site.conf

    Good:

        services:
          web:
            image: nginx
            configs: [site]
        configs:
          site:
            file: ./site.conf

    Source: Compose Specification, 08-configs.
    """
    yield from _unused(element, "configs", "config", "uses")


def _unused(element: Element, section: str, kind: str, verb: str) -> Iterator[Problem]:
    """Yield a problem for each name of a section that no service uses; none if another file may use it."""
    file = element.file
    declared = file.entries(element.node)
    if not declared or not file.defined("services") or not is_project(file) or len(file.roots) > 1 or file.once(repeats_names):
        return
    used = _used_in(file, section)
    if not declared.keys() <= used:
        projects = [project_of(file), *other_projects(file)]
        others = [other for each in projects for other in each.others]
        used = used.union(*(_used_in(other, section) for other in others)) if all(each.complete for each in projects) else {"$"}
    if any("$" in name for name in used):
        # An extended service or a variable may refer to any name.
        return
    for name, (key, value) in declared.items():
        if name not in used and not name.startswith("x-") and getattr(value, "tag", None) != "!reset" and not _is_implicit(section, name):
            message = f'{kind} "{name}" is defined, but no service {verb} it'
            advice = f'reference it in a service, or remove it from "{section}"'
            fix = deleted(file, key, f'remove {kind} "{name}"')
            yield Problem(key.span, message, advice, fix and fix._replace(deletes_definition=True))


def _used_in(file: ComposeFile, section: str) -> set[str]:
    """Return the names of a section that services and jobs use, and "$" if some cannot be determined."""
    used: set[str] = set()
    for service in (*file.defined("services").values(), *file.defined("jobs").values()):
        entries = file.entries(service)
        used.update(_used(file, entries, section) if "extends" not in entries else "$")
    return used


def _is_implicit(section: str, name: str) -> bool:
    """Return whether Docker Compose itself uses a name."""
    return section == "networks" and name == "default"


def _used(file: ComposeFile, entries: Entries, section: str) -> Iterator[str]:
    if section in entries:
        yield from _names(file, entries[section][1], section)
    build = file.entries(entries["build"][1]) if "build" in entries else {}
    if section in build and section == "secrets":
        yield from _names(file, build[section][1], section)
    network = plain(build, "network") if section == "networks" else None
    if network is not None:
        yield network.value


def _names(file: ComposeFile, node: Node, section: str) -> Iterator[str]:
    if section != "volumes":
        yield from (name.text for name in names(file, node))
        return
    for item in file.items(node):
        mount = mounted(file, item)
        # An entry that cannot be parsed may mount any volume.
        yield (mount.source if mount.type == "volume" or "$" in mount.source else "") if mount is not None else "$"
        if mount is not None and mount.type == "volume":
            # The colon after the name may be missing.
            yield mount.source.partition("/")[0]
