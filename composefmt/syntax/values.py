"""Plain values of nodes: dictionaries, lists and scalars, with aliases and merge keys resolved."""

from __future__ import annotations

from typing import Any

from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import plain_value, scalar_value

MERGE_KEY = "<<"


def key_text(node: Node) -> str:
    """Return a mapping's key as text; "" if the key is a collection."""
    node = resolve(node)
    return node.value if type(node) is Scalar else ""


def is_merge_key(node: Node) -> bool:
    """Return whether a key is the merge key `<<` (plain, or with its own tag, as go-yaml reads it)."""
    if type(node) is not Scalar or node.value != MERGE_KEY:
        return False
    return not node.style if node.tag is None or node.tag == "!" else node.tag == "!!merge"


Entries = dict[str, tuple[Node, Node]]


def merged_entries(node: Mapping, cache: dict[int, Entries] | None = None) -> Entries:
    """Return the (key, value) nodes of a mapping by key: its own entries, then those of merge keys.

    `cache` (by node id) keeps the work linear when merges build on merges; pass the same one for a whole tree.
    """
    cache = {} if cache is None else cache
    if id(node) in cache:
        return cache[id(node)]
    entries: Entries = {}
    merges: list[Node] = []
    for key, value in node.entries:
        if is_merge_key(key):
            merges.append(value)
        else:
            entries[key_text(key)] = (key, value)
    for merge in merges:
        target = resolve(merge)
        for item in target.items if type(target) is Sequence else [target]:
            source = resolve(item)
            if type(source) is Mapping:
                for name, entry in merged_entries(source, cache).items():
                    entries.setdefault(name, entry)
    cache[id(node)] = entries
    return entries


def value_of(entries: Entries, key: str) -> Scalar | Sequence | Mapping | None:
    """Return the value of a key with aliases followed, None if the key is missing."""
    return resolve(entries[key][1]) if key in entries else None


class Values:
    """Converts nodes to plain values. Anchored values are converted once and shared, so that alias bombs stay small."""

    __slots__ = ("_merged", "_shared")

    def __init__(self) -> None:
        self._shared: dict[int, object] = {}
        self._merged: dict[int, Entries] = {}

    def value(self, node: Node) -> Any:  # noqa: ANN401 - a YAML value may be anything
        """Return the plain value of a node. Keys are strings, as in the canonical model; `!reset` values are None."""
        kind = type(node)
        if kind is Scalar:
            return scalar_value(node)  # type: ignore[arg-type]
        node = resolve(node)
        key = id(node)
        shared = self._shared
        if node.anchor is not None and key in shared:
            return shared[key]
        result = self._make(node)
        if node.anchor is not None:
            shared[key] = result
        return result

    def _make(self, node: Node) -> object:
        if type(node) is Sequence:
            return [self.value(item) for item in node.items if isinstance(item, Alias) or item.tag != "!reset"]
        if type(node) is Mapping:
            made: dict[str, object] = {}
            has_merge = False
            for key, value in node.entries:
                name = key.value if type(key) is Scalar else key_text(key)
                if name == MERGE_KEY and is_merge_key(key):
                    has_merge = True
                elif type(value) is Scalar and value.tag is None:
                    made[name] = value.value if value.style else plain_value(value.value)
                elif isinstance(value, Alias) or value.tag != "!reset":
                    made[name] = self.value(value)
            if has_merge:
                for name, (_, value) in merged_entries(node, self._merged).items():
                    if name not in made and (isinstance(value, Alias) or value.tag != "!reset"):
                        made[name] = self.value(value)
            return made
        return scalar_value(node) if type(node) is Scalar else None
