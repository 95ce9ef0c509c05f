"""Rules about YAML that is valid, but that the reference cannot read."""

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
    """YAML that is valid, but that the reference's YAML library cannot read.

    It takes no directives but `%YAML 1.1` and `%TAG`, and only ASCII characters in the names of anchors; and to it the
    characters U+0085, U+2028 and U+2029 break a line. Tabs trouble it on lines that hold nothing else, or a comment.

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

    Source: the scanner of go-yaml, the reference's YAML library.
    """
    file = element.file
    text, tree = file.source.text, file.tree
    for trouble in (*unreadable(text, tree), *lone_tabs(text, tree)):
        yield Problem(*trouble)


@rule("invalid-merge", Severity.ERROR, group="syntax")
def invalid_merge(element: Element) -> Iterator[Problem]:
    """The merge key `<<` has something else than a mapping, or a list of mappings.

    The reference refuses the file, even if nothing uses what is merged there.

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

    Source: go-yaml, the reference's YAML library: "map merge requires map or sequence of maps as the value".
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
        said = (f'"{merged.value}"' if merged.value else "nothing") if type(merged) is Scalar else "a list"
        yield Problem(span, f'"<<" merges mappings, not {said}', 'refer to a mapping by its anchor: "<<: *base", or leave it out')


@rule("invalid-tag", Severity.ERROR, group="syntax")
def invalid_tag(element: Element) -> Iterator[Problem]:
    """A value is not of the kind that its tag names: `!!int` with text, `!!bool` with a number, `!!binary` with no base64.

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

    Source: go-yaml, the reference's YAML library: resolver.go and constructor.go.
    """
    file = element.file
    for trouble in unfit_tags(file.source.text, file.tree):
        yield Problem(*trouble)
