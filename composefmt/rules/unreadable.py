"""Rules for valid YAML that Docker Compose cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.unreadable import kept_nodes, lone_tabs, unfit_tags, unreadable
from composefmt.syntax.values import is_merge_key

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("unreadable-yaml", Severity.ERROR, group="syntax")
def unreadable_yaml(element: Element) -> Iterator[Problem]:
    """Checks for valid YAML that the YAML library of Docker Compose cannot read.

    Docker Compose refuses the file. Its library accepts only the directives `%YAML 1.1` and `%TAG` and only ASCII anchor
    names, reads the characters U+0085, U+2028 and U+2029 as line breaks, and refuses tabs on some blank and comment lines.

    Bad:

        %YAML 1.2
        ---
        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx

    Source: the scanner of go-yaml, the YAML library of Docker Compose.
    """
    file = element.file
    text, tree = file.source.text, file.tree
    for found in (*unreadable(text, tree), *lone_tabs(text, tree)):
        yield Problem(*found)


@rule("invalid-merge", Severity.ERROR, group="syntax")
def invalid_merge(element: Element) -> Iterator[Problem]:
    """Checks for merge keys (`<<`) whose value is neither a mapping nor a list of mappings.

    Docker Compose refuses the file, even if the merged values are not used.

    Bad:

        services:
          web:
            <<:
            image: nginx

    Good:

        x-base: &base
          restart: always
        services:
          web:
            <<: *base
            image: nginx

    Source: go-yaml, the YAML library of Docker Compose: "map merge requires map or sequence of maps as the value".
    """
    if "<<" not in element.file.source.text:
        return
    for node in kept_nodes(element.file.tree):
        if type(node) is Mapping:
            for key, value in node.entries:
                if is_merge_key(key):
                    yield from _not_merged(key, value)


def _not_merged(key: Node, value: Node) -> Iterator[Problem]:
    target = resolve(value)
    for item in target.items if type(target) is Sequence else [value]:
        merged = resolve(item)
        if type(merged) is Mapping or merged.tag == "!reset":
            continue
        span = item.span if item.end > item.span.start else key.span
        actual = (f'"{merged.value}"' if merged.value else "empty") if type(merged) is Scalar else "a list"
        yield Problem(span, f'merge key "<<" requires a mapping, not {actual}', 'use the alias of a mapping ("<<: *base"), or remove it')


@rule("invalid-tag", Severity.ERROR, group="syntax")
def invalid_tag(element: Element) -> Iterator[Problem]:
    """Checks for values that do not match their tag: `!!int` with a word, `!!bool` with a number, `!!binary` without base64.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            environment:
              WORKERS: !!int many

    Good:

        services:
          web:
            image: nginx
            environment:
              WORKERS: !!int 4

    Source: go-yaml, the YAML library of Docker Compose: resolver.go and constructor.go.
    """
    file = element.file
    for found in unfit_tags(file.source.text, file.tree):
        yield Problem(*found)
