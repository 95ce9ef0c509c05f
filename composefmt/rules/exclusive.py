"""Rules about required and mutually exclusive keys of services, secrets, configs and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.project.effective_file import EffectiveFile
from composefmt.project.membership import is_project, other_projects, project_of
from composefmt.rules._project import is_active, plain, whole_service
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.values import Entries

# Longer chains of `extends` do not occur in practice; the bound ends the search.
_LONGEST_CHAIN = 150


@rule("no-image-or-build", Severity.ERROR, "services.*", group="references", scope="project")
def no_image_or_build(element: Element) -> Iterator[Problem]:
    """Detects services with neither `image` nor `build`.

    Docker Compose refuses the file, because the service has nothing to run. Services that are extended are taken into account, also
    those of other files. Files that can be part of a project (names other than `compose.yaml`, `docker-compose.yml` and similar) are
    not checked.

    Bad:

        services:
          web:
            ports: ["80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["80"]

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    file = element.file
    if element.key is None or type(element.node) in (Scalar, Sequence) or not is_project(file) or len(file.roots) > 1:
        return
    if isinstance(file, EffectiveFile) and not file.is_complete:
        # A file that cannot be reached may set the image.
        return
    values = (file.get("services", key) for key in _OF_SERVICES)
    if any(type(node) is Sequence or (type(node) is Scalar and node.value) for node in values):
        # The line with the name of the service is missing, which another rule reports.
        return
    if is_active(file, element.service) and not _runs(file, element.node):
        if not project_of(file).is_single or _is_completed(file, element.service):
            return
        yield Problem(element.key.span, f'service "{element.service}" has neither "image" nor "build"', 'add "image: ..." or "build: ..."')


# Common keys of services; under `services` they show that the line with the name is missing.
_OF_SERVICES = ("image", "build", "command", "container_name", "depends_on", "environment", "ports", "restart", "volumes")


def _is_completed(file: ComposeFile, service: str) -> bool:
    """Return whether another project of the file defines a service elsewhere, or might do so."""
    return any(
        not project.complete or any(service in other.defined("services") for other in project.others) for project in other_projects(file)
    )


def _runs(file: ComposeFile, node: Node) -> bool:
    """Return whether a service has something to run; True if a service that it extends is unknown."""
    entries = file.entries(node)
    return "extends" in entries or any(key in entries and not _is_blank(entries[key][1]) for key in ("image", "build", "provider"))


def _is_blank(node: Node) -> bool:
    node = resolve(node)
    return type(node) is Scalar and not node.value


@rule(
    "exclusive-keys", Severity.ERROR, "services.*", "services.*.build", "secrets.*", "configs.*", "volumes.*", "services.*.gpus.*",
    "services.*.deploy.resources.reservations.devices.*", group="structure", scope="project",
)  # fmt: skip
def exclusive_keys(element: Element) -> Iterator[Problem]:
    """Detects mutually exclusive keys.

    Docker Compose refuses the file, because it cannot apply both. Examples are `network_mode` and `networks`, `dockerfile` and
    `dockerfile_inline`, `count` and `device_ids`, several sources of one secret or config, and `external` with keys that configure
    a new volume.

    Bad:

        services:
          web:
            image: nginx
            network_mode: host
            networks: [backend]
        networks:
          backend:

    Good:

        services:
          web:
            image: nginx
            network_mode: host

    Source: compose-go, loader/validate.go and validation/.
    """
    file, path = element.file, element.path
    entries = file.entries(element.node)
    if path[0] == "services" and not is_active(file, element.service):
        return
    pairs: tuple[tuple[str, str], ...] = ()
    if path[0] == "services":
        pairs = {2: (("network_mode", "networks"),), 3: (("dockerfile", "dockerfile_inline"),)}.get(len(path), (("count", "device_ids"),))
    elif path[0] in ("secrets", "configs"):
        pairs = (("file", "environment"), ("file", "content"), ("environment", "content"))
    elif path[0] == "volumes" and _is_external(entries):
        pairs = tuple(("external", key) for key in entries if key not in ("external", "name") and not key.startswith("x-"))
    for one, other in pairs:
        if one in entries and other in entries and not _is_empty(entries[other][1]):
            first, second = entries[one][0], entries[other][0]
            yield Problem(
                second.span,
                f'{str(path[0]).removesuffix("s")} "{path[1]}": "{other}" and "{one}" are mutually exclusive',
                f'remove "{other}" or "{one}"',
                related=(Related(first.span, f'"{one}" is set here'),),
            )


def _is_external(entries: Entries) -> bool:
    external = plain(entries, "external")
    return external is not None and external.value.lower() == "true"


def _is_empty(node: Node) -> bool:
    node = resolve(node)
    if type(node) is Sequence:
        return not node.items
    return not node.entries if type(node) is Mapping else type(node) is Scalar and not node.value


@rule("missing-source", Severity.ERROR, "secrets.*", "configs.*", group="structure", scope="project")
def missing_source(element: Element) -> Iterator[Problem]:
    """Detects secrets and configs without a source.

    Docker Compose refuses the file, because it does not know the content. A `driver` can provide the content of a secret, but only
    under Swarm: set `engine = "swarm"`.

    Bad:

        services: {web: {image: nginx}}
        secrets:
          password: {}

    Good:

        services: {web: {image: nginx}}
        secrets:
          password:
            file: ./password.txt

    Source: compose-go, validation/validation.go, checkFileObject, and loader/validate.go.
    """
    section = str(element.path[0])
    sources = ("file", "environment", "content") if section == "configs" else ("file", "environment")
    drivers = {"driver"} if section == "configs" or element.file.options.engine == "swarm" else set()
    entries = element.file.entries(element.node)
    if element.key is not None and type(element.node) is not Scalar and not entries.keys() & {*sources, *drivers, "external"}:
        kind = section.removesuffix("s")
        advice = f'set {", ".join(map(_QUOTED, sources))} or "external: true"'
        yield Problem(element.key.span, f'{kind} "{element.path[1]}" has no source', advice)


_QUOTED = '"{}"'.format


@rule("bind-without-source", Severity.ERROR, "services.*", group="volumes")
def bind_without_source(element: Element) -> Iterator[Problem]:
    """Detects bind mounts in the long form without a `source`.

    Docker Compose refuses the file, because there is nothing to mount. Another file of the project may set the source, so services
    with `extends` and files that can be part of a project are not checked.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - type: bind
                target: /usr/share/nginx/html

    Good:

        services:
          web:
            image: nginx
            volumes:
              - type: bind
                source: ./site
                target: /usr/share/nginx/html

    Source: compose-go, paths/resolve.go, absVolumeMount.
    """
    file = element.file
    whole = whole_service(element)
    if whole is None or "volumes" not in whole[1] or not is_project(file) or len(file.roots) > 1 or not project_of(file).is_single:
        return
    for item in file.items(whole[1]["volumes"][1]):
        entries = file.entries(item)
        kind = plain(entries, "type")
        if kind is not None and kind.value == "bind" and "source" not in entries:
            target = plain(entries, "target")
            where = f' at "{target.value}"' if target is not None else ""
            message = f'service "{element.service}": bind mount{where} has no source'
            yield Problem(resolve(item).span, message, 'add "source: ./path" or use "type: volume"')
