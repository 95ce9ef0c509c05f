"""Rules about fields of a service that the schema cannot check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.compose.schema.spaced import meant_text
from composefmt.findings import Fix, Severity
from composefmt.rules._fixes import written
from composefmt.rules._project import is_active, plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("platform-not-built", Severity.ERROR, "services.*.platform", group="structure", scope="project")
def platform_not_built(element: Element) -> Iterator[Problem]:
    """Detects services with a `platform` that is not in `build.platforms`.

    Docker Compose refuses the file, because the build does not produce an image for that platform.

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

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    file, node = element.file, element.node
    listed = file.items(file.get("services", element.service, "build", "platforms"))
    platforms = [item.value for item in map(resolve, listed) if type(item) is Scalar]
    if type(node) is Scalar and platforms and node.value not in platforms and "$" not in "".join([node.value, *platforms]):
        yield Problem(
            node.span,
            f'service "{element.service}": platform "{node.value}" is not in "build.platforms" ({", ".join(platforms)})',
            f'add "{node.value}" to "build.platforms"',
        )


@rule("watch-target", Severity.ERROR, "services.*.develop.watch.*", group="structure", scope="project")
def watch_target(element: Element) -> Iterator[Problem]:
    """Detects watch actions that copy files, but have no `target`.

    Docker Compose refuses the file: the actions `sync`, `sync+restart` and `sync+exec` require the path in the container.

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

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    entries = element.file.entries(element.node)
    action = plain(entries, "action")
    if action is None or "target" in entries or not is_active(element.file, element.service):
        return
    if action.value in ("sync", "sync+restart", "sync+exec"):
        yield Problem(
            action.span, f'service "{element.service}": watch action "{action.value}" requires a target', 'add "target: /path/in/container"'
        )


@rule("healthcheck-form", Severity.ERROR, "services.*.healthcheck.test", group="healthcheck")
def healthcheck_form(element: Element) -> Iterator[Problem]:
    """Detects healthcheck tests in list form that do not start with `CMD`, `CMD-SHELL` or `NONE`.

    Docker Compose refuses the file, because the first item selects how the rest is run.

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

    Source: Compose Specification, 05-services, `healthcheck`; compose-go, loader/validate.go.
    """
    items = element.file.items(element.node)
    first = resolve(items[0]) if items else None
    if type(first) is not Scalar or "$" in first.value or not is_active(element.file, element.service):
        return
    if first.value not in ("CMD", "CMD-SHELL", "NONE"):
        meant = first.value.upper().replace("_", "-")
        if meant in ("CMD", "CMD-SHELL", "NONE"):
            advice, fix = f'use "{meant}"', written(element.file, first, meant)
        else:
            edits = element.file.changes.prepend(element.node, "CMD") if type(element.node) is Sequence else ()
            advice, fix = f'use ["CMD", "{first.value}", ...]', Fix.of('insert "CMD"', edits, safe=False)
        message = f'service "{element.service}": healthcheck test starts with "{first.value}" instead of "CMD", "CMD-SHELL" or "NONE"'
        yield Problem(first.span, message, advice, fix)


@rule("empty-value", Severity.ERROR, "services.*.develop.watch.*.path", group="structure", formerly="blank-value")
def empty_value(element: Element) -> Iterator[Problem]:
    """Detects empty watch paths.

    Docker Compose refuses the file, because there is nothing to watch.

    Bad:

        services:
          web:
            image: nginx
            develop:
              watch:
                - path: ""
                  action: rebuild

    Good:

        services:
          web:
            image: nginx
            develop:
              watch:
                - path: ./src
                  action: rebuild

    Source: compose-go, validation/validation.go, checkPath.
    """
    node = element.node
    if type(node) is Scalar and not node.value and element.key is not None:
        yield Problem(element.key.span, f'service "{element.service}": watch path is empty', 'set a path, for example "path: ./src"')


@rule("ssh-key-without-path", Severity.ERROR, "services.*.build.ssh.*", group="structure")
def ssh_key_without_path(element: Element) -> Iterator[Problem]:
    """Detects SSH keys of a build that have a name, but no path.

    Docker Compose refuses the file. Only `default`, which refers to the SSH agent, can be used without a path.

    Bad:

        services:
          web:
            build:
              context: .
              ssh: [deploy]

    Good:

        services:
          web:
            build:
              context: .
              ssh: ["default", "deploy=~/.ssh/deploy"]

    Source: Compose Build Specification, `ssh`; compose-go, types/ssh.go.
    """
    node = element.node
    if type(node) is Scalar and isinstance(element.path[-1], int) and node.value != "default" and not set(node.value) & set("=$"):
        message = f'service "{element.service}": SSH key "{node.value}" has no path'
        meant = f"{node.value}=~/.ssh/{node.value.partition(':')[0]}"
        yield Problem(node.span, message, f'use "{meant}", or "default" for the SSH agent', written(element.file, node, meant))


@rule("invalid-device", Severity.WARNING, "services.*.devices.*", group="structure", formerly="confusing-device")
def invalid_device(element: Element) -> Iterator[Problem]:
    """Detects devices with more parts than source, target and permissions.

    Docker Engine refuses to create the container.

    Bad:

        services:
          web:
            image: nginx
            devices: ["/dev/snd:/dev/snd:r:w"]

    Good:

        services:
          web:
            image: nginx
            devices: ["/dev/snd:/dev/snd:rw"]

    Source: Compose Specification, 05-services, `devices`; compose-go, transform/device.go.
    """
    node = element.node
    if type(node) is Scalar and node.value.count(":") > 2 and "$" not in node.value:
        message = f'service "{element.service}": invalid device "{node.value}": it has more than three parts'
        yield Problem(node.span, message, 'use "source:target:permissions" or the long form')


@rule("device-without-target", Severity.ERROR, "services.*.devices.*", group="structure")
def device_without_target(element: Element) -> Iterator[Problem]:
    """Detects devices in long form without a `target`.

    Docker Compose refuses the file, because it does not know the path of the device in the container.

    Bad:

        services:
          web:
            image: nginx
            devices:
              - source: /dev/snd

    Good:

        services:
          web:
            image: nginx
            devices:
              - source: /dev/snd
                target: /dev/snd

    Source: compose-go, override/uncity.go, deviceMappingIndexer.
    """
    if type(element.node) is not Mapping or meant_text(element.path, element.file.values.value(element.node)) is not None:
        return
    entries = element.file.entries(element.node)
    if "target" not in entries:
        source = plain(entries, "source")
        advice = f'add its path in the container, for example "target: {source.value if source else "/dev/snd"}"'
        shown = f'device "{source.value}"' if source else "device"
        message = f'service "{element.service}": {shown} has no target'
        yield Problem(first_line(element.file.source, element.node.span), message, advice)
