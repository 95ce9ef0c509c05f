"""Helpers of the rules on mounts: the source, target and location of each item of a service's `volumes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import volumes
from composefmt.compose.fields import item_text
from composefmt.compose.file import first_line
from composefmt.compose.parse_result import Parsed
from composefmt.compose.volume_syntax import clean_path, looks_like_path
from composefmt.rules._project import UsedName, undefined
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.compose.volume_syntax import Mount
    from composefmt.findings import Severity
    from composefmt.rules.registry import Element
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span
    from composefmt.syntax.values import Entries


class Mounted(NamedTuple):
    """One mount: its type, source ("" for none), container path and whether it is read-only; `entries` in long form.

    Sources and paths may contain variables.
    """

    type: str
    source: str
    target: str
    read_only: bool
    short: Mount | None
    entries: Entries
    span: Span


def mounted(file: ComposeFile, node: Node) -> Mounted | None:
    """Return the mount of an item of `volumes`; None if it cannot be determined."""
    # Several rules read the same item.
    return file.once(_mounted, resolve(node))


def _mounted(file: ComposeFile, item: Node) -> Mounted | None:
    if type(item) is Mapping:
        entries = file.entries(item)
        kind, source, target, read_only = (_text(entries, key) for key in ("type", "source", "target", "read_only"))
        return Mounted(kind, source, clean_path(target), read_only == "true", None, entries, first_line(file.source, item.span))
    text = item_text(item) if type(item) is Scalar else None
    answer = volumes.parse_short(text, file.options.environment) if text else None
    if not isinstance(answer, Parsed):
        return None
    short = answer.entries[0]
    return Mounted(short.type, short.source, short.target, short.read_only, short, {}, first_line(file.source, item.span))


def _text(entries: Entries, key: str) -> str:
    node = value_of(entries, key)
    return node.value if type(node) is Scalar else ""


def named_volumes(file: ComposeFile, node: Node) -> list[UsedName]:
    """Return the named volumes among a service's `volumes`, each with its short item or its long form's source.

    Of several mounts at one container path, Docker Compose keeps the last.
    """
    found: dict[str, UsedName | None] = {}
    for item in map(resolve, file.items(node)):
        mount = mounted(file, item)
        if mount is None:
            found[item_text(item) or "" if type(item) is Scalar else ""] = None
            continue
        source = value_of(mount.entries, "source")
        holder = source if type(source) is Scalar else item
        named = mount.type == "volume" and mount.source and "$" not in mount.source
        found[mount.target] = UsedName(mount.source, holder) if named else None
    return [name for name in found.values() if name is not None]


def is_short_path(name: UsedName) -> bool:
    """Return whether a named volume is a short form's path without a leading `./`."""
    return type(name.node) is Scalar and name.node.value != name.text and looks_like_path(name.text)


def refused_paths(element: Element) -> dict[int, Severity]:
    """Return the severities of a service's short items with a path as volume name, by the identity of their node."""
    paths = [name for name in named_volumes(element.file, element.node) if is_short_path(name)]
    return {
        id(name.node): problem.severity
        for name in paths
        for problem in undefined(element, [name], "volumes", "volume")
        if problem.severity is not None
    }
