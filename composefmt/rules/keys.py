"""Rules about keys that are no text, and about files in the form that Compose had before it knew services."""

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

    from composefmt.compose.file import ComposeFile, Path

# What a plain key can begin with that YAML may read as a number, a date, true, false or null.
_DOUBTFUL = frozenset(("", *"0123456789+-.~tTfFnN"))


@rule("non-string-key", Severity.ERROR, group="syntax")
def non_string_key(element: Element) -> Iterator[Problem]:
    """A key that YAML reads as a number, a date, true, false or nothing: the reference takes text only.

    Bad:

        services:
          web:
            image: nginx
            labels:
              8080: the door

    Good:

        services:
          web:
            image: nginx
            labels:
              "8080": the door

    Source: the reference's loader/loader.go, convertToStringKeysRecursive.
    """
    spaced = {problem.path for _, problem in element.file.schema_problems if problem.rule == "wrong-type" and problem.meant is not None}
    skipped = {id(found[1]) for path in spaced if (found := _located(element.file, path)) is not None}
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


def _located(file: ComposeFile, path: Path) -> tuple[Node | None, Node] | None:
    """Return the key and the value at a path of a file of one document."""
    return file.locate(path, file.root) if file.root is not None and len(file.roots) == 1 else None


def _unquoted(key: Scalar) -> Problem:
    quoted = f'"{key.value}"'
    fix = Fix(f"write {quoted}", (Edit(key.content, key.end, quoted),), safe=False) if key.value and key.tag is None else None
    what = f'the key "{key.value}" is not text' if key.value else "a key is empty"
    return Problem(_span(key), what, f"put it in quotes: {quoted}", fix)


def _span(key: Scalar) -> Span:
    """The key itself, or the character at its place where it is empty."""
    return key.span if key.end > key.content else Span(key.content, key.content + 1)


def _collection(file: ComposeFile, key: Node) -> Iterator[Problem]:
    if type(key) is Alias and type(resolve(key)) is Scalar:
        return
    span = first_line(file.source, key.span)
    template = file.source.text.startswith("{{", key.span.start - 1)
    advice = 'text in braces wants quotes: "{{ name }}"; a template has to be rendered before it is read' if template else ""
    yield Problem(span, "a key is a list or a mapping, not text", advice)


@rule("legacy-file", Severity.ERROR, group="deprecated")
def legacy_file(element: Element) -> Iterator[Problem]:
    """A file in the form of 2014, with the services at the top: Compose does not read it any more.

    Bad:

        web:
          image: nginx

    Good:

        services:
          web:
            image: nginx

    Source: the specification's 03-compose-file, whose top level knows no names of services.
    """
    root = element.file.root
    if root is not None and element.file.once(is_legacy):
        key = root.entries[0][0]
        advice = 'write "services:" above them, and give their lines two more spaces'
        yield Problem(key.span, "the services stand at the top, where Compose no longer looks for them", advice)


_SECTIONS = frozenset({"configs", "jobs", "models", "networks", "secrets", "services", "volumes"})


def is_legacy(file: ComposeFile) -> bool:
    """Whether a file holds nothing but services, at the top; what is called "services" or the like holds those of today."""
    entries = file.entries(file.root)
    names = [name for name in entries if not name.startswith("x-") and name != MERGE_KEY]
    return bool(names) and _SECTIONS.isdisjoint(names) and all({"image", "build"} & file.entries(entries[name][1]).keys() for name in names)
