"""The fields with a short and a long form, by path pattern, and a walk that finds them in a tree.

A pattern is a path with `*` for any key or item. The walk follows aliases and merge keys, so it finds every use of an
anchored node, which is rewritten only if all its uses are the same kind of field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from composefmt.compose import ports, volumes
from composefmt.compose.patterns import PatternNode
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree
from composefmt.syntax.scalars import Timestamp, scalar_value
from composefmt.syntax.values import is_merge_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as MappingOf

    from composefmt.compose.dual import Dual
    from composefmt.compose.parse_result import Answer


class Field(NamedTuple):
    """A list whose items may be in short form.

    `parse_short` parses an item, `long_entry` returns its long form, `canonical` and `canonical_long` return the
    canonical objects of a short and a long item; `short_text` returns a candidate short form of a long item, or None.
    """

    name: str
    pattern: str
    parse_short: Callable[[str, MappingOf[str, str] | None], Answer[object]]
    long_entry: Callable[..., MappingOf[str, object]]
    canonical: Callable[..., MappingOf[str, object]]
    canonical_long: Callable[..., MappingOf[str, object]]
    short_text: Callable[[MappingOf[str, object]], str | None]
    in_order: Callable[..., bool] = bool


def _field(name: str, module: Any, in_order: Callable[..., bool] = bool) -> Field:  # noqa: ANN401
    return Field(
        name,
        f"services.*.{name}",
        module.parse_short,
        module.long_entry,
        module.canonical,
        module.canonical_long,
        module.short_text,
        in_order,
    )


FIELDS = (_field("ports", ports, ports.in_order), _field("volumes", volumes))


class Use:
    """One value that is used as a field, and its location; `field` is a `Field` (then it is a list) or a `Dual`.

    `mapping` is the mapping in which it is written as a value, None where it is reached through an alias only;
    `spoiled` where the list or a part of it is also used as something else.
    """

    __slots__ = ("field", "key", "mapping", "node", "spoiled", "spoiled_items")

    def __init__(self, field: Any, node: Any, mapping: Mapping | None, key: Node | None) -> None:  # noqa: ANN401
        self.field = field
        self.node = node
        self.mapping = mapping
        self.key = key
        self.spoiled = False
        self.spoiled_items: set[int] = set()


def _places() -> PatternNode[Field]:
    root: PatternNode[Field] = PatternNode()
    for field in FIELDS:
        root.add(field.pattern, field)
    return root


_ROOT = _places()
# Anywhere that no pattern leads to; and the inside of a top-level `x-` field, which is free to hold what is shared.
_ELSEWHERE: PatternNode[Field] = PatternNode()


def find_uses(tree: Tree) -> list[Use]:
    """Return every list in the tree that is used as a field, in the order of the text."""
    return _find(tree, _ROOT)


def find_dual_uses(tree: Tree, duals: Iterable[Dual]) -> list[Use]:
    """Return every value in the tree that is used as one of these fields, in the order of the text."""
    root: PatternNode[Dual] = PatternNode()
    for dual in duals:
        for pattern in dual.patterns:
            root.add(pattern, dual)
    return _find(tree, root)


def _find(tree: Tree, root: PatternNode[Any]) -> list[Use]:
    finder = _Finder(root, follow_all=bool(tree.aliases))
    for document in tree.documents:
        finder.walk(document, root, None, None)
    return finder.result()


class _Finder:
    __slots__ = ("elsewhere", "follow_all", "kinds", "root", "seen", "uses")

    def __init__(self, root: PatternNode[Any], *, follow_all: bool) -> None:
        self.root = root
        self.follow_all = follow_all
        self.uses: dict[int, Use] = {}
        self.seen: set[tuple[int, int]] = set()
        # Nodes that are also used as something other than a field or its item, and the fields of items.
        self.elsewhere: set[int] = set()
        self.kinds: dict[int, set[str]] = {}

    def walk(self, node: Node, place: PatternNode[Any], owner: Mapping | None, key: Node | None) -> None:
        if type(node) is Alias:
            node, owner, key = node.target, None, None
        if self.follow_all:
            mark = (id(node), id(place))
            if mark in self.seen:
                if owner is not None and (use := self.uses.get(id(node))) is not None and use.mapping is None:
                    use.mapping, use.key = owner, key
                return
            self.seen.add(mark)
        if place.here:
            self.reached(node, place.here[0], owner, key)
        # Aliases may merge a mapping into one that is a field itself.
        if type(node) is Mapping and (not place.here or place.keys or place.any or self.follow_all):
            self.mapping(node, place)
        elif type(node) is Sequence and place.any and self.root is not _ROOT:
            for item in node.items:
                self.walk(item, place.any, None, None)
        elif place is _ELSEWHERE or (self.follow_all and not place.here):
            self.elsewhere.add(id(node))
            for item in node.items if type(node) is Sequence else ():
                self.walk(item, _ELSEWHERE, None, None)

    def mapping(self, node: Mapping, place: PatternNode[Any]) -> None:
        keys, any_key = place.keys, place.any
        elsewhere = _ELSEWHERE if self.follow_all else None
        if place is _ELSEWHERE:
            self.elsewhere.add(id(node))
        for key, value in node.entries:
            text = key.value if type(key) is Scalar else ""
            if text == "<<" and place is not _ELSEWHERE and is_merge_key(key):
                self.merge(value, place)
                continue
            following = keys.get(text) or any_key or elsewhere
            if place is self.root and text.startswith("x-"):
                continue
            if following is not None:
                self.walk(value, following, node, key)

    def merge(self, value: Node, place: PatternNode[Any]) -> None:
        target = value.target if type(value) is Alias else value
        for source in target.items if type(target) is Sequence else [value]:
            if place.here:
                # A merged value must stay a mapping.
                self.elsewhere.add(id(source.target if type(source) is Alias else source))
            self.walk(source, place, None, None)

    def reached(self, node: Node, field: Field | Dual, owner: Mapping | None, key: Node | None) -> None:
        if type(node) is not Sequence and type(field) is Field:
            return
        use = self.uses.get(id(node))
        if use is None:
            self.uses[id(node)] = Use(field, node, owner, key)
        elif use.field is not field:
            use.spoiled = True
        elif use.mapping is None:
            use.mapping, use.key = owner, key
        if self.follow_all and type(node) is Sequence:
            for item in node.items:
                target = item.target if type(item) is Alias else item
                self.kinds.setdefault(id(target), set()).add(field.name)

    def result(self) -> list[Use]:
        uses = sorted(self.uses.values(), key=lambda use: use.node.start)
        if self.follow_all:
            for use in uses:
                use.spoiled = use.spoiled or id(use.node) in self.elsewhere
                items = use.node.items if type(use.node) is Sequence else ()
                use.spoiled_items = {id(item) for item in items if id(item) in self.elsewhere or len(self.kinds.get(id(item), ())) > 1}
        return uses


def item_text(item: Scalar) -> str | None:
    """Return the string of a short item as the reference reads it, None if it is neither a string nor an integer."""
    value = scalar_value(item)
    if isinstance(value, str):
        return None if type(value) is Timestamp else value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
