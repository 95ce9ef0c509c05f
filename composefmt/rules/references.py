"""Rules about names: services, networks, volumes, secrets, configs and models that are used but not defined, and cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.interpolation import has_variable
from composefmt.findings import Severity
from composefmt.rules._mounting import is_short_path, named_volumes
from composefmt.rules._project import UsedName, extended, is_active, linked, of_missing, undefined, used
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.source import Span

_SERVICE = "service:"


@rule(
    "undefined-service",
    Severity.ERROR,
    "services.*.depends_on",
    "services.*.network_mode",
    "services.*.extends",
    "services.*.build.additional_contexts",
    group="references",
    scope="project",
    may_be_elsewhere=True,
)
def undefined_service(element: Element) -> Iterator[Problem]:
    """Detects references to services that are not defined.

    Docker Compose refuses a file that depends on, extends or builds from an undefined service. Included files, the base of an
    override file and the override beside a base are taken into account. In a file that may be part of a project, the finding is
    a warning. The comment `# composefmt: fragment` marks a file as part of a project.

    Fix safety: the fix inserts the nearest defined name. It is unsafe because another service may be intended.

    Bad:

        services:
          web:
            image: nginx
            depends_on: [databse]
          database:
            image: postgres

    Good:

        services:
          web:
            image: nginx
            depends_on: [database]
          database:
            image: postgres

    Source: compose-go, loader/validate.go and loader/extends.go.
    """
    # `job-depends-on` reports a dependency on a job.
    optional = _optional(element)
    for problem in undefined(element, _services(element), "services", "service", tuple(element.file.defined("jobs"))):
        if problem.span in optional:
            end = "" if problem.help.endswith("?") else ";"
            note = '"required: false" only covers services that are defined but disabled by a profile'
            yield problem._replace(help=f"{problem.help}{end} {note}")
        else:
            yield problem


def _optional(element: Element) -> set[Span]:
    """Return the locations of the dependencies that are not required, or only if a variable says so."""
    node = resolve(element.node)
    if element.path[-1] != "depends_on" or type(node) is not Mapping:
        return set()
    file = element.file
    return {
        key.span
        for key, value in node.entries
        if type(key) is Scalar
        and type(required := value_of(file.entries(value), "required")) is Scalar
        and (scalar_value(required) is False or required.value.lower() == "false" or has_variable(required.value))
    }


def _services(element: Element) -> Iterator[UsedName]:
    """Yield the services that a field refers to."""
    node, field = element.node, element.path[-1]
    if field == "depends_on":
        yield from used(element.file, node)
    elif field == "extends":
        yield from extended(element.file, node)
    elif type(node) is Scalar:
        yield from linked(element.file, node)
    else:
        for value in (resolve(value) for _, value in element.file.entries(node).values()):
            if type(value) is Scalar:
                yield from linked(element.file, value)


@rule(
    "undefined-link",
    Severity.WARNING,
    "services.*.links",
    "services.*.volumes_from",
    "services.*.pid",
    "services.*.ipc",
    group="references",
    scope="project",
    may_be_elsewhere=True,
)
def undefined_link(element: Element) -> Iterator[Problem]:
    """Detects links, `volumes_from` and shared namespaces that refer to undefined services.

    Docker Compose treats these references as dependencies and refuses to start the project.

    Fix safety: the fix inserts the nearest defined name. It is unsafe because another service may be intended.

    Bad:

        services:
          web:
            image: nginx
            links: [databse]

    Good:

        services:
          web:
            image: nginx
            links: [database]
          database:
            image: postgres

    Source: compose-go, loader/normalize.go, which adds them to the dependencies.
    """
    # Docker Compose only refuses them after it has added them to the dependencies.
    for problem in undefined(element, linked(element.file, element.node), "services", "service"):
        yield problem._replace(severity=None)


@rule("undefined-network", Severity.ERROR, "services.*.networks", group="references", scope="project", may_be_elsewhere=True)
def undefined_network(element: Element) -> Iterator[Problem]:
    """Detects services that join a network that is not defined.

    Docker Compose refuses the file. Only the network `default` is defined implicitly.

    Fix safety: the fix inserts the nearest defined name or adds a definition. It is unsafe because another network may be intended.

    Bad:

        services:
          web:
            image: nginx
            networks: [backend]

    Good:

        services:
          web:
            image: nginx
            networks: [backend]
        networks:
          backend:

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "networks", "network", ("default",))


@rule("undefined-volume", Severity.ERROR, "services.*.volumes", group="references", scope="project", may_be_elsewhere=True)
def undefined_volume(element: Element) -> Iterator[Problem]:
    """Detects services that mount a named volume that is not defined.

    Docker Compose refuses the file.

    Fix safety: the fix inserts the nearest defined name or adds a definition. It is unsafe because another volume may be intended.

    Bad:

        services:
          db:
            image: postgres
            volumes:
              - data:/var/lib/postgresql/data

    Good:

        services:
          db:
            image: postgres
            volumes:
              - data:/var/lib/postgresql/data
        volumes:
          data:

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    # `missing-colon` or `named-volume-looks-like-path` reports a short form with a path as its name.
    names = [name for name in named_volumes(element.file, element.node) if not is_short_path(name)]
    yield from undefined(element, names, "volumes", "volume")


@rule(
    "undefined-secret",
    Severity.ERROR,
    "services.*.secrets",
    "services.*.build.secrets",
    group="references",
    scope="project",
    may_be_elsewhere=True,
)
def undefined_secret(element: Element) -> Iterator[Problem]:
    """Detects services that use a secret that is not defined.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            secrets: [certificate]

    Good:

        services:
          web:
            image: nginx
            secrets: [certificate]
        secrets:
          certificate:
            file: ./certificate.pem

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "secrets", "secret")


@rule("undefined-config", Severity.ERROR, "services.*.configs", group="references", scope="project", may_be_elsewhere=True)
def undefined_config(element: Element) -> Iterator[Problem]:
    """Detects services that use a config that is not defined.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            configs: [site]

    Good:

        services:
          web:
            image: nginx
            configs: [site]
        configs:
          site:
            file: ./site.conf

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "configs", "config")


@rule("undefined-model", Severity.ERROR, "services.*.models", group="references", scope="project", may_be_elsewhere=True)
def undefined_model(element: Element) -> Iterator[Problem]:
    """Detects services that use a model that is not defined.

    Docker Compose refuses the file.

    Bad:

        services:
          chat:
            image: my/chat
            models: [llm]

    Good:

        services:
          chat:
            image: my/chat
            models: [llm]
        models:
          llm:
            model: ai/smollm2

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "models", "model")


@rule("context-without-build", Severity.ERROR, "services.*.build.additional_contexts.*", group="references", scope="project")
def context_without_build(element: Element) -> Iterator[Problem]:
    """Detects additional build contexts that refer to a service without `build`.

    `service:NAME` uses the image that is built for another service. Docker Compose refuses the file if that service has no `build`.

    Bad:

        services:
          web:
            build:
              context: .
              additional_contexts:
                base: service:base
          base:
            image: alpine

    Good:

        services:
          web:
            build:
              context: .
              additional_contexts:
                base: service:base
          base:
            build: ./base

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    file, node = element.file, element.node
    text = node.value if type(node) is Scalar else ""
    text = text.partition("=")[2] if isinstance(element.path[-1], int) else text
    entries = file.entries(file.defined("services").get(text.removeprefix(_SERVICE)))
    if text.startswith(_SERVICE) and entries and is_active(file, element.service) and not {"build", "extends"} & entries.keys():
        name = text.removeprefix(_SERVICE)
        message = f'service "{element.service}": build context refers to service "{name}", which has no "build"'
        advice = f'add "build" to service "{name}", or use an image, as in "docker-image://alpine"'
        severity, note = of_missing(file, "another file may add it")
        yield Problem(node.span, message, advice + note, severity=severity)
