"""Rules about single fields of a service that the schema cannot judge."""

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
    action = plain(entries, "action")
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
        meant = first.value.upper().replace("_", "-")
        if meant in ("CMD", "CMD-SHELL", "NONE"):
            advice, fix = f'write "{meant}"', written(element.file, first, meant)
        else:
            edits = element.file.changes.prepend(element.node, "CMD") if type(element.node) is Sequence else ()
            advice, fix = f'write ["CMD", "{first.value}", ...]', Fix.of('write "CMD" before it', edits, safe=False)
        yield Problem(first.span, f'service "{element.service}": the test begins with "{first.value}"', advice, fix)


@rule("blank-value", Severity.ERROR, "services.*.develop.watch.*.path", group="structure")
def blank_value(element: Element) -> Iterator[Problem]:
    """The path to watch is empty.

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

    Source: the reference's validation/validation.go, checkPath.
    """
    node = element.node
    if type(node) is Scalar and not node.value and element.key is not None:
        yield Problem(element.key.span, f'service "{element.service}": the path to watch is empty', 'name one: "path: ./src"')


@rule("ssh-key-without-path", Severity.ERROR, "services.*.build.ssh.*", group="structure")
def ssh_key_without_path(element: Element) -> Iterator[Problem]:
    """A build is to use an SSH key by a name of its own, but no file is named; only `default` needs none.

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

    Source: the Compose Build Specification, `ssh`; the reference's types/ssh.go.
    """
    node = element.node
    if type(node) is Scalar and isinstance(element.path[-1], int) and node.value != "default" and not set(node.value) & set("=$"):
        message = f'service "{element.service}": the SSH key "{node.value}" names no file'
        meant = f"{node.value}=~/.ssh/{node.value.partition(':')[0]}"
        yield Problem(node.span, message, f'write "{meant}", or "default" for the agent', written(element.file, node, meant))


@rule("confusing-device", Severity.WARNING, "services.*.devices.*", group="structure")
def confusing_device(element: Element) -> Iterator[Problem]:
    """A device with more parts than source, target and permissions, which Docker refuses.

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

    Source: the specification's 05-services, `devices`; the reference's transform/device.go.
    """
    node = element.node
    if type(node) is Scalar and node.value.count(":") > 2 and "$" not in node.value:
        message = f'service "{element.service}": the device "{node.value}" has more than three parts'
        yield Problem(node.span, message, 'write "source:target:permissions", or the long form')


@rule("device-without-target", Severity.ERROR, "services.*.devices.*", group="structure")
def device_without_target(element: Element) -> Iterator[Problem]:
    """A device in long form that does not say where it stands in the container.

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

    Source: the reference's override/uncity.go, deviceMappingIndexer.
    """
    if type(element.node) is not Mapping or meant_text(element.path, element.file.values.value(element.node)) is not None:
        return
    entries = element.file.entries(element.node)
    if "target" not in entries:
        source = plain(entries, "source")
        advice = f'name its path in the container: "target: {source.value if source else "/dev/snd"}"'
        yield Problem(first_line(element.file.source, element.node.span), f'service "{element.service}": a device has no target', advice)
