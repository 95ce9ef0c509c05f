"""YAML that is valid, but that the reference's YAML library, go-yaml, cannot read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence
from composefmt.syntax.scalars import decoded, fits_tag
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.nodes import Tree

_SEPARATORS = r"[\x85\u2028\u2029]+"
_DIRECTIVE = r"(?:\A|(?<=[\r\n]))%([^\s#]*)[ \t]*([^\s#]*)[^\r\n]*"


class Trouble(NamedTuple):
    """What cannot be read: the place, what is wrong there, and how to mend it."""

    span: Span
    message: str
    help: str


def unreadable(text: str, tree: Tree) -> Iterator[Trouble]:
    """Directives, names of anchors and characters that go-yaml does not take."""
    yield from _directives(text, tree)
    if not text.isascii():
        yield from _separators(text, tree)
        if "&" in text:
            yield from _anchors(text, tree)


def unfit_tags(text: str, tree: Tree) -> Iterator[Trouble]:
    """Values that are not of the kind that their tag names."""
    if "!" not in text or not any(node.tag is not None for node in tree.scalars):
        return
    for node in kept_nodes(tree):
        if type(node) is Scalar and node.tag is not None and not (_is_base64(text, node) if node.tag == "!!binary" else fits_tag(node)):
            what = f'"{node.value}" is not what its tag {node.tag} promises'
            yield Trouble(Span(node.start, max(node.end, node.start + 1)), what, "leave the tag out, or write such a value")


def kept_nodes(tree: Tree) -> Iterator[Node]:
    """All nodes but those that `!reset` throws away."""
    stack = list(tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is not Alias and node.tag == "!reset":  # type: ignore[union-attr]
            continue
        yield node
        stack += _parts(node)


def _directives(text: str, tree: Tree) -> Iterator[Trouble]:
    if not text.startswith("%") and "\n%" not in text and "\r%" not in text:
        return
    for found in re.compile(_DIRECTIVE).finditer(text):
        name, value = found.groups()
        if name == "TAG" or (name, value) == ("YAML", "1.1") or _holder(tree, found.start()) is not None:
            continue
        written = f"%{name} {value}".rstrip()
        yield Trouble(Span(*found.span()), f"the directive {written} cannot be read", "leave the line out: Compose needs no directives")


def _separators(text: str, tree: Tree) -> Iterator[Trouble]:
    search = re.compile(_SEPARATORS).search
    if not search(text):
        return
    from composefmt.syntax.changes import Changes

    changes = Changes(text, tree)
    for node in tree.scalars:
        found = search(text, node.content, node.end) if not node.style else None
        if found is None or changes.in_flow(node):
            continue
        behind = text[found.end() : node.end]
        bare = behind.lstrip(" ")
        place = changes.place(node)
        column = place[0].content - line_start(text, place[0].content) if place else -1
        if bare and not bare.startswith("#") and len(behind) - len(bare) <= column:
            what = f"the character U+{ord(found[0][0]):04X} breaks the line, and the value ends there"
            yield Trouble(Span(*found.span()), what, "delete the character, which cannot be seen, or put the value in quotes")


def _anchors(text: str, tree: Tree) -> Iterator[Trouble]:
    stack = list(tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is Alias:
            continue
        anchor = node.anchor  # type: ignore[union-attr]
        if anchor is not None and not anchor.isascii():
            start = text.find(f"&{anchor}", node.start)
            what = f'the anchor "{anchor}" cannot be read: its name has characters that are not ASCII'
            yield Trouble(
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


def _is_base64(text: str, node: Scalar) -> bool:
    """Whether the text of a value with the tag `!!binary` can be read; its `value` is what it stands for already."""
    raw = text[node.content : node.end]
    if "\\" in raw:
        return True
    body = raw.partition("\n")[2] if node.style in ("|", ">") else raw.strip("'\"")
    return decoded("".join(body.split())) is not None
