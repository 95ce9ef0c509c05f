"""Opt-in rules about the order in which services start: dependencies that are not ready, or that are not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Fix, Related, Severity
from composefmt.rules._project import plain, used
from composefmt.rules._services import environment_of, in_service, known_image, service_entries
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.scalars import write_scalar
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.rules._project import UsedName


@rule("dependency-not-ready", Severity.WARNING, "services.*.depends_on", group="readiness", scope="project", default=False)
def dependency_not_ready(element: Element) -> Iterator[Problem]:
    """Detects dependencies in short form on services that have a healthcheck.

    The short form only waits until the container of the dependency has started, not until the program in it answers. The healthcheck
    shows Docker Compose when that is the case.

    Fix safety: the fix writes the dependencies in long form, with the condition `service_healthy` for those with a healthcheck. It is
    unsafe because the service then starts later, and not at all if the healthcheck fails.

    Bad:

        services:
          web:
            image: my/web
            depends_on: [db]
          db:
            image: my/db
            healthcheck:
              test: pg_isready

    Good:

        services:
          web:
            image: my/web
            depends_on:
              db:
                condition: service_healthy
          db:
            image: my/db
            healthcheck:
              test: pg_isready

    Source: Docker documentation, "Control startup and shutdown order in Compose".
    """
    node = element.node
    if type(node) is not Sequence:
        return
    names = list(used(element.file, node))
    waited = [name for name in names if _becomes_healthy(element, name.text)]
    for name in waited:
        yield Problem(
            name.node.span,
            f'service "{element.service}" does not wait until service "{name.text}" is healthy',
            'use the long form with "condition: service_healthy"',
            _long_form(element, names, {each.text for each in waited}) if len(names) == len(node.items) else None,
        )


def _becomes_healthy(element: Element, service: str) -> bool:
    """Return whether a service has a healthcheck of its own, or one of its image."""
    other = element._replace(path=("services", service))
    check = service_entries(other, "healthcheck")
    if not check:
        facts = known_image(other)
        return facts is not None and facts.healthcheck
    disable, test = plain(check, "disable"), value_of(check, "test")
    items = element.file.items(test)
    first = resolve(items[0]) if items else test
    is_off = (disable is not None and disable.value.lower() == "true") or (type(first) is Scalar and first.value in ("NONE", ""))
    return test is not None and not is_off


def _long_form(element: Element, names: list[UsedName], healthy: set[str]) -> Fix | None:
    """Return the fix that writes the dependencies as a mapping with a condition for each."""
    key, changes = element.key, element.file.changes
    place = changes.place(key) if key is not None else None
    if key is None or place is None or type(place[0]) is not Mapping:
        return None
    conditions = {name.text: "service_healthy" if name.text in healthy else "service_started" for name in names}
    if place[0].flow:
        inner = ", ".join(f"{write_scalar(name, flow=True)}: {{condition: {condition}}}" for name, condition in conditions.items())
        lines = [f"depends_on: {{{inner}}}"]
    else:
        lines = ["depends_on:"]
        for name, condition in conditions.items():
            lines += [f"  {write_scalar(name)}:", f"    condition: {condition}"]
    return Fix.of("wait until the dependencies are healthy", changes.rewrite(key, lines), safe=False)


@rule("undeclared-dependency", Severity.INFO, "services.*.environment", group="readiness", scope="project", default=False)
def undeclared_dependency(element: Element) -> Iterator[Problem]:
    """Detects services that name another service in their environment without depending on it.

    A variable such as `DB_HOST: db` or a URL with the host `db` shows that the service connects to another one. Without
    `depends_on`, it may start first, and `docker compose up web` does not start the other one at all. Dependencies of dependencies
    are taken into account.

    Bad:

        services:
          web:
            image: my/web
            environment:
              DATABASE_URL: postgres://app@db:5432/app
          db:
            image: my/db

    Good:

        services:
          web:
            image: my/web
            depends_on: [db]
            environment:
              DATABASE_URL: postgres://app@db:5432/app
          db:
            image: my/db

    Source: Compose Specification, 05-services, `depends_on`.
    """
    file = element.file
    services = file.defined("services")
    if "links" in service_entries(element) or in_service(element, "network_mode") is not None:
        return
    reached = _dependencies(file, element.service)
    reported: set[str] = set()
    for name, value in environment_of(element).items():
        for host in _hosts(name, value or ""):
            if host in services and host != element.service and host not in reached and host not in reported:
                reported.add(host)
                if element.service not in _dependencies(file, host):
                    yield Problem(
                        element.key.span if element.key is not None else element.node.span,
                        f'service "{element.service}" uses service "{host}" in "{name}", but does not depend on it',
                        f'add "{host}" to "depends_on"',
                        related=_definition(file, host),
                    )


def _hosts(name: str, value: str) -> list[str]:
    """Return the host names in the value of a variable: those of URLs, and the value itself if the variable's name says so."""
    if "$" in value:
        return []
    hosts: list[str] = pattern(r"[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?([A-Za-z0-9_.-]+)(?::[0-9]+)?(?=[/,?#\s]|$)").findall(value)
    if pattern(r"(?i).*(?:host|hostname|addr|address|server|endpoint)s?").fullmatch(name):
        hosts += pattern(r"([A-Za-z0-9_.-]+)(?::[0-9]+)?").findall(value) if pattern(r"[\w.:,-]+").fullmatch(value) else []
    return hosts


def _dependencies(file: ComposeFile, service: str) -> set[str]:
    """Return the services on which a service depends, directly or not."""
    found: set[str] = set()
    waiting = [service]
    while waiting:
        entries = file.entries(file.defined("services").get(waiting.pop()))
        node = value_of(entries, "depends_on")
        names = [name.text for name in used(file, node)] if node is not None else []
        waiting += [name for name in names if name not in found]
        found.update(names)
    return found


def _definition(file: ComposeFile, service: str) -> tuple[Related, ...]:
    entry = file.entries(file.get("services")).get(service)
    return (Related(entry[0].span, "service defined here"),) if entry else ()
