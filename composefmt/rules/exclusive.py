"""Rules about what a service, secret, config or volume must have, and about keys that exclude each other."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._around import extended_service
from composefmt.rules._membership import is_project, other_projects, project_of
from composefmt.rules._project import is_active, plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.values import Entries

# Nobody builds services on services higher than this.
_LONGEST_CHAIN = 150


@rule("no-image-or-build", Severity.ERROR, "services.*", group="references")
def no_image_or_build(element: Element) -> Iterator[Problem]:
    """A service has nothing to run: neither `image` nor `build`.

    Not told of files that may be parts of a project (any name but `compose.yaml`, `docker-compose.yml` and their like).
    What the service extends is followed, also into other files.

    Bad:

        services:
          web:
            ports: ["80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["80"]

    Source: the reference's loader/validate.go, checkConsistency.
    """
    file = element.file
    if element.key is None or type(element.node) in (Scalar, Sequence) or not is_project(file) or len(file.roots) > 1:
        return
    if any(type(file.get("services", key)) is Scalar for key in ("image", "build")):
        # The line with the service's name is missing, which another rule reports.
        return
    if is_active(file, element.service) and not _runs(file, element.node):
        if any(element.service in other.file.defined("services") for other in project_of(file).files[1:]):
            return
        if _is_completed(file, element.service):
            return
        yield Problem(element.key.span, f'service "{element.service}" has neither an image nor a build', 'add "image: ..." or "build: ..."')


def _is_completed(file: ComposeFile, service: str) -> bool:
    """Whether another project that the file belongs to defines a service elsewhere, or may do so."""
    return any(
        not project.complete or any(other.file is not file and service in other.file.defined("services") for other in project.files)
        for project in other_projects(file)
    )


def _runs(main: ComposeFile, node: Node) -> bool:
    """Whether a service has something to run, itself or from what it extends, or nobody can know."""
    file, path = main, basename(main.source.filename)
    chain = 0
    while not any(key in file.entries(node) and not _is_blank(file.entries(node)[key][1]) for key in ("image", "build", "provider")):
        if "extends" not in file.entries(node):
            return False
        base = extended_service(main, file, path, node)
        chain += 1
        # What is missing or goes round in circles is told by another rule.
        if base is None or base.file is None or base.node is None or chain > _LONGEST_CHAIN:
            return True
        file, path, node = base.file, base.path, base.node
    return True


def _is_blank(node: Node) -> bool:
    node = resolve(node)
    return type(node) is Scalar and not node.value


@rule(
    "exclusive-keys", Severity.ERROR, "services.*", "services.*.build", "secrets.*", "configs.*", "volumes.*", "services.*.gpus.*",
    "services.*.deploy.resources.reservations.devices.*", group="structure",
)  # fmt: skip
def exclusive_keys(element: Element) -> Iterator[Problem]:
    """Keys that cannot stand together.

    `network_mode` with `networks`, `dockerfile` with `dockerfile_inline`, `external` with what only Compose itself could
    set, several sources of one secret or config, `count` with `device_ids`.

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

    Source: the reference's loader/validate.go and the folder validation.
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
                f'"{other}" cannot stand beside "{one}"',
                "keep one of the two",
                related=(Related(first.span, "the other one"),),
            )


def _is_external(entries: Entries) -> bool:
    external = plain(entries, "external")
    return external is not None and external.value.lower() == "true"


def _is_empty(node: Node) -> bool:
    node = resolve(node)
    if type(node) is Sequence:
        return not node.items
    return not node.entries if type(node) is Mapping else type(node) is Scalar and not node.value


@rule("missing-source", Severity.ERROR, "secrets.*", "configs.*", group="structure")
def missing_source(element: Element) -> Iterator[Problem]:
    """A secret or config says nothing of where its content comes from.

    Bad:

        services: {web: {image: nginx}}
        secrets:
          password: {}

    Good:

        services: {web: {image: nginx}}
        secrets:
          password:
            file: ./password.txt

    A driver may know where the content of a secret comes from, but the reference takes that only under Swarm: set
    `engine = "swarm"`.

    Source: the reference's validation/validation.go, checkFileObject, and loader/validate.go.
    """
    section = str(element.path[0])
    sources = ("file", "environment", "content") if section == "configs" else ("file", "environment")
    drivers = {"driver"} if section == "configs" or element.file.options.engine == "swarm" else set()
    entries = element.file.entries(element.node)
    if element.key is not None and type(element.node) is not Scalar and not entries.keys() & {*sources, *drivers, "external"}:
        kind = section.removesuffix("s")
        yield Problem(
            element.key.span, f'{kind} "{element.path[1]}" has no source', f"give it one of {', '.join(sources)}, or external: true"
        )
