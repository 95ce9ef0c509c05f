"""Rules about the text as YAML: keys, documents, shapes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Related, Severity
from composefmt.project.names import BASES
from composefmt.rules._fixes import deleted
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence
from composefmt.syntax.source import Span
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

# Aliases may repeat nodes; more than this many in all is an attack or a mistake. The reference gives up at 100,000.
MAX_EXPANDED_NODES = 1_000_000


@rule("duplicate-key", Severity.ERROR, group="syntax")
def duplicate_key(element: Element) -> Iterator[Problem]:
    """A key stands twice in one mapping.

    YAML forbids it, and the reference refuses the file: one of the two values would be lost without a word.

    Bad:

        services:
          web:
            image: nginx
            image: httpd

    Good:

        services:
          web:
            image: nginx

    Source: YAML 1.2.2, section 3.2.1.1; the reference's loader/reset.go.
    """
    for node in element.file.tree.documents:
        yield from _duplicates(element.file, node)


def _duplicates(file: ComposeFile, root: Node) -> Iterator[Problem]:
    stack = [root]
    while stack:
        node = stack.pop()
        if type(node) is Sequence:
            stack += node.items
        elif type(node) is Mapping:
            if len({key.value if type(key) is Scalar else id(key) for key, _ in node.entries}) < len(node.entries):
                yield from _repeated_keys(file, node)
            stack += [value for _, value in node.entries if type(value) is not Scalar]


# Where a key stands more often than this, nobody wrote the file by hand; the fixes would only take memory.
_MAX_FIXES = 1000
_TOGETHER: dict[type, str] = {Mapping: "put both together, or give one another name", Sequence: "put both lists together"}


def _repeated_keys(file: ComposeFile, node: Mapping) -> Iterator[Problem]:
    text = file.source.text
    first: dict[str, Node] = {}
    values: dict[str, str] = {}
    offered = 0
    for key, value in node.entries:
        name = key_text(key) if type(key) is not Alias else f"*{key.name}"
        if name in first:
            advice = "list both in one: <<: [*first, *second]" if name == "<<" else _TOGETHER.get(type(value), "keep one of the two")
            same = text[value.start : value.end] == values[name]
            fix = deleted(file, key, "delete it, since both say the same") if same and offered < _MAX_FIXES else None
            offered += fix is not None
            related = (Related(first[name].span, "it is first set here"),)
            yield Problem(key.span, f'the key "{name}" stands twice', advice, fix, related)
        else:
            first[name], values[name] = key, text[value.start : value.end]


@rule("not-a-mapping", Severity.ERROR, group="syntax")
def not_a_mapping(element: Element) -> Iterator[Problem]:
    """The file as a whole is not a mapping of keys to values.

    A Compose file begins with keys such as `services:`; a list or a single value at the top is refused.

    Bad:

        - web
        - db

    Good:

        services:
          web:
            image: nginx

    Source: the specification's 03-compose-file; the reference's loader/loader.go.
    """
    documents = element.file.tree.documents
    if all(map(_is_nothing, documents)):
        what = "the file is empty" if not element.file.roots else "the file sets nothing but its version"
        advice = 'a Compose file needs at least "services:" with a service below it'
        # Docker Compose loads it together with the base that it overrides.
        name = os.path.basename(element.file.source.filename)
        around = element.file.options.surroundings
        is_overlay = name not in BASES and around is not None and any(around.kind(base) == "file" for base in BASES)
        if "override" not in name:
            yield Problem(Span(0, 1), what, advice, severity=Severity.WARNING if is_overlay else None)
        return
    for node in documents:
        if type(node) is Scalar and _is_nothing(node):
            marker = max(element.file.source.text.rfind("---", 0, node.start), 0)
            yield Problem(Span(marker, marker + 3), "this document is empty", "leave it out, with the line --- that begins or ends it")
        elif type(node) is not Mapping:
            shape = "a list" if type(node) is Sequence else "a single value"
            yield Problem(
                first_line(element.file.source, node.span),
                f"the file is {shape}, not a mapping",
                'a Compose file begins with keys such as "services:"',
            )


def _is_nothing(node: Node) -> bool:
    if type(node) is Mapping:
        return all(key_text(key) == "version" for key, _ in node.entries)
    return type(node) is Scalar and not node.value and not node.style


@rule("multiple-documents", Severity.INFO, group="syntax")
def multiple_documents(element: Element) -> Iterator[Problem]:
    """The file holds more than one YAML document.

    The reference merges the documents of a file, each over the ones before; other tools read the first one only.

    Bad:

        services: {}
        ---
        services: {}

    Good:

        services: {}

    Source: the reference's loader/loader.go.
    """
    for node in element.file.tree.documents[1:]:
        if type(node) is Scalar and _is_nothing(node):
            continue
        yield Problem(
            first_line(element.file.source, node.span),
            "this is another document; the reference merges it over the ones before",
            "use an override file, which every tool understands",
        )


@rule("alias-bomb", Severity.ERROR, group="syntax")
def alias_bomb(element: Element) -> Iterator[Problem]:
    """Aliases of aliases multiply into an enormous file.

    A few lines of nested aliases can stand for billions of values, which no program survives. The reference
    gives up on such a file.

    Source: the reference's loader/reset.go, `defaultMaxNodeVisits`.
    """
    tree = element.file.tree
    if tree.aliases and expanded_size(tree.documents) > MAX_EXPANDED_NODES:
        yield Problem(
            tree.aliases[-1].span, f"aliases multiply this file into more than {MAX_EXPANDED_NODES:,} values", "write the values out"
        )


def expanded_size(documents: list[Node]) -> int:
    """How many nodes the documents have once all aliases are followed."""
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if type(node) is Alias:
            return sizes.get(id(node.target), 1)
        if type(node) is Sequence:
            total = 1 + sum(map(size, node.items))
        elif type(node) is Mapping:
            total = 1 + sum(size(key) + size(value) for key, value in node.entries)
        else:
            total = 1
        if node.anchor is not None:  # type: ignore[union-attr]
            sizes[id(node)] = total
        return total

    return sum(map(size, documents))
