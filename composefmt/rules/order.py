"""Opt-in rules on order, quotes and other conventions that the formatter does not enforce."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from composefmt.compose.fields import item_text
from composefmt.findings import Fix, Related, Severity
from composefmt.project.membership import is_project
from composefmt.rules._fixes import deleted
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import whole_number, write_scalar
from composefmt.syntax.values import is_merge_key, key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.file import ComposeFile


def _own_keys(node: Node) -> list[Node]:
    """Return the keys of a mapping, without merge keys."""
    return [key for key, _ in node.entries if not is_merge_key(key)] if type(node) is Mapping else []


@rule("key-order", Severity.INFO, "", "services.*", group="order", default=False)
def key_order(element: Element) -> Iterator[Problem]:
    """Checks for keys of the file or of a service that are not in the order of the setting `order`.

    A uniform order makes files easier to scan and to compare. With the default `order = "keep"`, the rule expects the order of the
    specification. `composefmt format --order spec` sorts keys together with their comments.

    Bad:

        services:
          web:
            ports: ["80"]
            image: nginx

    Good:

        services:
          web:
            image: nginx
            ports: ["80"]

    Source: the Compose Specification's chapters; dclint's service-keys-order and top-level-properties-order.
    """
    from composefmt.compose.spec_order import places, rank

    chosen = element.file.options.order
    place = places("spec" if chosen == "keep" else chosen)
    if element.path:
        services = place.keys["services"].any
        order = services.here[0] if services is not None and services.here else ()
    else:
        order = place.here[0] if place.here else ()
    for one, other in pairwise(_own_keys(element.node) if place.here or element.path else []):
        if rank(key_text(other), order) < rank(key_text(one), order):
            yield Problem(
                other.span,
                f'{_subject(element)}key "{key_text(other)}" should come before "{key_text(one)}"',
                'run "composefmt format --order spec"' if chosen == "keep" else 'run "composefmt format"',
                _sorted(element, order),
                related=(Related(one.span, "preceding key"),),
            )
            return


def _subject(element: Element) -> str:
    """Return how a message starts: with the service, if there is one."""
    return f'service "{element.service}": ' if element.service else ""


@rule("service-order", Severity.INFO, "services", group="order", default=False)
def service_order(element: Element) -> Iterator[Problem]:
    """Checks for services that are not in alphabetical order.

    In a long file, a service is easier to find if the services are sorted.

    Bad:

        services:
          web: {image: nginx}
          api: {image: my/api}

    Good:

        services:
          api: {image: my/api}
          web: {image: nginx}

    Source: dclint's services-alphabetical-order.
    """
    keys = _own_keys(element.node)
    yield from _out_of_order(keys, "service", lambda: _sorted(element, tuple(sorted(map(key_text, keys), key=_sort_key))))


@rule("entry-order", Severity.INFO, "services.*.ports", "services.*.depends_on", group="order", default=False)
def entry_order(element: Element) -> Iterator[Problem]:
    """Checks for ports and dependencies that are not sorted: ports by number, dependencies alphabetically.

    In a sorted list, duplicates and omissions are easier to notice. Lists with long-form items are not checked.

    Fix safety: sorting dependencies is safe. Sorting ports is unsafe because the effective configuration lists them in file order.

    Bad:

        services:
          web:
            image: nginx
            ports: ["443:443", "80:80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["80:80", "443:443"]

    Source: dclint's service-ports-alphabetical-order and service-dependencies-alphabetical-order.
    """
    node = element.node
    kind = "port" if element.path[-1] == "ports" else "dependency"
    items: list[Node] = _own_keys(node) if type(node) is Mapping else [resolve(item) for item in element.file.items(node)]
    if all(type(item) is Scalar for item in items):
        yield from _out_of_order(items, f"{_subject(element)}{kind}", lambda: _items_sorted(element, items, kind))


def _items_sorted(element: Element, items: list[Node], kind: str) -> Fix | None:
    wanted = sorted(items, key=lambda item: _sort_key(key_text(item)))
    if type(element.node) is Mapping:
        return _sorted(element, tuple(map(key_text, wanted)))
    # The model lists ports in file order.
    return Fix.of("sort them", element.file.changes.permute(items, wanted), safe=kind == "dependency")


def _sorted(element: Element, order: tuple[str, ...]) -> Fix | None:
    """Return a fix that sorts a mapping's keys with their comments; None in an unformatted file, where comment owners are unclear."""
    from composefmt.format.order import sorted_edits
    from composefmt.format.protection import protected

    file = element.file
    if not _is_formatted(file):
        return None
    text, tree = file.source.text, file.tree
    return Fix.of("sort them", sorted_edits(text, tree, element.node, order, protected(text, tree)), safe=True)


@lru_cache(maxsize=1)
def _is_formatted(file: ComposeFile) -> bool:
    from composefmt.format.passes import formatted

    return not formatted(file.source.text, file.tree, file.options, file.uses).edits


def _out_of_order(nodes: list[Node], subject: str, fix: Callable[[], Fix | None]) -> Iterator[Problem]:
    for one, other in pairwise(nodes):
        if _sort_key(key_text(other)) < _sort_key(key_text(one)):
            yield Problem(
                other.span,
                f'{subject} "{key_text(other)}" should come before "{key_text(one)}"',
                "sort names alphabetically and numbers in ascending order",
                fix(),
                related=(Related(one.span, "preceding entry"),),
            )
            return


def _sort_key(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts numbers by value and other text alphabetically."""
    import re

    return [(whole_number(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text)]


@rule("unquoted-port", Severity.WARNING, "services.*.ports.*", group="order", default=False)
def unquoted_port(element: Element) -> Iterator[Problem]:
    """Checks for unquoted ports in short form.

    Some YAML parsers read `22:22` as a sexagesimal (base-60) integer; see the rule `base60-number`. Quoted ports are always
    strings.

    Fix safety: the fix adds quotes and is safe.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - 8080:80

    Good:

        services:
          web:
            image: nginx
            ports:
              - "8080:80"

    Source: Compose Specification, 05-services, `ports`, which recommends quotes; dclint's require-quotes-in-ports.
    """
    node = element.node
    if type(node) is Scalar and not node.style and node.value and item_text(node) is not None and '"' not in node.value:
        # No fix if quotes would change the value, or if the formatter would remove them.
        keeps = item_text(node) == node.value and write_scalar(node.value) != node.value
        fix = Fix.of(f'quote "{node.value}"', element.file.changes.quote(node) if keeps else (), safe=True)
        yield Problem(node.span, f'service "{element.service}": port "{node.value}" is not quoted', f'add quotes: "{node.value}"', fix)


@rule("quoted-volume", Severity.INFO, "services.*.volumes.*", group="order", default=False)
def quoted_volume(element: Element) -> Iterator[Problem]:
    """Checks for volumes in short form whose quotes have no effect.

    Unnecessary quotes make a list harder to read and suggest that they are significant.

    Fix safety: the fix removes the quotes and is safe.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - "./site:/srv"

    Good:

        services:
          web:
            image: nginx
            volumes:
              - ./site:/srv

    Source: dclint's no-quotes-in-volumes.
    """
    from composefmt.syntax.scalars import is_plain_safe

    node = element.node
    if type(node) is not Scalar or node.style not in ("'", '"'):
        return
    # Some YAML parsers refuse an unquoted colon at the start of an item in flow style.
    if is_plain_safe(node.value) and not set(node.value) & set(",[]{}") and not node.value.startswith(":"):
        fix = Fix("remove the quotes", (Edit(node.content, node.end, node.value),), safe=True)
        yield Problem(
            node.span, f'service "{element.service}": quotes around volume "{node.value}" are unnecessary', "remove the quotes", fix
        )


@rule("missing-project-name", Severity.INFO, group="order", default=False)
def missing_project_name(element: Element) -> Iterator[Problem]:
    """Checks for files that do not set the project name.

    Without `name`, Docker Compose derives the project name from the directory. Containers, networks and volumes then have different
    names in a different checkout, and two projects in directories with the same name share them.

    Bad:

        services:
          web:
            image: nginx

    Good:

        name: shop
        services:
          web:
            image: nginx

    Source: Compose Specification, 04-version-and-name; dclint's require-project-name-field.
    """
    file = element.file
    services = next((file.entries(root)["services"][0] for root in file.roots if "services" in file.entries(root)), None)
    if services is not None and is_project(file) and not any("name" in file.entries(root) for root in file.roots):
        yield Problem(services.span, 'project name is not set ("name")', 'add "name: ..." at the top level')


@rule("expose-published", Severity.INFO, "services.*.expose", group="ports", default=False)
def expose_published(element: Element) -> Iterator[Problem]:
    """Checks for ports under `expose` that `ports` already publishes.

    Other services can reach every port of a container on a shared network, whether it is exposed or not. The entry has no effect.

    Fix safety: the fix removes the entry. It is unsafe because `expose` is part of the effective configuration.

    Bad:

        services:
          web:
            image: nginx
            expose: ["80"]
            ports: ["8080:80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["8080:80"]

    Source: Compose Specification, 05-services, `expose`.
    """
    from composefmt.rules._publishing import published_ports

    file = element.file
    own = file.entries(file.get("services", element.service))
    if "ports" not in own or type(element.node) is not Sequence:
        return
    published = {
        f"{port.target}/{port.protocol}": port
        for item in file.items(own["ports"][1])
        for port in published_ports(file, element.service, item)
    }
    for item in map(resolve, element.file.items(element.node)):
        text = item.value if type(item) is Scalar else ""
        found = published.get(text if "/" in text else f"{text}/tcp")
        if found is not None:
            yield Problem(
                item.span,
                f'service "{element.service}": exposed port "{text}" is already published',
                f'remove "{text}" from "expose"',
                deleted(file, item),
                related=(Related(found.span(file), "published here"),),
            )


@rule("environment-null", Severity.INFO, "services.*.environment.*", group="environment", default=False)
def environment_null(element: Element) -> Iterator[Problem]:
    """Checks for environment variables without a value.

    Docker Compose takes their value from the shell that runs it, so the container's configuration depends on who starts it. If the
    variable is not set there, the container does not get it.

    Bad:

        services:
          web:
            image: nginx
            environment:
              LEVEL:

    Good:

        services:
          web:
            image: nginx
            environment:
              LEVEL: ${LEVEL:-info}

    Source: Compose Specification, 05-services, `environment`.
    """
    node, key = element.node, element.key
    if type(node) is not Scalar:
        return
    if key is None:
        name, empty = node.value, True
    else:
        name, empty = key_text(key), not node.style and node.value in ("", "~", "null")
    # Other rules explain names with other characters.
    if empty and pattern(r"[^=$:\s]+").fullmatch(name):
        span = key.span if key is not None else node.span
        yield Problem(
            span,
            f'service "{element.service}": value of environment variable "{name}" is taken from the shell',
            f'set a default, as in "${{{name}:-default}}", or "" for an empty value',
        )
