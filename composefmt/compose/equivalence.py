"""Prove that two trees have the same meaning, for every rewrite.

The trees are walked side by side. Fields with a short and a long form are compared as canonical objects, everything
else node by node: same tags, same anchors, same values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.fields import Field, Use, find_dual_uses, item_text
from composefmt.compose.parse_result import Parsed
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.values import Values, is_merge_key, key_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as MappingOf

    from composefmt.compose.dual import Dual
    from composefmt.options import Options


def same_meaning(
    before: Tree,
    old_uses: list[Use],
    after: Tree,
    new_uses: list[Use],
    options: Options,
    duals: Iterable[Dual] = (),
    *,
    ordered: bool = True,
) -> bool:
    """Return whether Docker Compose loads the same from both trees; the uses are those that `find_uses` finds in each.

    `options` define what counts as the same (see the fields' `canonical_long`), `duals` are the other fields that may have
    changed their form. Unless `ordered`, keys may have changed their order.
    """
    if len(before.documents) != len(after.documents) or len(old_uses) != len(new_uses):
        return False
    comparison = _Comparison({id(use.node): use for use in old_uses}, {id(use.node): use for use in new_uses}, options)
    comparison.ordered = ordered
    if duals:
        comparison.duals = {id(use.node): use.field for use in find_dual_uses(before, duals)}
    return all(comparison.same(a, b) for a, b in zip(before.documents, after.documents, strict=True))


class _Comparison:
    __slots__ = ("duals", "new", "new_values", "old", "old_values", "options", "ordered")

    def __init__(self, old: MappingOf[int, Use], new: MappingOf[int, Use], options: Options) -> None:
        self.options = options
        self.old = old
        self.new = new
        self.old_values = Values()
        self.new_values = Values()
        self.duals: dict[int, Dual] = {}
        self.ordered = True

    def same(self, a: Node, b: Node) -> bool:
        if self.duals and id(a) in self.duals:
            return self.same_node(a, b) or self.same_dual(a, b, self.duals[id(a)])
        return self.same_node(a, b)

    def same_dual(self, a: Node, b: Node, dual: Dual) -> bool:
        """Compare two values of a field with two forms as canonical objects; an anchor must stay."""
        if type(a) is Alias or type(b) is Alias or a.anchor != b.anchor or a.tag or b.tag:  # type: ignore[union-attr]
            return False
        canonical = dual.reader.canonical
        return _identical(canonical(self.old_values.value(a)), canonical(self.new_values.value(b)))

    def same_node(self, a: Node, b: Node) -> bool:
        kind = type(a)
        if kind is not type(b):
            return False
        if kind is Scalar:
            return _same_scalar(a, b)  # type: ignore[arg-type]
        if kind is Alias:
            return a.name == b.name  # type: ignore[union-attr]
        if a.tag != b.tag or a.anchor != b.anchor:  # type: ignore[union-attr]
            return False
        if kind is Mapping:
            return self.same_mapping(a, b)  # type: ignore[arg-type]
        use = self.old.get(id(a))
        if use is not None:
            other = self.new.get(id(b))
            return other is not None and other.field is use.field and self.same_list(a, b, use.field)  # type: ignore[arg-type]
        return len(a.items) == len(b.items) and all(map(self.same, a.items, b.items))  # type: ignore[union-attr]

    def same_mapping(self, a: Mapping, b: Mapping) -> bool:
        if len(a.entries) != len(b.entries):
            return False
        same = self.same
        pairs = b.entries if self.ordered else _in_order_of(a, b)
        for (key_a, value_a), (key_b, value_b) in zip(a.entries, pairs, strict=True):
            # Most keys and values are plain strings on both sides, which need no call.
            if type(key_a) is not Scalar or type(key_b) is not Scalar:
                if not same(key_a, key_b):
                    return False
            elif (
                key_a.value != key_b.value or key_a.style or key_b.style or key_a.tag or key_b.tag or key_a.anchor or key_b.anchor
            ) and not _same_key(key_a, key_b):
                return False
            if type(value_a) is Scalar and type(value_b) is Scalar:
                differs = value_a.value != value_b.value or value_a.style != value_b.style
                if (differs or value_a.tag or value_b.tag or value_a.anchor or value_b.anchor) and not _same_scalar(value_a, value_b):
                    return False
            elif not same(value_a, value_b):
                return False
        return True

    def same_list(self, a: Sequence, b: Sequence, field: Field) -> bool:
        """Compare two lists of a field as canonical objects, in order; anchors of items must not move."""
        # Compare a range in both texts as it is: it may expand to tens of thousands of ports.
        kept = _ranges(a) & _ranges(b)
        return any(
            self.canonical(a, field, self.old_values, alike) == self.canonical(b, field, self.new_values, alike)
            for alike in ((kept, _NONE) if kept else (_NONE,))
        )

    def canonical(self, node: Sequence, field: Field, values: Values, kept: frozenset[str]) -> list[object]:
        made: list[object] = []
        for item in node.items:
            if type(item) is Alias:
                made.append(("alias", item.name))
                continue
            if item.anchor is not None:  # type: ignore[union-attr]
                made.append(("anchor", item.anchor))  # type: ignore[union-attr]
            if type(item) is Scalar:
                made += self.canonical_short(item, field, kept)
            elif type(item) is Mapping:
                made.append(_without_tags(field.canonical_long(values.value(item), self.options), item))
            else:
                made.append(values.value(item))
        return made

    def canonical_short(self, item: Scalar, field: Field, kept: frozenset[str]) -> list[object]:
        text = item_text(item)
        if text is None or item.tag not in (None, "!!str"):
            return [("scalar", item.tag, scalar_value(item))]
        if text in kept:
            return [("short", text)]
        # Without known variables: only the meaning of an entry matters here, not whether it may be rewritten.
        answer = field.parse_short(text, {})
        if isinstance(answer, Parsed):
            return [field.canonical(entry, self.options) for entry in answer.entries]
        return [("short", text)]


_NONE: frozenset[str] = frozenset()


def _ranges(node: Sequence) -> frozenset[str]:
    """Return the short items that may be ranges."""
    return frozenset(text for item in node.items if type(item) is Scalar and "-" in item.value and (text := item_text(item)))


def _in_order_of(a: Mapping, b: Mapping) -> list[tuple[Node, Node]]:
    """Return the entries of `b` in the key order of `a`; unchanged if the keys differ or are duplicated."""
    entries = {key_text(key): (key, value) for key, value in b.entries}
    names = [key_text(key) for key, _ in a.entries]
    return [entries[name] for name in names] if set(names) == entries.keys() and len(entries) == len(b.entries) else b.entries


def _identical(a: object, b: object) -> bool:
    """Return whether two values are equal with equal types at every level: True is not 1."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_identical(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_identical, a, b))
    return a == b


def _without_tags(entry: object, item: Mapping) -> object:
    return entry if item.tag is None else (item.tag, entry)


def _same_key(a: Scalar, b: Scalar) -> bool:
    return _same_scalar(a, b) or (a.anchor == b.anchor and is_merge_key(a) and is_merge_key(b))


def _same_scalar(a: Scalar, b: Scalar) -> bool:
    if a.tag != b.tag or a.anchor != b.anchor:
        return False
    if a.value == b.value and (a.style == b.style or (a.style and b.style)):
        return True
    old, new = scalar_value(a), scalar_value(b)
    return type(old) is type(new) and old == new
