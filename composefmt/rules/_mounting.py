"""What the rules on mounts share: what each item of a service's `volumes` mounts, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import volumes
from composefmt.compose.fields import item_text
from composefmt.compose.file import first_line
from composefmt.compose.short import Parsed
from composefmt.compose.volume_syntax import clean_path
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.compose.volume_syntax import Mount
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span
    from composefmt.syntax.values import Entries


class Mounted(NamedTuple):
    """One mount: its type, source ("" for none), container path and whether it is read-only; `entries` where it is long.

    Sources and paths may hold variables.
    """

    type: str
    source: str
    target: str
    read_only: bool
    short: Mount | None
    entries: Entries
    span: Span


def mounted(file: ComposeFile, node: Node) -> Mounted | None:
    """What an item of `volumes` mounts; None where that cannot be told."""
    item = resolve(node)
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
