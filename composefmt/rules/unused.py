"""Rules about what is declared at the top of a file, but used by no service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._membership import is_project, other_projects, project_of
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


@rule("unused-volume", Severity.WARNING, "volumes", group="references")
def unused_volume(element: Element) -> Iterator[Problem]:
    """A volume is declared, but no service mounts it.

    Nothing is made of it. Perhaps a service mounts a folder of the host where the volume was meant. Files that may be part
    of a larger project are not looked at.

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

    Source: the specification's 07-volumes; the reference drops what no service uses.
    """
    # A name of one letter before a slash is read as a Windows drive: what is wrong is the name, not the definition.
    drives = {
        node.value[0]
        for _, service in element.file.services()
        for node in map(resolve, element.file.items(value_of(element.file.entries(service), "volumes")))
        if type(node) is Scalar and node.value[1:3] == ":/"
    }
    for problem in _unused(element, "volumes", "volume", "mounts"):
        if element.file.source.text[problem.span.start : problem.span.end].strip("\"':") not in drives:
            yield problem


@rule("unused-network", Severity.WARNING, "networks", group="references")
def unused_network(element: Element) -> Iterator[Problem]:
    """A network is declared, but no service joins it.

    It is not made. Services that name no network join `default`.

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

    Source: the specification's 06-networks; the reference drops what no service uses.
    """
    yield from _unused(element, "networks", "network", "joins")


@rule("unused-secret", Severity.WARNING, "secrets", group="references")
def unused_secret(element: Element) -> Iterator[Problem]:
    """A secret is declared, but no service is granted it.

    A secret is not there for all: each service that reads it must name it.

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

    Source: the specification's 09-secrets.
    """
    yield from _unused(element, "secrets", "secret", "uses")


@rule("unused-config", Severity.WARNING, "configs", group="references")
def unused_config(element: Element) -> Iterator[Problem]:
    """A config is declared, but no service is granted it.

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

    Source: the specification's 08-configs.
    """
    yield from _unused(element, "configs", "config", "uses")


def _unused(element: Element, section: str, kind: str, verb: str) -> Iterator[Problem]:
    """A problem for each name of a section that no service uses; none where another file may use it."""
    file = element.file
    declared = file.entries(element.node)
    if not declared or not file.defined("services") or not is_project(file) or len(file.roots) > 1 or file.once(repeats_names):
        return
    used = _used_in(file, section)
    if not declared.keys() <= used:
        project = project_of(file)
        projects = [project, *other_projects(file)]
        others = [other.file for each in projects for other in each.files if other.file is not file]
        used = used.union(*(_used_in(other, section) for other in others)) if all(each.complete for each in projects) else {"$"}
    if any("$" in name for name in used):
        # What is extended, or what a variable stands for, may use anything.
        return
    for name, (key, value) in declared.items():
        if name not in used and not name.startswith("x-") and getattr(value, "tag", None) != "!reset" and not _is_kept(section, name):
            message = f'{kind} "{name}" is declared, but no service {verb} it'
            yield Problem(key.span, message, f"let a service use it, or delete it from {section}", deleted(file, key))


def _used_in(file: ComposeFile, section: str) -> set[str]:
    """The names of a section that a file's services and jobs use; "$" among them where that cannot be told."""
    used: set[str] = set()
    for service in (*file.defined("services").values(), *file.defined("jobs").values()):
        entries = file.entries(service)
        used.update(_used(file, entries, section) if "extends" not in entries else "$")
    return used


def _is_kept(section: str, name: str) -> bool:
    """Whether Compose itself uses a name."""
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
        # What cannot be read may mount any volume.
        yield (mount.source if mount.type == "volume" or "$" in mount.source else "") if mount is not None else "$"
        if mount is not None and mount.type == "volume":
            # The colon behind the name may have been lost.
            yield mount.source.partition("/")[0]
