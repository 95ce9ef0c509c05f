"""Rules about environment variables, labels and build arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.secrecy import masked_item, shown
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted, written
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = ("services.*.environment", "services.*.labels", "services.*.build.args")


@rule("duplicate-variable", Severity.WARNING, *_LISTS, group="environment")
def duplicate_variable(element: Element) -> Iterator[Problem]:
    """Detects duplicate names in lists of environment variables, labels or build arguments.

    Only the last entry takes effect; the others are ignored.

    Bad:

        services:
          web:
            image: nginx
            environment:
              - LEVEL=info
              - LEVEL=debug

    Good:

        services:
          web:
            image: nginx
            environment:
              - LEVEL=debug

    Source: compose-go, override/uncity.go, keyValueIndexer.
    """
    node = element.node
    if type(node) is not Sequence or len(node.items) < _TWO:
        return
    before: dict[str, Scalar] = {}
    for item in map(resolve, element.file.items(node)):
        if type(item) is not Scalar:
            continue
        name = item.value.partition("=")[0]
        if name in before and "$" not in name:
            yield Problem(
                item.span,
                f'service "{element.service}": duplicate "{name}" in "{element.path[-1]}"',
                "keep only one entry; the last one takes effect",
                deleted(element.file, before[name], f'remove "{masked_item(before[name].value)}", which has no effect', safe=True),
                related=(Related(before[name].span, "previous entry"),),
            )
        before[name] = item


_TWO = 2


@rule("quoted-list-value", Severity.WARNING, *(f"{name}.*" for name in _LISTS), group="environment", formerly="quotes-in-list-value")
def quoted_list_value(element: Element) -> Iterator[Problem]:
    """Detects quotes around the value of a `NAME="value"` list item.

    The whole item is one YAML string, so the quotes become part of the value and the program receives them.

    Bad:

        services:
          web:
            image: nginx
            environment:
              - GREETING="hello world"

    Good:

        services:
          web:
            image: nginx
            environment:
              - GREETING=hello world
              - "OTHER=hello world"

    Source: Compose Specification, 05-services, `environment`.
    """
    node = element.node
    if type(node) is not Scalar or not isinstance(element.path[-1], int) or node.value[-1:] not in ("'", '"'):
        return
    name, _, value = node.value.partition("=")
    if len(value) > 1 and value[0] == value[-1] and value[0] not in value[1:-1]:
        meant = f"{name}={value[1:-1]}"
        message = f'service "{element.service}": quotes in {masked_item(node.value)} are part of the value'
        yield Problem(node.span, message, f"remove the quotes: {masked_item(meant)}", written(element.file, node, meant))


@rule("space-around-equals", Severity.ERROR, *(f"{name}.*" for name in _LISTS), group="environment")
def space_around_equals(element: Element) -> Iterator[Problem]:
    """Detects spaces before the equals sign of a `NAME=value` list item.

    The space is part of the name. Docker Compose refuses such environment variables and build arguments. It accepts such labels, so
    their severity is warning.

    Bad:

        services:
          web:
            image: nginx
            environment:
              - LEVEL = debug

    Good:

        services:
          web:
            image: nginx
            environment:
              - LEVEL=debug

    Source: compose-go, types/mapping.go.
    """
    node = element.node
    if type(node) is not Scalar or not isinstance(element.path[-1], int):
        return
    name, equals, value = node.value.partition("=")
    if name[-1:].isspace() and "$" not in name and name.strip():
        is_label = element.path[-2] == "labels"
        if is_label and not equals:
            return
        meant = f"{name.rstrip()}{equals}{value.strip()}"
        yield Problem(
            node.span,
            f'service "{element.service}": space before "=" is part of the name "{name}"',
            f"use {masked_item(meant)}",
            written(element.file, node, meant),
            severity=Severity.WARNING if is_label else None,
        )


@rule("missing-equals-sign", Severity.WARNING, *(f"{name}.*" for name in _LISTS), group="environment")
def missing_equals_sign(element: Element) -> Iterator[Problem]:
    """Detects list items such as `NAME:value` or `NAME value`, in which the equals sign is missing.

    The whole item is the name of the variable or label. A variable of this name is not set in the shell, so the container does not
    get it; such a label has no value.

    Bad:

        services:
          web:
            image: nginx
            environment:
              - LEVEL:debug

    Good:

        services:
          web:
            image: nginx
            environment:
              - LEVEL=debug

    Source: compose-go, types/mapping.go.
    """
    node, key = element.node, element.key
    if type(node) is not Scalar or (key is not None and node.value not in ("", "~", "null")):
        return
    item = key or node
    found = pattern(r"(-?[A-Za-z_][\w.-]*)(:\s*|\s+)((?!//)[^\s:=][^=]*)").fullmatch(item.value) if type(item) is Scalar else None
    if found is None or (element.path[-2] == "labels" and ":" not in found[2]):
        return
    if key is not None:
        message = f'service "{element.service}": no value after the name "{found[1]}" in "{element.path[-2]}"'
        yield Problem(key.span, message, f'use "{found[1]}: {shown(found[1], found[3])}"')
        return
    meant = f"{found[1]}={found[3]}"
    yield Problem(
        node.span,
        f'service "{element.service}": no "=" after the name "{found[1]}" in "{element.path[-2]}"',
        f"use {masked_item(meant)}",
        written(element.file, node, meant),
    )
