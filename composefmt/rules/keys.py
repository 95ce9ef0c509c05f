"""Rules for keys that are not strings, and for files in the format of Compose version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.source import Span
from composefmt.syntax.values import MERGE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

# First characters of plain keys that YAML may read as a number, a date, a boolean or null.
_DOUBTFUL = frozenset(("", *"0123456789+-.~tTfFnN"))


@rule("non-string-key", Severity.ERROR, group="syntax")
def non_string_key(element: Element) -> Iterator[Problem]:
    """Checks for keys that YAML reads as a number, a date, a boolean or null.

    Docker Compose accepts only strings as keys and refuses the file.

    Bad:

        services:
          web:
            image: nginx
            labels:
              8080: admin

    Good:

        services:
          web:
            image: nginx
            labels:
              "8080": admin

    Source: compose-go, loader/loader.go, convertToStringKeysRecursive.
    """
    spaced = {problem.path for _, problem in element.file.schema_problems if problem.rule == "wrong-type" and problem.meant is not None}
    skipped = {id(found[1]) for path in spaced if (found := element.file.locate_in_only_document(path)) is not None}
    stack = list(element.file.tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is Sequence:
            stack += node.items
        elif type(node) is Mapping and id(node) not in skipped:
            for key, value in node.entries:
                if type(key) is not Scalar:
                    yield from _collection(element.file, key)
                elif ((not key.style and key.value[:1] in _DOUBTFUL) or key.tag is not None) and type(scalar_value(key)) is not str:
                    yield _unquoted(key)
                if type(value) is not Scalar:
                    stack.append(value)


def _unquoted(key: Scalar) -> Problem:
    quoted = f'"{key.value}"'
    fix = Fix(f"quote {quoted}", (Edit(key.content, key.end, quoted),), safe=False) if key.value and key.tag is None else None
    what = f'key "{key.value}" is not a string' if key.value else "key is empty"
    return Problem(_span(key), what, f"quote it: {quoted}", fix)


def _span(key: Scalar) -> Span:
    """Return the span of the key, or of the next character if it is empty."""
    return key.span if key.end > key.content else Span(key.content, key.content + 1)


def _collection(file: ComposeFile, key: Node) -> Iterator[Problem]:
    if type(key) is Alias and type(resolve(key)) is Scalar:
        return
    span = first_line(file.source, key.span)
    template = file.source.text.startswith("{{", key.span.start - 1)
    advice = 'quote it ("{{ name }}"), or render the template first' if template else "use a string as the key, or quote it"
    yield Problem(span, "key is a list or a mapping, not a string", advice)


@rule("legacy-file", Severity.ERROR, group="deprecated")
def legacy_file(element: Element) -> Iterator[Problem]:
    """Detects files in the format of Compose version 1, with the services at the top level.

    Docker Compose no longer reads this format.

    Bad:

        web:
          image: nginx

    Good:

        services:
          web:
            image: nginx

    Source: Compose Specification, 03-compose-file, whose top level has no service names.
    """
    root = element.file.root
    if root is not None and element.file.once(is_legacy):
        key = root.entries[0][0]
        advice = 'add "services:" above them, and indent them by two spaces'
        yield Problem(key.span, "services are defined at the top level, which Docker Compose no longer supports", advice)


_SECTIONS = frozenset({"configs", "jobs", "models", "networks", "secrets", "services", "volumes"})


def is_legacy(file: ComposeFile) -> bool:
    """Return whether a file defines only services at its top level; a section such as `services` marks the current format."""
    entries = file.entries(file.root)
    names = [name for name in entries if not name.startswith("x-") and name != MERGE_KEY]
    return bool(names) and _SECTIONS.isdisjoint(names) and all({"image", "build"} & file.entries(entries[name][1]).keys() for name in names)
