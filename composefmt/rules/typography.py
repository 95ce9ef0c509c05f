"""A rule about characters that only look like those that YAML and Compose know."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from composefmt.compose.typography import Found, in_name, in_value
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Scalar, Sequence
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

# A text may be full of them.
_MOST = 50


@rule("typographic-character", Severity.WARNING, group="yaml-traps")
def typographic_character(element: Element) -> Iterator[Problem]:
    """Detects typographic characters in keys and unquoted values: curly quotes, no-break and zero-width spaces, long dashes.

    Word processors and web pages put them in place of plain characters. YAML reads them as part of the text: “sh” is a
    program whose name has quotes, and a key with a no-break space in front is another key.

    Bad:

        services:
          web:
            image: nginx
            command: [“nginx”, “-t”]

    Good:

        services:
          web:
            image: nginx
            command: ["nginx", "-t"]

    Source: YAML 1.2.2, 5.4 and 7.3: only the plain quotes and the plain space have a meaning.
    """
    file = element.file
    if file.source.text.isascii():
        return
    for node, found in islice(_all(file), _MOST):
        start = node.content + found[0].offset
        plain = "".join({one.offset: one.plain for one in found}.get(index, character) for index, character in enumerate(node.value))
        edits = tuple(Edit(node.content + one.offset, node.content + one.offset + 1, one.plain) for one in found)
        title = "write the plain character" if len(found) == 1 else "write the plain characters"
        yield Problem(Span(start, start + 1), found[0].problem, f"use {plain}", Fix(title, edits, safe=False))


def _all(file: ComposeFile) -> Iterator[tuple[Scalar, list[Found]]]:
    """The characters of all keys and unquoted values whose text is written as it is read."""
    keys: set[int] = set()
    stack = list(file.tree.documents)
    while stack:
        node = stack.pop()
        if type(node) is Mapping:
            keys.update(id(key) for key, _ in node.entries)
            stack += [value for _, value in node.entries]
        elif type(node) is Sequence:
            stack += node.items
    for scalar in file.tree.scalars:
        if scalar.value.isascii() or not file.source.text.startswith(scalar.value, scalar.content) or scalar.style:
            continue
        found = in_name(scalar.value) if id(scalar) in keys else in_value(scalar.value)
        if found:
            yield scalar, found
