"""Rules on dependencies that Docker Compose accepts but that fail at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, plain, used
from composefmt.rules._services import known_image
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.compose.images import ImageFacts
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.values import Entries


@rule("service-healthy-without-healthcheck", Severity.WARNING, "services.*.depends_on.*", group="references", scope="project")
def service_healthy_without_healthcheck(element: Element) -> Iterator[Problem]:
    """Detects `service_healthy` conditions on services whose healthcheck is disabled, or whose image has none.

    A container without a healthcheck never becomes healthy. Docker Compose stops with "has no healthcheck configured". A service
    without a `healthcheck` key is only reported if its image is known to have none, as with most official images, because other
    images may define one; see the rule `missing-healthcheck`.

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

    Source: Compose Specification, 05-services, `depends_on`; docker-library/faq, "Healthcheck", and the Dockerfile of each image.
    """
    found = _waited_for(element)
    if found is None:
        return
    condition, entries = found
    facts = _image_of(element) if "healthcheck" not in entries else None
    if facts is not None and not facts.healthcheck:
        waiting = f'service "{element.service}" waits for service "{element.path[-1]}" to be healthy'
        yield Problem(
            condition.span,
            f'{waiting}, but neither the service nor image "{facts.name}" has a healthcheck',
            f'define "healthcheck" in service "{element.path[-1]}", or use "condition: service_started"',
            related=(Related(entries["image"][0].span, "image defined here"),),
        )
    check = element.file.entries(entries["healthcheck"][1]) if "healthcheck" in entries else {}
    if _is_off(element.file, check):
        yield Problem(
            condition.span,
            f'service "{element.service}" waits for service "{element.path[-1]}" to be healthy, but its healthcheck is disabled',
            f'define a healthcheck test for service "{element.path[-1]}", or use "condition: service_started"',
            related=(Related(entries["healthcheck"][0].span, "healthcheck disabled here"),),
        )


def _image_of(element: Element) -> ImageFacts | None:
    """Return the facts about the image of a dependency."""
    return known_image(element._replace(path=("services", element.path[-1])))


def _waited_for(element: Element) -> tuple[Scalar, Entries] | None:
    """Return a `service_healthy` condition and the entries of the service that it names; None if either is missing or external."""
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


@rule("missing-healthcheck", Severity.INFO, "services.*.depends_on.*", group="healthcheck", scope="project", default=False)
def missing_healthcheck(element: Element) -> Iterator[Problem]:
    """Detects `service_healthy` conditions on services without a `healthcheck`.

    Unless the image defines a healthcheck, the container never becomes healthy and Docker Compose stops with an error. An explicit
    healthcheck does not depend on the image. Images that are known to have a healthcheck, or none, are not reported; see
    `service-healthy-without-healthcheck`.

    Bad:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: my/database

    Good:

        services:
          web:
            image: nginx
            depends_on:
              db:
                condition: service_healthy
          db:
            image: my/database
            healthcheck:
              test: pg_isready -U postgres

    Source: Compose Specification, 05-services, `depends_on`.
    """
    found = _waited_for(element)
    if found is not None and "healthcheck" not in found[1] and _image_of(element) is None:
        yield Problem(
            found[0].span,
            f'service "{element.service}" waits for service "{element.path[-1]}" to be healthy, but it defines no healthcheck',
            f'define "healthcheck" in service "{element.path[-1]}", unless its image does',
        )


@rule(
    "completed-dependency-restarts",
    Severity.WARNING,
    "services.*.depends_on.*",
    group="references",
    scope="project",
    formerly="service-completed-restarts",
)
def completed_dependency_restarts(element: Element) -> Iterator[Problem]:
    """Detects `service_completed_successfully` on a service that restarts automatically.

    A service with `restart: always` or `restart: unless-stopped` starts again whenever it exits, so it never completes and the
    dependent service may wait forever.

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

    Source: Compose Specification, 05-services, `depends_on` and `restart`.
    """
    file = element.file
    condition = plain(file.entries(element.node), "condition")
    restart = plain(file.entries(file.defined("services").get(str(element.path[-1]))), "restart")
    if condition is None or restart is None or condition.value != "service_completed_successfully":
        return
    if restart.value in ("always", "unless-stopped"):
        yield Problem(
            condition.span,
            f'service "{element.service}" waits for service "{element.path[-1]}" to complete, but it restarts automatically',
            f'set "restart" of service "{element.path[-1]}" to "on-failure" or "no"',
            related=(Related(restart.span, "restart policy defined here"),),
        )


@rule("disabled-dependency", Severity.WARNING, "services.*.depends_on", group="references", scope="project")
def disabled_dependency(element: Element) -> Iterator[Problem]:
    """Detects dependencies on services that only start with a profile.

    Without the profile, the dependency is disabled and Docker Compose refuses to start the project. Assign the same profiles to
    both services, or mark the dependency with `required: false`.

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

    Source: Compose Specification, 15-profiles; compose-go, loader/validate.go.
    """
    file = element.file
    known = file.defined("services")
    if not is_active(file, element.service):
        return
    enabled = file.options.profiles
    condition = f"with {'profile' if len(enabled) == 1 else 'profiles'} {', '.join(enabled)}" if enabled else "without a profile"
    for name in used(file, element.node):
        if name.text in known and not is_active(file, name.text) and _is_required(file, element.node, name.text):
            yield Problem(
                name.node.span,
                f'service "{element.service}" depends on service "{name.text}", which is disabled {condition}',
                'assign the same profiles to both, or set "required: false" for the dependency',
            )


def _is_required(file: ComposeFile, node: Node, name: str) -> bool:
    entry = file.entries(node).get(name)
    required = file.entries(entry[1]).get("required") if entry else None
    value = resolve(required[1]) if required else None
    return not (type(value) is Scalar and value.value.lower() == "false")
