"""The short and long forms of all fields except ports and volumes: which values to replace, and with what.

A value keeps its form if rewriting it could change its meaning or lose a comment; the reason is recorded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Union

from composefmt.compose.dual import DUALS, Dual, MixedItems, Names, Pairs, Whole
from composefmt.compose.fields import Use, find_dual_uses, item_text
from composefmt.format.plan import Piece, Rewrite
from composefmt.format.protection import is_protected
from composefmt.format.skipped import COMMENT_INSIDE, PLACEHOLDER, SkippedEntry, has_placeholder, is_tied
from composefmt.syntax.comments import CommentLocations
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree
from composefmt.syntax.scalars import scalar_value, write_scalar
from composefmt.syntax.values import Values, is_merge_key
from composefmt.syntax.write import block_lines

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from composefmt.format.plan import Plan
    from composefmt.options import Options
    from composefmt.syntax.source import Span

_TIED = "it holds an anchor, an alias or a tag"

# A rewrite, the reason for skipping the value, or None if there is nothing to do.
_Answer = Union[Rewrite, str, None]


def chosen(options: Options) -> tuple[Dual, ...]:
    """Return the fields, except ports and volumes, that the options rewrite."""
    every = "all" in options.long_form
    named = {*options.short_form, *options.long_form}
    return tuple(dual for dual in DUALS if dual.is_rewritable and (every or dual.name in named))


def _forms(use: Use, options: Options) -> str:
    """Return the form that the options ask for: "short", "long", or "" to keep the present one."""
    if use.field.name in options.short_form:
        return "short"
    if options.engine == "swarm":
        from composefmt.format.swarm import SHORT_ONLY

        return "" if use.field.name in SHORT_ONLY else "long"
    return "long"


def dual_forms(text: str, tree: Tree, options: Options, keep_out: list[Span], plan: Plan, skipped: list[SkippedEntry]) -> tuple[Dual, ...]:
    """Add rewrites of the fields that the options name to the plan, and the others to `skipped`. Return the fields."""
    duals = chosen(options)
    if not duals:
        return ()
    rewriter = _Rewriter(text, tree)
    for use in find_dual_uses(tree, duals):
        form = _forms(use, options)
        if type(use.node) is Alias or use.node.tag is not None or not form:
            continue
        # The text between the key and the value is replaced as well.
        start = min(use.node.start, use.key.end) if use.key is not None else use.node.start
        if is_protected(keep_out, start, use.node.end):
            skipped.append(SkippedEntry(use.field.name, use.node.span, "a comment protects it"))
        elif keep_out and type(use.node) is not Scalar and use.node.flow and rewriter.comments.any_within(use.node.start, use.node.end):
            skipped.append(SkippedEntry(use.field.name, use.node.span, "it is in flow style and holds comments"))
        elif has_placeholder(text[use.node.start : use.node.end]):
            skipped.append(SkippedEntry(use.field.name, use.node.span, PLACEHOLDER))
        elif use.spoiled or use.spoiled_items:
            skipped.append(SkippedEntry(use.field.name, use.node.span, "its anchor is also used for another kind of field"))
        else:
            for node, answer in rewriter.answers(use, to_short=form == "short"):
                if isinstance(answer, str):
                    skipped.append(SkippedEntry(use.field.name, node.span, answer))
                elif answer is not None:
                    plan[id(node)] = answer
    return duals


class _Rewriter:
    """Makes the rewrites of nodes in one text."""

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.values = Values()
        self.comments = CommentLocations(text, tree)

    def answers(self, use: Use, *, to_short: bool) -> list[tuple[Node, Rewrite | list[MappingOf[str, object]] | str | None]]:
        """Return the rewrite of a value, or of each of its items, or the reasons for skipping them."""
        form = use.field.reader
        node = use.node
        if isinstance(form, MixedItems):
            return self._items(node, form, to_short=to_short)
        answer: _Answer = None
        if isinstance(form, Whole) and to_short and use.key is not None and self.comments.any_within(use.key.end, node.start):
            return [(node, "a comment separates it from its key")]
        if isinstance(form, Pairs):
            answer = self._pairs_short(node, form) if to_short else self._pairs_long(node, form)
        elif isinstance(form, Names):
            answer = self._names_short(node, form) if to_short else self._names_long(node, form)
        elif isinstance(form, Whole):
            answer = self._whole_short(node, form) if to_short else self._whole_long(node, form)
        return [(node, answer)]

    # -- lists of K=V ------------------------------------------------------------------------------------------------

    def _pairs_long(self, node: Node, form: Pairs) -> _Answer:
        if type(node) is not Sequence or not node.items:
            return None
        pieces: list[Piece] = []
        seen: set[str] = set()
        for item in node.items:
            text = self._plain_text(item)
            if text is None:
                return "an item is not a plain string"
            answer = form.split(text)
            if isinstance(answer, str):
                return f'"{text}": {answer}'
            key, value = answer
            if key.startswith("x-"):
                return f'as a key, "{key}" would be an extension'
            if key == text and re.search(r"[:\s]", key):
                return f'"{key}" may be a mistake: it has no equals sign'
            if key in seen:
                return f'duplicate key "{key}": the last one applies'
            seen.add(key)
            pieces.append(Piece(item.start, item.end, _pair_lines(key, value)))
        return Rewrite(pieces)

    def _pairs_short(self, node: Node, form: Pairs) -> _Answer:
        if type(node) is not Mapping or not node.entries:
            return None
        pieces: list[Piece] = []
        seen: set[str] = set()
        for key, value in node.entries:
            problem = self._entry_problem(key, value)
            if problem:
                return problem
            name: str = key.value  # type: ignore[union-attr]
            text = form.join(name, self.values.value(value)) if not name.startswith("x-") else None
            if text is None or name in seen:
                return f'"{name}" cannot be written as a string'
            seen.add(name)
            pieces.append(Piece(key.start, self._entry_end(key, value), [f"- {write_scalar(text)}"]))
        return Rewrite(pieces)

    # -- lists of names ----------------------------------------------------------------------------------------------

    def _names_long(self, node: Node, form: Names) -> _Answer:
        if type(node) is not Sequence or not node.items:
            return None
        pieces: list[Piece] = []
        seen: set[str] = set()
        for item in node.items:
            name = self._plain_text(item)
            if not name or "$" in name or name in seen or not isinstance(scalar_value(item), str):  # type: ignore[arg-type]
                return "an item is not a plain name or is a duplicate"
            if name.startswith("x-"):
                return f'as a key, "{name}" would be an extension'
            seen.add(name)
            pieces.append(Piece(item.start, item.end, block_lines({name: form.settings}) if form.settings else [f"{write_scalar(name)}:"]))
        return Rewrite(pieces)

    def _names_short(self, node: Node, form: Names) -> _Answer:
        if type(node) is not Mapping or not node.entries:
            return None
        pieces: list[Piece] = []
        for key, value in node.entries:
            problem = self._entry_problem(key, value)
            if problem:
                return problem
            name: str = key.value  # type: ignore[union-attr]
            settings = self.values.value(value)
            if "$" in name or name.startswith("x-") or not isinstance(scalar_value(key), str):  # type: ignore[arg-type]
                return f'"{name}" cannot be written as a name'
            if form.canonical([name]) != form.canonical({name: settings}):
                return f'"{name}" has settings that the short form cannot express'
            pieces.append(Piece(key.start, self._entry_end(key, value), [f"- {write_scalar(name)}"]))
        return Rewrite(pieces)

    # -- items that are strings or mappings --------------------------------------------------------------------------

    def _items(
        self, node: Node, form: MixedItems, *, to_short: bool
    ) -> list[tuple[Node, Rewrite | list[MappingOf[str, object]] | str | None]]:
        if type(node) is Sequence:
            if to_short:
                return [(item, self._item_short(item, form)) for item in node.items if type(item) is Mapping]
            return [(item, self._item_long(item, form)) for item in node.items if type(item) is Scalar]
        if form.alone and type(node) is Scalar and not to_short:
            text = self._plain_text(node)
            entry = form.long(text) if text is not None else None
            if entry is None or isinstance(entry, str):
                return [(node, entry)]
            first, *rest = block_lines(entry)
            return [(node, Rewrite([Piece(node.content, node.end, [f"- {first}", *(f"  {line}" for line in rest)])]))]
        return []

    def _item_long(self, item: Scalar, form: MixedItems) -> list[MappingOf[str, object]] | str:
        text = self._plain_text(item)
        if text is None or not isinstance(scalar_value(item), str):
            return "it is not a plain string"
        entry = form.long(text)
        return entry if isinstance(entry, str) else [entry]

    def _item_short(self, item: Mapping, form: MixedItems) -> _Answer:
        problem = self._inner_problem(item)
        if problem:
            return problem
        text = form.short(self.values.value(item))
        return None if text is None else Rewrite([], write_scalar(text))

    # -- single values -----------------------------------------------------------------------------------------------

    def _whole_long(self, node: Node, form: Whole) -> _Answer:
        if type(node) is not Scalar or node.start == node.end:
            return None
        if self._plain_text(node, anchored=True) is None:
            return "it is not a plain string"
        made = form.long(scalar_value(node))
        if made is None:
            return None
        if isinstance(made, list):
            lines = [line for item in made for line in _item_lines(item)]
        else:
            lines = block_lines(made)
        return Rewrite([Piece(node.content, node.end, lines)])

    def _whole_short(self, node: Node, form: Whole) -> _Answer:
        if type(node) is Scalar or type(node) is Alias:
            return None
        problem = self._inner_problem(node)
        if problem:
            return problem
        made = form.short(self.values.value(node))
        if made is None:
            return None
        return Rewrite([], write_scalar(made))

    # -- obstacles ---------------------------------------------------------------------------------------------------

    def _plain_text(self, item: Node, *, anchored: bool = False) -> str | None:
        """Return the text of a scalar without tag or anchor that is not a block scalar, else None."""
        if type(item) is not Scalar or item.tag is not None or (item.anchor is not None and not anchored) or item.style in ("|", ">"):
            return None
        return item_text(item)

    def _entry_problem(self, key: Node, value: Node) -> str:
        if type(key) is not Scalar or key.tag is not None or key.anchor is not None or is_merge_key(key):
            return "a key is not a plain string"
        if self.comments.any_within(key.end, value.end):
            return COMMENT_INSIDE
        return _TIED if is_tied(value) else ""

    def _inner_problem(self, node: Node) -> str:
        if self.comments.any_within(node.start, node.end):
            return COMMENT_INSIDE
        return _TIED if is_tied(node, top=True) else ""

    def _entry_end(self, key: Node, value: Node) -> int:
        """Return where an entry ends: without a value, after its colon, which is optional in flow style."""
        if value.start < value.end:
            return value.end
        colon = re.compile(r"[ \t\r\n]*:").match(self.text, key.end)
        return max(value.end, colon.end() if colon else key.end)


def _pair_lines(key: str, value: str | list[str] | None) -> list[str]:
    if isinstance(value, list):
        return [f"{write_scalar(key)}:", *(f"  - {write_scalar(item)}" for item in value)]
    return [f"{write_scalar(key)}: {write_scalar(value)}" if value is not None else f"{write_scalar(key)}:"]


def _item_lines(item: object) -> list[str]:
    if isinstance(item, dict):
        first, *rest = block_lines(item)
        return [f"- {first}", *(f"  {line}" for line in rest)]
    return [f"- {write_scalar(item)}"]
