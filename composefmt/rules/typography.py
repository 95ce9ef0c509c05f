"""A rule for characters that resemble the plain ones of YAML and Compose."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from composefmt.compose.secrecy import masked_item, shown
from composefmt.compose.typography import Character, in_command, in_name, in_value, plain
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Scalar, Sequence
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Node

# The limit of findings per file.
_MOST = 50


@rule("typographic-character", Severity.WARNING, group="yaml-traps")
def typographic_character(element: Element) -> Iterator[Problem]:
    """Detects typographic characters in keys and unquoted values: curly quotes, no-break and zero-width spaces, long dashes.

    Word processors and web pages insert them instead of plain characters. YAML reads them as part of the text: “sh” is a
    program whose name includes the quotes, and a key with a leading no-break space is another key.

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

    Source: YAML 1.2.2, 5.4 and 7.3: only plain quotes and plain spaces are significant.
    """
    file = element.file
    if file.source.text.isascii():
        return
    for name, node, found in islice(_all(file), _MOST):
        start = node.content + found[0].offset
        meant = plain(node.value, found)
        display = shown(name, masked_item(meant))
        edits = tuple(Edit(node.content + one.offset, node.content + one.offset + 1, one.plain) for one in found)
        title = "use the plain character" if len(found) == 1 else "use the plain characters"
        yield Problem(
            Span(start, start + 1),
            found[0].problem,
            f'use "{display}"' if '"' not in display else f"use {display}",
            Fix.of(title, edits if _is_one_value(meant) else (), safe=False),
        )


def _is_one_value(text: str) -> bool:
    """Return whether an unquoted value stays one value with plain characters."""
    if text[:1] in ("'", '"'):
        return len(text) > 1 and text[-1] == text[0] and text.count(text[0]) == len(text[:1] + text[-1:])
    return not text.startswith("- ") and text != "-" and ": " not in text and not text.endswith(":")


# Fields with identifiers, and fields with commands. All others may contain prose or paths.
_WORDS = frozenset(
    {
        "cap_add", "cap_drop", "container_name", "cpus", "depends_on", "dns", "expose", "extra_hosts", "hostname", "image", "interval",
        "ipc", "links", "mem_limit", "memory", "mode", "network_mode", "networks", "pid", "platform", "ports", "pull_policy", "restart",
        "shm_size", "start_period", "stop_grace_period", "stop_signal", "target", "timeout", "user",
    }
)  # fmt: skip
_COMMANDS = frozenset({"command", "entrypoint", "test"})
# Mappings with user-defined keys.
_FREE = frozenset({"annotations", "args", "driver_opts", "environment", "labels", "options", "sysctls"})


def _all(file: ComposeFile) -> Iterator[tuple[str, Scalar, list[Character]]]:
    """Yield the typographic characters of keys and unquoted values that contain no escapes, with the variable's name if it has one."""
    searches = {node: (name, search) for node, name, search in _searches(file)}
    for scalar in file.tree.scalars:
        if scalar.value.isascii() or not file.source.text.startswith(scalar.value, scalar.content) or scalar.style:
            continue
        name, search = searches.get(id(scalar), ("", in_value))
        found = search(scalar.value)
        if found:
            yield name, scalar, found


def _searches(file: ComposeFile) -> Iterator[tuple[int, str, Callable[[str], list[Character]]]]:
    """Yield the identity of each scalar, the variable that it is the value of ("" if none), and how it is searched.

    Keys and identifiers, commands and values that may be prose are searched in different ways.
    """
    stack: list[tuple[Node, str, str]] = [(document, "", "") for document in file.tree.documents]
    while stack:
        node, field, variable = stack.pop()
        if type(node) is Mapping:
            for key, value in node.entries:
                yield id(key), "", in_name
                name = key.value if type(key) is Scalar else ""
                is_free = field in _FREE or field.startswith("x-")
                stack.append((value, field if is_free else name, name if is_free else ""))
        elif type(node) is Sequence:
            stack += [(item, field, variable) for item in node.items]
        else:
            yield id(node), variable, in_name if field in _WORDS else in_command if field in _COMMANDS else in_value
