"""Rules about the labels that configure Traefik: its routers, their rules, and the network that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, plain
from composefmt.rules._services import in_service
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node

_LABELS = ("services.*.labels.*", "services.*.deploy.labels.*")
_ROUTER = r"traefik\.(?:http|tcp|udp)\.routers\.([^.$]+)\.rule"


def _label(element: Element) -> tuple[str, str, Scalar] | None:
    """Return the name, the value and the node of a label of Traefik; None for other labels."""
    node = element.node
    if type(node) is not Scalar:
        return None
    name, value = (str(element.path[-1]), node.value) if element.key is not None else node.value.partition("=")[::2]
    return (name, value, node) if name.startswith("traefik.") else None


@rule("invalid-traefik-rule", Severity.WARNING, *_LABELS, group="traefik", scope="project")
def invalid_traefik_rule(element: Element) -> Iterator[Problem]:
    """Detects rules of Traefik routers whose values are not quoted.

    Traefik quotes the values of a rule with backticks. It refuses a rule such as `Host(example.org)`, and does not create the router.

    Bad:

        services:
          web:
            image: nginx
            labels:
              - traefik.http.routers.web.rule=Host(example.org)

    Good:

        services:
          web:
            image: nginx
            labels:
              - traefik.http.routers.web.rule=Host(`example.org`)

    Source: Traefik's documentation, "Routers", `rule`.
    """
    label = _label(element)
    if label is None or not pattern(_ROUTER.replace("[^.$]+", "[^.]+")).fullmatch(label[0]):
        return
    _, value, node = label
    matcher = r"\b(Host|HostRegexp|HostSNI|HostSNIRegexp|Path|PathPrefix|PathRegexp|Headers?|HeaderRegexp|Method|Query|ClientIP)\("
    found = pattern(matcher + r"\s*(?![`\"\\$\s)])([^),]*)").search(value)
    if found is not None:
        given = found[2].strip().strip("'")
        message = f'service "{element.service}": value "{found[2].strip()}" in the Traefik rule is not quoted'
        yield Problem(node.span, message, f"use backticks: {found[1]}(`{given}`)")


@rule("duplicate-traefik-router", Severity.WARNING, "services", group="traefik", scope="project")
def duplicate_traefik_router(element: Element) -> Iterator[Problem]:
    """Detects services that define the same Traefik router with different rules.

    Traefik uses neither: "Router defined multiple times with different configurations". Services that only start with a profile are not
    compared.

    Bad:

        services:
          web:
            image: nginx
            labels: ["traefik.http.routers.app.rule=Host(`a.example.org`)"]
          api:
            image: my/api
            labels: ["traefik.http.routers.app.rule=Host(`b.example.org`)"]

    Good:

        services:
          web:
            image: nginx
            labels: ["traefik.http.routers.web.rule=Host(`a.example.org`)"]
          api:
            image: my/api
            labels: ["traefik.http.routers.api.rule=Host(`b.example.org`)"]

    Source: Traefik, pkg/provider/configuration.go, Merge.
    """
    file = element.file
    if ".routers." not in file.source.text:
        return
    first: dict[str, tuple[str, str, Scalar]] = {}
    for service, (_, value) in file.entries(element.node).items():
        if not is_active(file, service):
            continue
        for name, rule_of, node in _rules(file, value):
            other, other_rule, other_node = first.setdefault(name, (service, rule_of, node))
            if other != service and other_rule != rule_of:
                yield Problem(
                    node.span,
                    f'service "{service}": Traefik router of "{name}" has another rule in service "{other}"',
                    "use another name for the router",
                    related=(Related(other_node.span, "other rule"),),
                )


def _rules(file: ComposeFile, service: Node) -> Iterator[tuple[str, str, Scalar]]:
    """Yield the name, the value and the node of each label with the rule of a router."""
    for path in (("labels",), ("deploy", "labels")):
        found = file.locate(path, service)
        if found is None:
            continue
        items = [(item.value, item) for item in map(resolve, file.items(found[1])) if type(item) is Scalar]
        for name, (_, value) in file.entries(found[1]).items():
            node = resolve(value)
            if type(node) is Scalar:
                items.append((f"{name}={node.value}", node))
        for text, node in items:
            name, _, given = text.partition("=")
            if pattern(_ROUTER).fullmatch(name):
                yield name.removesuffix(".rule"), given, node


@rule("traefik-network-not-joined", Severity.WARNING, *_LABELS, group="traefik", scope="project")
def traefik_network_not_joined(element: Element) -> Iterator[Problem]:
    """Detects labels that make Traefik use a network that the service has not joined.

    The label `traefik.docker.network` has the name that Docker gives a network: its `name`, or for a network without a name, the
    name of the project, an underscore and its key. With another name, Traefik uses any network of the container, which it may
    not reach.

    Bad:

        services:
          web:
            image: nginx
            networks: [front]
            labels: ["traefik.docker.network=proxy"]
        networks:
          front:

    Good:

        services:
          web:
            image: nginx
            networks: [front]
            labels: ["traefik.docker.network=proxy"]
        networks:
          front:
            name: proxy

    Source: Traefik's documentation, "Docker provider", `traefik.docker.network`.
    """
    label, file = _label(element), element.file
    if label is None or label[0] not in ("traefik.docker.network", "traefik.swarm.network") or not label[1] or "$" in label[1]:
        return
    _, wanted, node = label
    joined = in_service(element, "networks")
    keys = [item.value for item in map(resolve, file.items(joined)) if type(item) is Scalar] or list(file.entries(joined))
    if not keys or any("$" in key or key not in file.defined("networks") for key in keys):
        return
    real_name = ""
    for key in keys:
        entries = file.entries(file.defined("networks")[key])
        name = plain(entries, "name")
        if "name" in entries and name is None:
            return
        is_fixed = "name" in entries or "external" in entries
        real = name.value if name is not None else key
        if (wanted == real and is_fixed) or (wanted.endswith(f"_{key}") and not is_fixed):
            return
        real_name = real if key == wanted and is_fixed else real_name
    message = f'service "{element.service}" makes Traefik use network "{wanted}", but has not joined it'
    if real_name:
        advice = f'use "{real_name}", the name of network "{wanted}"'
    elif wanted in keys:
        advice = f'add "name: {wanted}" to network "{wanted}", whose name starts with that of the project'
    else:
        advice = "join the network"
    yield Problem(node.span, message, advice)
