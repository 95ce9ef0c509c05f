"""Rules about YAML that is valid, but that the reference cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import decoded, fits_tag
from composefmt.syntax.source import Span, line_start
from composefmt.syntax.values import is_merge_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Tree

_SEPARATORS = r"[\x85\u2028\u2029]+"
_DIRECTIVE = r"(?:\A|(?<=[\r\n]))%([^\s#]*)[ \t]*([^\s#]*)[^\r\n]*"


@rule("unreadable-yaml", Severity.ERROR, group="syntax")
def unreadable_yaml(element: Element) -> Iterator[Problem]:
    """YAML that is valid, but that the reference's YAML library cannot read.

    It takes no directives but `%YAML 1.1` and `%TAG`, and only ASCII characters in the names of anchors; and to it the
    characters U+0085, U+2028 and U+2029 break a line.

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
    yield from _directives(file)
    if not file.source.text.isascii():
        yield from _separators(file)
        if "&" in file.source.text:
            yield from _anchors(file)


def _directives(file: ComposeFile) -> Iterator[Problem]:
    text = file.source.text
    if not text.startswith("%") and "\n%" not in text and "\r%" not in text:
        return
    for found in pattern(_DIRECTIVE).finditer(text):
        name, value = found.groups()
        if name == "TAG" or (name, value) == ("YAML", "1.1") or _holder(file.tree, found.start()) is not None:
            continue
        written = f"%{name} {value}".rstrip()
        yield Problem(Span(*found.span()), f"the directive {written} cannot be read", "leave the line out: Compose needs no directives")


def _separators(file: ComposeFile) -> Iterator[Problem]:
    text = file.source.text
    search = pattern(_SEPARATORS).search
    if not search(text):
        return
    for node in file.tree.scalars:
        found = search(text, node.content, node.end) if not node.style else None
        if found is None or file.changes.in_flow(node):
            continue
        behind = text[found.end() : node.end]
        bare = behind.lstrip(" ")
        place = file.changes.place(node)
        column = place[0].content - line_start(text, place[0].content) if place else -1
        if bare and not bare.startswith("#") and len(behind) - len(bare) <= column:
            what = f"the character U+{ord(found[0][0]):04X} breaks the line, and the value ends there"
            yield Problem(Span(*found.span()), what, "delete the character, which cannot be seen, or put the value in quotes")


def _anchors(file: ComposeFile) -> Iterator[Problem]:
    stack = list(file.tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is Alias:
            continue
        anchor = node.anchor  # type: ignore[union-attr]
        if anchor is not None and not anchor.isascii():
            start = file.source.text.find(f"&{anchor}", node.start)
            what = f'the anchor "{anchor}" cannot be read: its name has characters that are not ASCII'
            yield Problem(
                Span(start, start + len(anchor) + 1), what, "name anchors with the letters a to z, digits, dashes and underscores"
            )
        stack += _parts(node)


def _holder(tree: Tree, offset: int) -> Node | None:
    """The scalar or the collection in brackets in which a character stands, None where it is in none."""
    stack = list(tree.documents)
    while stack:
        node = stack.pop()
        if node.start <= offset < node.end:
            if type(node) is Alias or type(node) is Scalar or node.flow:  # type: ignore[union-attr]
                return node
            stack += _parts(node)
    return None


def _parts(node: Node) -> list[Node]:
    if type(node) is Mapping:
        return [part for entry in node.entries for part in entry]
    return node.items if type(node) is Sequence else []


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
    stack = list(element.file.tree.documents)
    while stack:
        node = stack.pop()
        if getattr(node, "tag", None) == "!reset":
            continue
        if type(node) is Mapping:
            for key, value in node.entries:
                if is_merge_key(key):
                    yield from _not_merged(key, value)
        stack += _parts(node)


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
    if "!" not in file.source.text or not any(node.tag is not None for node in file.tree.scalars):
        return
    stack = list(file.tree.documents)
    while stack:
        node = stack.pop()
        if getattr(node, "tag", None) == "!reset":
            continue
        if type(node) is Scalar and node.tag is not None and not (_is_base64(file, node) if node.tag == "!!binary" else fits_tag(node)):
            what = f'"{node.value}" is not what its tag {node.tag} promises'
            yield Problem(Span(node.start, max(node.end, node.start + 1)), what, "leave the tag out, or write such a value")
        stack += _parts(node)


def _is_base64(file: ComposeFile, node: Scalar) -> bool:
    """Whether the text of a value with the tag `!!binary` can be read; its `value` is what it stands for already."""
    raw = file.source.text[node.content : node.end]
    if "\\" in raw:
        return True
    body = raw.partition("\n")[2] if node.style in ("|", ">") else raw.strip("'\"")
    return decoded("".join(body.split())) is not None
