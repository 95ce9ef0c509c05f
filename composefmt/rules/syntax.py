"""Rules for YAML structure: duplicate keys, documents, aliases."""

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

# The limit of nodes after aliases are expanded. The reference stops at 100,000.
MAX_EXPANDED_NODES = 1_000_000


@rule("duplicate-key", Severity.ERROR, group="syntax")
def duplicate_key(element: Element) -> Iterator[Problem]:
    """Checks for keys that are defined more than once in a mapping.

    YAML forbids duplicate keys because one of the values would be lost. Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            image: httpd

    Good:

        services:
          web:
            image: nginx

    Source: YAML 1.2.2, section 3.2.1.1; compose-go, loader/reset.go.
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


# A file with more duplicates is generated; the fixes would only use memory.
_MAX_FIXES = 1000
_TOGETHER: dict[type, str] = {Mapping: "merge the two mappings, or rename one of the keys", Sequence: "merge the two lists"}


def _repeated_keys(file: ComposeFile, node: Mapping) -> Iterator[Problem]:
    text = file.source.text
    first: dict[str, Node] = {}
    values: dict[str, str] = {}
    offered = 0
    for key, value in node.entries:
        name = key_text(key) if type(key) is not Alias else f"*{key.name}"
        if name in first:
            advice = "merge both in one list: <<: [*first, *second]" if name == "<<" else _TOGETHER.get(type(value), "remove one of them")
            same = text[value.start : value.end] == values[name]
            fix = deleted(file, key, "remove the identical duplicate") if same and offered < _MAX_FIXES else None
            offered += fix is not None
            related = (Related(first[name].span, "first defined here"),)
            yield Problem(key.span, f'duplicate key "{name}"', advice, fix, related)
        else:
            first[name], values[name] = key, text[value.start : value.end]


@rule("not-a-mapping", Severity.ERROR, group="syntax")
def not_a_mapping(element: Element) -> Iterator[Problem]:
    """Checks for files whose top level is not a mapping.

    A Compose file is a mapping with keys such as `services`. Docker Compose refuses a list, a single value or an empty file.

    Bad:

        - web
        - db

    Good:

        services:
          web:
            image: nginx

    Source: Compose Specification, 03-compose-file; compose-go, loader/loader.go.
    """
    documents = element.file.tree.documents
    if all(map(_is_nothing, documents)):
        what = "file is empty" if not element.file.roots else 'file contains only "version"'
        advice = 'add "services" with at least one service'
        # Docker Compose loads an overlay together with its base file.
        name = os.path.basename(element.file.source.filename)
        around = element.file.options.surroundings
        beside = name not in BASES and around is not None and any(around.kind(base) == "file" for base in BASES)
        is_overlay = beside or len(element.file.options.project) > 1
        if "override" not in name:
            yield Problem(Span(0, 1), what, advice, severity=Severity.WARNING if is_overlay else None)
        return
    for node in documents:
        if type(node) is Scalar and _is_nothing(node):
            marker = max(element.file.source.text.rfind("---", 0, node.start), 0)
            yield Problem(Span(marker, marker + 3), "document is empty", 'remove it together with its "---" line')
        elif type(node) is not Mapping:
            shape = "a list" if type(node) is Sequence else "a single value"
            yield Problem(
                first_line(element.file.source, node.span),
                f"file must be a mapping, not {shape}",
                'start the file with a key such as "services:"',
            )


def _is_nothing(node: Node) -> bool:
    if type(node) is Mapping:
        return all(key_text(key) == "version" for key, _ in node.entries)
    return type(node) is Scalar and not node.value and not node.style


@rule("multiple-documents", Severity.INFO, group="syntax")
def multiple_documents(element: Element) -> Iterator[Problem]:
    """Checks for files with more than one YAML document.

    Docker Compose merges each document over the previous ones. Many other tools read only the first document.

    Bad:

        services: {}
        ---
        services: {}

    Good:

        services: {}

    Source: compose-go, loader/loader.go.
    """
    for node in element.file.tree.documents[1:]:
        if type(node) is Scalar and _is_nothing(node):
            continue
        yield Problem(
            first_line(element.file.source, node.span),
            "file has more than one YAML document; Docker Compose merges this one over the previous ones",
            "move it to an override file, which every tool supports",
        )


@rule("alias-bomb", Severity.ERROR, group="syntax")
def alias_bomb(element: Element) -> Iterator[Problem]:
    """Detects nested aliases that expand to an enormous file.

    A few lines of nested aliases can expand to billions of values and exhaust the memory of every program that reads them.
    Docker Compose refuses such a file.

    Source: compose-go, loader/reset.go, `defaultMaxNodeVisits`.
    """
    tree = element.file.tree
    if tree.aliases and expanded_size(tree.documents) > MAX_EXPANDED_NODES:
        yield Problem(
            tree.aliases[-1].span,
            f"aliases expand this file to more than {MAX_EXPANDED_NODES:,} values",
            "replace nested aliases with values",
        )


def expanded_size(documents: list[Node]) -> int:
    """Return the number of nodes in the documents after all aliases are expanded."""
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
