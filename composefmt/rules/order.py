"""Rules about order and quotes that some teams want; off unless selected, since the formatter has the rest."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from composefmt.compose.fields import item_text
from composefmt.findings import Fix, Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._membership import is_project
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import whole_number, write_scalar
from composefmt.syntax.values import is_merge_key, key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.file import ComposeFile


def _own_keys(node: Node) -> list[Node]:
    """The keys that stand in a mapping itself, without merge keys."""
    return [key for key, _ in node.entries if not is_merge_key(key)] if type(node) is Mapping else []


@rule("key-order", Severity.INFO, "", "services.*", group="order", default=False)
def key_order(element: Element) -> Iterator[Problem]:
    """Keys of the file or of a service are not in the order of the specification.

    `composefmt format --order spec` puts them in order, with their comments.

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

    Source: the specification's chapters; dclint's service-keys-order and top-level-properties-order.
    """
    from composefmt.compose.spec_order import places, rank

    place = places()
    if element.path:
        services = place.keys["services"].any
        order = services.here[0] if services is not None and services.here else ()
    else:
        order = place.here[0]
    for one, other in pairwise(_own_keys(element.node)):
        if rank(key_text(other), order) < rank(key_text(one), order):
            yield Problem(
                other.span,
                f'"{key_text(other)}" belongs before "{key_text(one)}" in the order of the specification',
                "run composefmt format --order spec",
                _sorted(element, order),
                related=(Related(one.span, "the key before it"),),
            )
            return


@rule("service-order", Severity.INFO, "services", group="order", default=False)
def service_order(element: Element) -> Iterator[Problem]:
    """Services are not in the order of the alphabet.

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
    """Ports or dependencies are not in order: ports by their numbers, services by the alphabet.

    Only lists whose items are all short, and mappings by name, are looked at.

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
        yield from _out_of_order(items, kind, lambda: _items_sorted(element, items, kind))


def _items_sorted(element: Element, items: list[Node], kind: str) -> Fix | None:
    wanted = sorted(items, key=lambda item: _sort_key(key_text(item)))
    if type(element.node) is Mapping:
        return _sorted(element, tuple(map(key_text, wanted)))
    # The model lists ports in the order of the file.
    return Fix.of("put them in order", element.file.changes.permute(items, wanted), safe=kind == "dependency")


def _sorted(element: Element, order: tuple[str, ...]) -> Fix | None:
    """Puts the keys of a mapping in order, with their comments; whose comment is whose shows in a formatted file only."""
    from composefmt.format.order import sorted_edits
    from composefmt.format.protection import protected

    file = element.file
    if not _is_formatted(file):
        return None
    text, tree = file.source.text, file.tree
    return Fix.of("put them in order", sorted_edits(text, tree, element.node, order, protected(text, tree)), safe=True)


@lru_cache(maxsize=1)
def _is_formatted(file: ComposeFile) -> bool:
    from composefmt.format.passes import formatted

    return not formatted(file.source.text, file.tree, file.options, file.uses).edits


def _out_of_order(nodes: list[Node], kind: str, fix: Callable[[], Fix | None]) -> Iterator[Problem]:
    for one, other in pairwise(nodes):
        if _sort_key(key_text(other)) < _sort_key(key_text(one)):
            yield Problem(
                other.span,
                f'{kind} "{key_text(other)}" belongs before "{key_text(one)}"',
                "sort them: names by the alphabet, numbers by their size",
                fix(),
                related=(Related(one.span, "the one before it"),),
            )
            return


def _sort_key(text: str) -> list[tuple[int, str]]:
    """Numbers by their size, the rest by the alphabet."""
    import re

    return [(whole_number(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text)]


@rule("unquoted-port", Severity.WARNING, "services.*.ports.*", group="order", default=False)
def unquoted_port(element: Element) -> Iterator[Problem]:
    """A short port without quotes.

    Some readers of YAML take `22:22` for a number, see base60-number.

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

    Source: the specification's 05-services, `ports`, which recommends quotes; dclint's require-quotes-in-ports.
    """
    node = element.node
    if type(node) is Scalar and not node.style and node.value and item_text(node) is not None and '"' not in node.value:
        # Not where quotes would make another value of it, nor where the formatter would take them away.
        keeps = item_text(node) == node.value and write_scalar(node.value) != node.value
        fix = Fix.of("put it in quotes", element.file.changes.quote(node) if keeps else (), safe=True)
        yield Problem(
            node.span, f'service "{element.service}": the port {node.value} has no quotes', f'write "{node.value}" in quotes', fix
        )


@rule("quoted-volume", Severity.INFO, "services.*.volumes.*", group="order", default=False)
def quoted_volume(element: Element) -> Iterator[Problem]:
    """A short volume in quotes that it does not need.

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
    if type(node) is Scalar and node.style in ("'", '"') and is_plain_safe(node.value) and not set(node.value) & set(",[]{}"):
        fix = Fix("write it without quotes", (Edit(node.content, node.end, node.value),), safe=True)
        yield Problem(node.span, f'service "{element.service}": the volume {node.value} needs no quotes', "leave them out", fix)


@rule("missing-project-name", Severity.INFO, group="order", default=False)
def missing_project_name(element: Element) -> Iterator[Problem]:
    """The file gives its project no name, so that it is named after the folder.

    Bad:

        services:
          web:
            image: nginx

    Good:

        name: shop
        services:
          web:
            image: nginx

    Source: the specification's 04-version-and-name; dclint's require-project-name-field.
    """
    file = element.file
    services = next((file.entries(root)["services"][0] for root in file.roots if "services" in file.entries(root)), None)
    if services is not None and is_project(file) and not any("name" in file.entries(root) for root in file.roots):
        yield Problem(services.span, "the project has no name of its own", 'write "name: ..." at the top')


@rule("expose-published", Severity.INFO, "services.*.expose", group="ports", default=False)
def expose_published(element: Element) -> Iterator[Problem]:
    """A port stands below `expose` although `ports` publishes it.

    Other services reach every port of a service anyway.

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

    Source: the specification's 05-services, `expose`.
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
                f'service "{element.service}": port {found.target} is published, so it need not be exposed',
                f'delete "{text}" from expose',
                deleted(file, item),
                related=(Related(found.span(file), "it is published here"),),
            )


@rule("environment-null", Severity.INFO, "services.*.environment.*", group="environment", default=False)
def environment_null(element: Element) -> Iterator[Problem]:
    """A variable without a value is taken from the shell that runs Docker Compose.

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

    Source: the specification's 05-services, `environment`.
    """
    node, key = element.node, element.key
    if type(node) is not Scalar:
        return
    if key is None:
        name, empty = node.value, "=" not in node.value and "$" not in node.value and bool(node.value)
    else:
        name, empty = key_text(key), not node.style and node.value in ("", "~", "null")
    if empty:
        span = key.span if key is not None else node.span
        yield Problem(
            span, f'service "{element.service}": {name} is taken from the shell', f'write "${{{name}:-default}}", or "" for no value'
        )
