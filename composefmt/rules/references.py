"""Rules about names: services, networks, volumes, secrets, configs and models that are used but not defined, and cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import volumes
from composefmt.compose.fields import item_text
from composefmt.compose.short import Parsed
from composefmt.findings import Severity
from composefmt.rules._project import Name, extended, undefined, used
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Node, Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

_SERVICE = "service:"


@rule(
    "undefined-service",
    Severity.ERROR,
    "services.*.depends_on",
    "services.*.network_mode",
    "services.*.extends",
    "services.*.build.additional_contexts",
    group="references",
)
def undefined_service(element: Element) -> Iterator[Problem]:
    """A service that another one needs is not defined.

    In a file that may be an override, or be included or extended, it is a warning: another file may define it.

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

    Source: the reference's loader/validate.go and loader/extends.go.
    """
    yield from undefined(element, _services(element), "services", "service")


def _services(element: Element) -> Iterator[Name]:
    """The services that a field names."""
    node, field = element.node, element.path[-1]
    if field == "depends_on":
        yield from used(element.file, node)
    elif field == "extends":
        yield from extended(element.file, node)
    elif type(node) is Scalar:
        if node.value.startswith(_SERVICE) and "$" not in node.value:
            yield Name(node.value.removeprefix(_SERVICE), node)
    else:
        for value in (resolve(value) for _, value in element.file.entries(node).values()):
            if type(value) is Scalar and value.value.startswith(_SERVICE) and "$" not in value.value:
                yield Name(value.value.removeprefix(_SERVICE), value)


@rule(
    "undefined-link",
    Severity.WARNING,
    "services.*.links",
    "services.*.volumes_from",
    "services.*.pid",
    "services.*.ipc",
    group="references",
)
def undefined_link(element: Element) -> Iterator[Problem]:
    """A service that is linked, or whose volumes or namespaces are shared, is not defined.

    Docker refuses to start the project.

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

    Source: the reference's loader/normalize.go, which makes dependencies of them.
    """
    node = element.node
    if type(node) is Scalar:
        names = [Name(node.value.removeprefix(_SERVICE), node)] if node.value.startswith(_SERVICE) and "$" not in node.value else []
    else:
        names = [Name(name.text.split(":")[0], name.node) for name in used(element.file, node) if not name.text.startswith("container:")]
    for problem in undefined(element, names, "services", "service"):
        yield problem._replace(severity=None)


@rule("undefined-network", Severity.ERROR, "services.*.networks", group="references")
def undefined_network(element: Element) -> Iterator[Problem]:
    """A service joins a network that is not defined.

    Only `default` need not be.

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

    Source: the reference's loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "networks", "network", ("default",))


@rule("undefined-volume", Severity.ERROR, "services.*.volumes", group="references")
def undefined_volume(element: Element) -> Iterator[Problem]:
    """A service mounts a named volume that is not defined.

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

    Source: the reference's loader/validate.go, checkConsistency.
    """
    # Of several mounts at one container path the reference keeps the last.
    mounted: dict[str, Name | None] = {}
    for item in element.file.items(element.node):
        target, name = _volume(element.file, resolve(item))
        mounted[target] = name
    yield from undefined(element, [name for name in mounted.values() if name is not None], "volumes", "volume")


def _volume(file: ComposeFile, item: Node) -> tuple[str, Name | None]:
    """The container path of an item, short or long, and the named volume that it mounts there."""
    if type(item) is Mapping:
        entries = file.entries(item)
        kind, source, target = (resolve(entries[key][1]) if key in entries else None for key in ("type", "source", "target"))
        path = target.value if type(target) is Scalar else ""
        if type(kind) is Scalar and kind.value == "volume" and type(source) is Scalar and source.value and "$" not in source.value:
            return path, Name(source.value, source)
        return path, None
    text = item_text(item) if type(item) is Scalar else None
    answer = volumes.parse_short(text, file.options.environment) if text else None
    if not isinstance(answer, Parsed):
        return str(text), None
    mount = answer.entries[0]
    named = mount.type == "volume" and mount.source and "$" not in mount.source
    return mount.target, Name(mount.source, item) if named else None


@rule("undefined-secret", Severity.ERROR, "services.*.secrets", "services.*.build.secrets", group="references")
def undefined_secret(element: Element) -> Iterator[Problem]:
    """A service uses a secret that is not defined.

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

    Source: the reference's loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "secrets", "secret")


@rule("undefined-config", Severity.ERROR, "services.*.configs", group="references")
def undefined_config(element: Element) -> Iterator[Problem]:
    """A service uses a config that is not defined.

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

    Source: the reference's loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "configs", "config")


@rule("undefined-model", Severity.ERROR, "services.*.models", group="references")
def undefined_model(element: Element) -> Iterator[Problem]:
    """A service uses a model that is not defined.

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

    Source: the reference's loader/validate.go, checkConsistency.
    """
    yield from undefined(element, used(element.file, element.node), "models", "model")
