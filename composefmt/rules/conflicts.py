"""Rules about keys that exclude each other, values that contradict each other, and what a service cannot do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, is_project
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.values import Entries


@rule("no-image-or-build", Severity.ERROR, "services.*", group="references")
def no_image_or_build(element: Element) -> Iterator[Problem]:
    """A service has nothing to run: neither `image` nor `build`.

    Not told of files that may be parts of a project (any name but `compose.yaml`, `docker-compose.yml` and their like),
    nor of services that extend another one.

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
    entries = element.file.entries(element.node)
    if not is_project(element.file) or not is_active(element.file, element.service) or len(element.file.roots) > 1:
        return
    has_one = any(key in entries and not _is_blank(entries[key][1]) for key in ("image", "build", "provider", "extends"))
    if not has_one and element.key is not None and type(element.node) is not Scalar and type(element.node) is not Sequence:
        yield Problem(element.key.span, f'service "{element.service}" has neither an image nor a build', 'add "image: ..." or "build: ..."')


def _is_blank(node: Node) -> bool:
    node = resolve(node)
    return type(node) is Scalar and not node.value


def _value(entries: Entries, key: str) -> Scalar | None:
    """A scalar that is there and holds no variable."""
    node = resolve(entries[key][1]) if key in entries else None
    return node if type(node) is Scalar and node.value and "$" not in node.value else None


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
    external = _value(entries, "external")
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

    Source: the reference's validation/validation.go, checkFileObject.
    """
    section = str(element.path[0])
    sources = ("file", "environment", "content") if section == "configs" else ("file", "environment")
    entries = element.file.entries(element.node)
    if element.key is not None and type(element.node) is not Scalar and not entries.keys() & {*sources, "external", "driver"}:
        kind = section.removesuffix("s")
        yield Problem(
            element.key.span, f'{kind} "{element.path[1]}" has no source', f"give it one of {', '.join(sources)}, or external: true"
        )


@rule("conflicting-values", Severity.ERROR, "services.*", group="structure")
def conflicting_values(element: Element) -> Iterator[Problem]:
    """The same thing is set twice, to different values.

    `scale` and `deploy.replicas`; `mem_limit`, `mem_reservation`, `cpus` and `pids_limit` and their places below
    `deploy.resources`, which must say the same where they are there.

    Bad:

        services:
          web:
            image: nginx
            scale: 2
            deploy:
              replicas: 3

    Good:

        services:
          web:
            image: nginx
            deploy:
              replicas: 3

    Source: the reference's loader/validate.go, checkConsistency.
    """
    file = element.file
    if not is_active(file, element.service):
        return
    own = file.entries(element.node)
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    scale, replicas = _value(own, "scale"), _value(deploy, "replicas")
    if scale is not None and replicas is not None and scale.value != replicas.value:
        yield _contradiction(element, "scale", scale, "deploy.replicas", replicas)
    if scale is not None and scale.value.startswith("-"):
        yield Problem(scale.span, f'service "{element.service}": scale is {scale.value}', "write 0 or more")
    resources = file.entries(deploy["resources"][1]) if "resources" in deploy else {}
    for key, place, name in _LIMITS:
        one = _value(own, key)
        if one is None or place not in resources or not _amount(key, one.value):
            continue
        inner = file.entries(resources[place][1])
        if name not in inner:
            yield Problem(
                one.span,
                f'service "{element.service}": {key} is {one.value}, but deploy.resources.{place} does not say so',
                f'move it there: "{name}: {one.value}"',
                related=(Related(resources[place][0].span, "the other place"),),
            )
        elif (other := _value(inner, name)) is not None and _amount(key, one.value) != _amount(key, other.value):
            yield _contradiction(element, key, one, f"deploy.resources.{place}.{name}", other)


# Keys of a service, and where below deploy.resources the same is said.
_LIMITS = (
    ("mem_limit", "limits", "memory"),
    ("mem_reservation", "reservations", "memory"),
    ("cpus", "limits", "cpus"),
    ("pids_limit", "limits", "pids"),
)


def _amount(key: str, text: str) -> float | None:
    """The number that a limit stands for, None where it cannot be read."""
    if key.startswith("mem"):
        return parse_bytes(text)
    try:
        return float(text)
    except ValueError:
        return None


def _contradiction(element: Element, key: str, one: Scalar, place: str, other: Scalar) -> Problem:
    return Problem(
        one.span,
        f'service "{element.service}": {key} is {one.value}, but {place} is {other.value}',
        f"set it in one place: {place} is the newer one",
        related=(Related(other.span, "the other value"),),
    )


@rule("container-name-scaled", Severity.ERROR, "services.*.container_name", group="structure")
def container_name_scaled(element: Element) -> Iterator[Problem]:
    """A service with a fixed container name is to run more than once, but names are unique.

    Bad:

        services:
          web:
            image: nginx
            container_name: web
            scale: 2

    Good:

        services:
          web:
            image: nginx
            scale: 2

    Source: the reference's loader/validate.go, checkConsistency.
    """
    file = element.file
    own = file.entries(file.get("services", element.service))
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    number = _value(own, "scale") or _value(deploy, "replicas")
    if number is not None and number.value.isdecimal() and int(number.value) > 1 and is_active(file, element.service):
        yield Problem(
            element.node.span,
            f'service "{element.service}" has a fixed container name, but is to run {number.value} times',
            "leave out container_name",
            related=(Related(number.span, "the number is set here"),),
        )


@rule("platform-not-built", Severity.ERROR, "services.*.platform", group="structure")
def platform_not_built(element: Element) -> Iterator[Problem]:
    """A service runs on a platform that is not among those that its build makes.

    Bad:

        services:
          web:
            platform: linux/arm64
            build:
              context: .
              platforms: [linux/amd64]

    Good:

        services:
          web:
            platform: linux/arm64
            build:
              context: .
              platforms: [linux/amd64, linux/arm64]

    Source: the reference's loader/validate.go, checkConsistency.
    """
    file, node = element.file, element.node
    listed = file.items(file.get("services", element.service, "build", "platforms"))
    platforms = [item.value for item in map(resolve, listed) if type(item) is Scalar]
    if type(node) is Scalar and platforms and node.value not in platforms and "$" not in "".join([node.value, *platforms]):
        yield Problem(
            node.span,
            f'service "{element.service}" runs on {node.value}, but is built for {", ".join(platforms)}',
            "add the platform to build.platforms",
        )


@rule("watch-target", Severity.ERROR, "services.*.develop.watch.*", group="structure")
def watch_target(element: Element) -> Iterator[Problem]:
    """A watched path is to be copied into the container, but nothing says where to.

    Bad:

        services:
          web:
            image: nginx
            develop:
              watch:
                - path: ./src
                  action: sync

    Good:

        services:
          web:
            image: nginx
            develop:
              watch:
                - path: ./src
                  action: sync
                  target: /src

    Source: the reference's loader/validate.go, checkConsistency.
    """
    entries = element.file.entries(element.node)
    action = _value(entries, "action")
    if action is None or "target" in entries or not is_active(element.file, element.service):
        return
    if action.value in ("sync", "sync+restart", "sync+exec"):
        yield Problem(
            action.span, f'service "{element.service}": the action {action.value} needs a target', 'add "target: /path/in/container"'
        )


@rule("healthcheck-form", Severity.ERROR, "services.*.healthcheck.test", group="healthcheck")
def healthcheck_form(element: Element) -> Iterator[Problem]:
    """The test of a healthcheck is a list that does not begin with CMD, CMD-SHELL or NONE.

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              test: ["curl", "-f", "http://localhost"]

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              test: ["CMD", "curl", "-f", "http://localhost"]

    Source: the specification's 05-services, `healthcheck`; the reference's loader/validate.go.
    """
    items = element.file.items(element.node)
    first = resolve(items[0]) if items else None
    if type(first) is not Scalar or "$" in first.value or not is_active(element.file, element.service):
        return
    if first.value not in ("CMD", "CMD-SHELL", "NONE"):
        yield Problem(
            first.span, f'service "{element.service}": the test begins with "{first.value}"', f'write ["CMD", "{first.value}", ...]'
        )


@rule("duplicate-mount", Severity.ERROR, "services.*.tmpfs", group="volumes")
def duplicate_mount(element: Element) -> Iterator[Problem]:
    """The same container path is mounted twice as tmpfs.

    Bad:

        services:
          web:
            image: nginx
            tmpfs: [/run, "/run:size=1m"]

    Good:

        services:
          web:
            image: nginx
            tmpfs: ["/run:size=1m"]

    Source: the reference's loader/validate.go, checkConsistency.
    """
    first: dict[str, Scalar] = {}
    texts: set[str] = set()
    for item in map(resolve, element.file.items(element.node)):
        if type(item) is not Scalar or "$" in item.value or item.value.partition("=")[0] in texts:
            continue
        texts.add(item.value.partition("=")[0])
        path = item.value.partition(":")[0]
        if path in first and is_active(element.file, element.service):
            related = (Related(first[path].span, "it is first mounted here"),)
            yield Problem(item.span, f'service "{element.service}" mounts {path} twice', "keep one of the two", related=related)
        first.setdefault(path, item)


@rule("invalid-command", Severity.ERROR, "services.*.command", "services.*.entrypoint", group="structure")
def invalid_command(element: Element) -> Iterator[Problem]:
    """A command in shell form with a quote that is not closed.

    Compose splits such a text into words as a shell does.

    Bad:

        services:
          web:
            image: nginx
            command: echo 'hello

    Good:

        services:
          web:
            image: nginx
            command: echo 'hello'

    Source: the reference's types/command.go, through go-shellwords.
    """
    node = element.node
    if type(node) is not Scalar or "$" in node.value or not any(quote in node.value for quote in "'\""):
        return
    from shlex import split

    try:
        split(node.value)
    except ValueError:
        span = first_line(element.file.source, node.span)
        yield Problem(
            span,
            f'service "{element.service}": a quote in {element.path[-1]} is not closed',
            "close the quote, or write the command as a list",
        )


@rule("extra-hosts-form", Severity.ERROR, "services.*.extra_hosts.*", group="networks")
def extra_hosts_form(element: Element) -> Iterator[Problem]:
    """An extra host without an address.

    Bad:

        services:
          web:
            image: nginx
            extra_hosts: [somehost]

    Good:

        services:
          web:
            image: nginx
            extra_hosts: ["somehost=10.0.0.1"]

    Source: the reference's types/hostList.go.
    """
    node = element.node
    if type(node) is Scalar and isinstance(element.path[-1], int) and node.value and not set(node.value) & set(":=$"):
        yield Problem(node.span, f'service "{element.service}": the host "{node.value}" has no address', f'write "{node.value}=10.0.0.1"')
