"""Valid YAML that Docker Compose's YAML library, go-yaml, cannot read."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.nodes import Alias, Node, Scalar, parts_of
from composefmt.syntax.scalars import decoded, fits_tag
from composefmt.syntax.source import Span, line_end, line_start
from composefmt.syntax.tabs import in_brackets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.nodes import Tree

# Alone on a line, or followed only by a comment.
_TAB = r"(?:\A|(?<=[\r\n]))( *)\t[ \t]*(?=[#\r\n]|\Z)"
_SEPARATORS = r"[\x85\u2028\u2029]+"
_ESCAPE = r"\\(?:(?P<surrogate>[uU](?:0000)?[dD][89a-fA-F][0-9a-fA-F]{2})|[\s\S])"
_DIRECTIVE = r"(?:\A|(?<=[\r\n]))%([^\s#]*)[ \t]*([^\s#]*)[^\r\n]*"


class Unreadable(NamedTuple):
    """One unreadable location: its span, the problem and the remedy."""

    span: Span
    message: str
    help: str


def unreadable(text: str, tree: Tree) -> Iterator[Unreadable]:
    """Yield directives, escapes, anchor names and characters that go-yaml does not accept."""
    yield from _directives(text, tree)
    if len(tree.documents) > 1 and (bare := bare_document(text) if "\n..." in text or "\r..." in text else None):
        yield bare
    if "\\" in text:
        yield from _escapes(text, tree)
    if not text.isascii():
        yield from _separators(text, tree)
        if "&" in text:
            yield from _anchors(text, tree)


def unfit_tags(text: str, tree: Tree) -> Iterator[Unreadable]:
    """Yield values that do not have the type their tag names."""
    if "!" not in text or not any(node.tag is not None for node in tree.scalars):
        return
    for node in kept_nodes(tree):
        if type(node) is Scalar and node.tag is not None and not (_is_base64(text, node) if node.tag == "!!binary" else fits_tag(node)):
            what = f'"{node.value}" is not a valid {node.tag} value'
            yield Unreadable(Span(node.start, max(node.end, node.start + 1)), what, "remove the tag, or write a value of this type")


def kept_nodes(tree: Tree) -> Iterator[Node]:
    """Yield all nodes except those that `!reset` discards."""
    stack = list(tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is not Alias and node.tag == "!reset":  # type: ignore[union-attr]
            continue
        yield node
        stack += parts_of(node)


def _directives(text: str, tree: Tree) -> Iterator[Unreadable]:
    if not text.startswith("%") and "\n%" not in text and "\r%" not in text:
        return
    for found in re.compile(_DIRECTIVE).finditer(text):
        name, value = found.groups()
        if name == "TAG" or (name, value) == ("YAML", "1.1") or _holder(tree, found.start()) is not None:
            continue
        written = f"%{name} {value}".rstrip()
        yield Unreadable(
            Span(*found.span()),
            f'Docker Compose cannot read the directive "{written}"',
            "remove the line: Compose files need no directives",
        )


def bare_document(text: str) -> Unreadable | None:
    """Return the first document that follows a document end marker without a start marker, which only YAML 1.2 allows."""
    ended, offset = False, 0
    for line in text.splitlines(keepends=True):
        if re.compile(r"\.\.\.\s").match(line):
            ended = True
        elif ended and re.compile(r"---\s|%").match(line):
            ended = False
        elif ended and (content := re.compile(r"[ \t]*([^\s#][^\r\n]*)").match(line)):
            span = Span(offset + content.start(1), offset + content.end(1))
            return Unreadable(span, 'content follows "..." without "---"', 'add a line "---" before it, or remove "..."')
        offset += len(line)
    return None


def _escapes(text: str, tree: Tree) -> Iterator[Unreadable]:
    for node in tree.scalars:
        if node.style == '"':
            for found in re.compile(_ESCAPE).finditer(text, node.content, node.end):
                if found[0] == "\\/":
                    yield Unreadable(Span(*found.span()), 'invalid escape "\\/" in double quotes', "remove the backslash")
                elif found["surrogate"]:
                    yield Unreadable(
                        Span(*found.span()),
                        f'escape "{found[0]}" is not a character',
                        r'write the character itself, or use "\U" with eight digits',
                    )


def lone_tabs(text: str, tree: Tree) -> Iterator[Unreadable]:
    """Yield the first tab that go-yaml refuses although only a comment follows it; formatting removes such tabs."""
    if "\t" not in text:
        return
    from composefmt.syntax.locations import NodeLocations

    brackets = in_brackets(tree)
    starts = [node.start for node in tree.scalars]
    places: NodeLocations | None = None
    for found in re.compile(_TAB).finditer(text):
        index = bisect_right(brackets, (found.end(), 0)) - 1
        behind = bisect_right(starts, found.start()) - 1
        if behind < 0 or (index >= 0 and found.start() < brackets[index][1]):
            continue
        node = tree.scalars[behind]
        if found.start() < node.end:
            continue
        first, *lines = re.split(r"\r\n?|\n", text[node.end : found.start()])
        # Between comments go-yaml reads over white space of any kind.
        if any(line.lstrip().startswith("#") for line in lines) and re.compile(r"\s*#").match(text, found.end()):
            continue
        if node.start < node.end and node.style not in ("'", '"') and not "".join((first, *lines)).strip():
            # Such a value continues on lines that are indented more than its parent.
            places = places or NodeLocations(text, tree)
            place = places.place(node)
            if place is None or len(found[1]) >= _least_indent(text, node, place[0].content - line_start(text, place[0].content)):
                continue
        tab = found.start() + len(found[1])
        yield Unreadable(Span(tab, tab + 1), "tab where only spaces are allowed", "remove it, or indent with spaces")
        return


def _least_indent(text: str, node: Scalar, column: int) -> int:
    """Return the least indentation of further lines of a plain or block scalar whose parent has its elements in a column."""
    if node.style not in ("|", ">"):
        return column + 1
    header = text[node.content : line_end(text, node.content)]
    if digits := re.sub(r"[ \t]#.*|\D", "", header):
        return column + int(digits)
    first = re.compile(r"(?: *(?:\r\n?|\n))+( *)").match(text, node.content + len(header))
    return len(first[1]) if first else column + 1


def _separators(text: str, tree: Tree) -> Iterator[Unreadable]:
    search = re.compile(_SEPARATORS).search
    if not search(text):
        return
    from composefmt.syntax.locations import NodeLocations

    places = NodeLocations(text, tree)
    for node in tree.scalars:
        found = search(text, node.content, node.end) if not node.style else None
        if found is None or places.in_flow(node):
            continue
        behind = text[found.end() : node.end]
        bare = behind.lstrip(" ")
        place = places.place(node)
        column = place[0].content - line_start(text, place[0].content) if place else -1
        if bare and not bare.startswith("#") and len(behind) - len(bare) <= column:
            what = f"Docker Compose reads the character U+{ord(found[0][0]):04X} as a line break, which ends the value"
            yield Unreadable(Span(*found.span()), what, "delete the character, which cannot be seen, or put the value in quotes")


def _anchors(text: str, tree: Tree) -> Iterator[Unreadable]:
    stack = list(tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is Alias:
            continue
        anchor = node.anchor  # type: ignore[union-attr]
        if anchor is not None and not anchor.isascii():
            start = text.find(f"&{anchor}", node.start)
            what = f'Docker Compose cannot read the anchor "{anchor}": its name has characters that are not ASCII'
            yield Unreadable(
                Span(start, start + len(anchor) + 1), what, "name anchors with the letters a to z, digits, dashes and underscores"
            )
        stack += parts_of(node)


def _holder(tree: Tree, offset: int) -> Node | None:
    """Return the scalar or flow collection that contains a character, else None."""
    stack = list(tree.documents)
    while stack:
        node = stack.pop()
        if node.start <= offset < node.end:
            if type(node) is Alias or type(node) is Scalar or node.flow:  # type: ignore[union-attr]
                return node
            stack += parts_of(node)
    return None


def _is_base64(text: str, node: Scalar) -> bool:
    """Return whether the text of a `!!binary` value is base64; its `value` is decoded already."""
    raw = text[node.content : node.end]
    if "\\" in raw:
        return True
    body = raw.partition("\n")[2] if node.style in ("|", ">") else raw.strip("'\"")
    return decoded("".join(body.split())) is not None
