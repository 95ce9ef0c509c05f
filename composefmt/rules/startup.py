"""Rules about how services start, run and are counted: what the reference accepts, but what fails or surprises when run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._project import is_active, plain, used
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.values import Entries


@rule("service-healthy-without-healthcheck", Severity.WARNING, "services.*.depends_on.*", group="references")
def service_healthy_without_healthcheck(element: Element) -> Iterator[Problem]:
    """A service waits until another one is healthy, but that one's healthcheck is switched off.

    Docker answers that the container has no healthcheck, and stops. A service without a healthcheck of its own may get one
    from its image; the rule missing-healthcheck tells of that.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres
            healthcheck:
              disable: true

    Good:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres
            healthcheck:
              test: pg_isready -U postgres

    Source: the specification's 05-services, `depends_on`; Docker answers "has no healthcheck configured".
    """
    found = _waited_for(element)
    if found is None:
        return
    condition, entries = found
    check = element.file.entries(entries["healthcheck"][1]) if "healthcheck" in entries else {}
    if _is_off(element.file, check):
        yield Problem(
            condition.span,
            f'service "{element.service}" waits until "{element.path[-1]}" is healthy, but the healthcheck of that one is switched off',
            "give it a test, or wait for service_started",
            related=(Related(entries["healthcheck"][0].span, "it is switched off here"),),
        )


def _waited_for(element: Element) -> tuple[Scalar, Entries] | None:
    """The condition, where it is that a service is healthy, and the entries of that service; None if it is not here."""
    file = element.file
    condition = plain(file.entries(element.node), "condition")
    service = file.defined("services").get(str(element.path[-1]))
    if condition is None or condition.value != "service_healthy" or service is None:
        return None
    entries = file.entries(service)
    return None if "extends" in entries or "provider" in entries else (condition, entries)


def _is_off(file: ComposeFile, check: Entries) -> bool:
    disable = plain(check, "disable")
    if disable is not None and disable.value.lower() == "true":
        return True
    test = value_of(check, "test")
    items = file.items(test)
    first = resolve(items[0]) if items else test
    return type(first) is Scalar and first.value == "NONE" and (bool(items) or type(test) is Scalar)


@rule("missing-healthcheck", Severity.INFO, "services.*.depends_on.*", group="healthcheck", default=False)
def missing_healthcheck(element: Element) -> Iterator[Problem]:
    """A service waits until another one is healthy, but the file gives that one no healthcheck.

    The image may bring one; where it does not, Docker stops with an error.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres

    Good:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres
            healthcheck:
              test: pg_isready -U postgres

    Source: the specification's 05-services, `depends_on`.
    """
    found = _waited_for(element)
    if found is not None and "healthcheck" not in found[1]:
        yield Problem(
            found[0].span,
            f'service "{element.service}" waits until "{element.path[-1]}" is healthy, which has no healthcheck but what its image brings',
            "give it a healthcheck",
        )


@rule("service-completed-restarts", Severity.WARNING, "services.*.depends_on.*", group="references")
def service_completed_restarts(element: Element) -> Iterator[Problem]:
    """A service waits until another one has ended, but that one starts again whenever it ends.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              migrate:
                condition: service_completed_successfully
          migrate:
            image: my/migrate
            restart: always

    Good:

        services:
          web:
            image: nginx
            depends_on:
              migrate:
                condition: service_completed_successfully
          migrate:
            image: my/migrate
            restart: on-failure

    Source: the specification's 05-services, `depends_on` and `restart`.
    """
    file = element.file
    condition = plain(file.entries(element.node), "condition")
    restart = plain(file.entries(file.defined("services").get(str(element.path[-1]))), "restart")
    if condition is None or restart is None or condition.value != "service_completed_successfully":
        return
    if restart.value in ("always", "unless-stopped"):
        yield Problem(
            condition.span,
            f'service "{element.service}" waits until "{element.path[-1]}" has ended, but that one restarts whenever it ends',
            f'write "restart: on-failure" or "no" for "{element.path[-1]}"',
            related=(Related(restart.span, "it restarts because of this"),),
        )


@rule("ports-with-host-network", Severity.WARNING, "services.*.network_mode", group="ports")
def ports_with_host_network(element: Element) -> Iterator[Problem]:
    """A service publishes ports, but its network mode leaves nothing to publish.

    Under `host` the container listens on the host's own ports, and `ports` is ignored. Under `none` there is no network.
    With the network of another service or container, that one must publish the ports: Docker refuses the file when run.

    Bad:

        services:
          web:
            image: nginx
            network_mode: host
            ports: ["8080:80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["8080:80"]

    Source: the specification's 05-services, `network_mode`; Docker's documentation of the host network.
    """
    node, file = element.node, element.file
    own = file.entries(file.get("services", element.service))
    if type(node) is not Scalar or "ports" not in own or not file.items(own["ports"][1]):
        return
    mode, _, other = node.value.partition(":")
    if mode in _MODES:
        what, advice = _MODES[mode]
        span = own["ports"][0].span
        message = f'service "{element.service}": ports {what} under network_mode {node.value}'
        fix = deleted(file, own["ports"][0], "delete the ports") if mode in ("host", "none") else None
        yield Problem(span, message, advice.format(other=other), fix, related=(Related(node.span, "the network mode"),))


_MODES = {
    "host": ("are ignored", "leave them out: the service listens on the ports of the host"),
    "none": ("cannot be published", "leave them out, or leave out network_mode"),
    "service": ("cannot be published", 'publish them in the service "{other}", whose network this one uses'),
    "container": ("cannot be published", 'publish them with the container "{other}", whose network this one uses'),
}


@rule("disabled-dependency", Severity.WARNING, "services.*.depends_on", group="references")
def disabled_dependency(element: Element) -> Iterator[Problem]:
    """A service needs one that only a profile enables.

    Without the profile Docker refuses to start the project. Give both the same profiles, or say `required: false`.

    Bad:

        services:
          web:
            image: nginx
            depends_on: [debugger]
          debugger:
            image: busybox
            profiles: [debug]

    Good:

        services:
          web:
            image: nginx
            depends_on:
              debugger:
                condition: service_started
                required: false
          debugger:
            image: busybox
            profiles: [debug]

    Source: the specification's 15-profiles; the reference's loader/validate.go.
    """
    file = element.file
    known = file.defined("services")
    if not is_active(file, element.service):
        return
    for name in used(file, element.node):
        if name.text in known and not is_active(file, name.text) and _is_required(file, element.node, name.text):
            yield Problem(
                name.node.span,
                f'service "{element.service}" needs "{name.text}", which starts only with a profile',
                'give both the same profiles, or write "required: false" below the dependency',
            )


def _is_required(file: ComposeFile, node: Node, name: str) -> bool:
    entry = file.entries(node).get(name)
    required = file.entries(entry[1]).get("required") if entry else None
    value = resolve(required[1]) if required else None
    return not (type(value) is Scalar and value.value.lower() == "false")
