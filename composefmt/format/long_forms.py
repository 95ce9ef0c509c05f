"""Short forms to long forms: what to write in place of `"8080:80"`, which is `target: 80` and `published: 8080`.

A short entry is left alone where rewriting could change what it means or hide a mistake; each time a note says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation, ports
from composefmt.compose.fields import Field, Use, item_text
from composefmt.compose.short import Malformed, Opaque, Parsed
from composefmt.format.kept import Kept
from composefmt.format.protection import is_protected
from composefmt.format.short_forms import short_forms
from composefmt.syntax.comments import CommentPlaces
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import Values

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from composefmt.format.plan import Plan
    from composefmt.options import Options
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Span
    from composefmt.syntax.write import Entry


def long_forms(text: str, tree: Tree, uses: list[Use], options: Options, keep_out: list[Span]) -> tuple[Plan, list[Kept]]:
    """What is to become of the ports and volumes: short entries that become long, long ones that become short, and those
    that stay as they are.
    """
    plan: Plan = {}
    kept: list[Kept] = []
    comments = CommentPlaces(text, tree)
    for use in uses:
        # What `!reset` marks is thrown away, whatever it says.
        if use.node.tag == "!reset":
            continue
        if use.field.name in options.short_form:
            short_forms(use, comments, options, keep_out, plan, kept)
        elif use.field.name in options.long_form or "all" in options.long_form:
            for item, answer in _entries(use, options, keep_out):
                if isinstance(answer, str):
                    kept.append(Kept(use.field.name, item.span, answer))
                else:
                    plan[id(item)] = answer
    return plan, kept


def _entries(use: Use, options: Options, keep_out: list[Span]) -> list[tuple[Scalar, list[Entry] | str]]:
    """Each short item with the long entries to write, or the reason why it stays."""
    items = [(item, text) for item in use.node.items if type(item) is Scalar and (text := item_text(item)) is not None]
    are_many = use.field.name == "ports" and len(items) > 1
    # The reference merges equal ports, but takes a number, as the long form has it, for another port than a text.
    alike = _alike(use, items, options) if are_many and any("$" in text for _, text in items) else []
    repeated = {
        id(items[index][0]): _same_port(items, group, index)
        for group in alike
        if any("$" in items[index][1] for index in group)
        for index in group
    }
    long = _LongItems(use)
    answers = [_entry(use, item, text, options, keep_out, repeated, long) for item, text in items]
    if are_many and any(isinstance(answer, str) for answer in answers):
        for group in alike or _alike(use, items, options):
            if any(isinstance(answers[index], str) for index in group):
                for index in group:
                    answers[index] = answers[index] if isinstance(answers[index], str) else _same_port(items, group, index)
    return [(item, answer) for (item, _), answer in zip(items, answers, strict=True)]


def _entry(
    use: Use, item: Scalar, text: str, options: Options, keep_out: list[Span], repeated: dict[int, str], long: _LongItems
) -> list[Entry] | str:
    field = use.field
    if keep_out:
        # A list in brackets is rewritten as a whole or not at all.
        whole = use.node if use.node.flow else item
        if is_protected(keep_out, use.key.end if use.node.flow and use.key is not None else whole.start, whole.end):
            return "a comment protects it"
    answer = _read(item, text, field, options)
    if isinstance(answer, str):
        return answer
    if use.spoiled or id(item) in use.spoiled_items:
        return "its anchor is also used as another kind of field"
    if item.anchor is not None and len(answer.entries) > 1:
        return "it has an anchor, and a range becomes several entries"
    if id(item) in repeated:
        return repeated[id(item)]
    if long.say(answer.entries):
        # The reference merges equal entries, but takes a number for another port than a text.
        return "a long entry beside it says the same"
    entries = [field.long_entry(entry, options) for entry in answer.entries]
    return _swarm_obstacle(field.name, text, entries, options) or entries


def _same_port(items: list[tuple[Scalar, str]], group: list[int], index: int) -> str:
    """Why the item at an index stays short: another of its group comes to the same port, perhaps only while variables are as they are."""
    other = items[group[1] if group[0] == index else group[0]][1]
    condition = " while the variables are as they are here, empty if not set" if "$" in items[index][1] + other else ""
    return f'"{other}" comes to the same port{condition}'


class _LongItems:
    """What a list's items that are long already say, as canonical objects; read when first asked for."""

    __slots__ = ("_canonical", "_field", "_items")

    def __init__(self, use: Use) -> None:
        self._field = use.field
        self._items = [item for item in use.node.items if type(resolve(item)) is Mapping]
        self._canonical: set[Hashable] | None = None

    def say(self, entries: Iterable[object]) -> bool:
        """Whether one of them says the same as one of some entries."""
        if not self._items:
            return False
        # Few lists have items of both kinds: only these need it.
        from composefmt.project.values import frozen

        if self._canonical is None:
            values, read = Values(), self._field.canonical_long
            self._canonical = {frozen(read(values.value(item))) for item in self._items}
        return any(frozen(self._field.canonical(entry)) in self._canonical for entry in entries)


def _alike(use: Use, items: list[tuple[Scalar, str]], options: Options) -> list[list[int]]:
    """The indexes of short items that come to the same port once their variables are replaced, two by two or by way of others."""
    meant: dict[object, list[tuple[int, int, int]]] = {}
    for index, (_, text) in enumerate(items):
        answer = use.field.parse_short(interpolation.substituted(text, options.environment, text), None)
        if isinstance(answer, Parsed):
            said, first, last = ports.taken(answer.entries)
            meant.setdefault(said, []).append((first, last, index))
    groups: list[list[int]] = []
    for spans in meant.values():
        end = -1
        for first, last, index in sorted(spans):
            if first > end:
                groups.append([])
            groups[-1].append(index)
            end = max(end, last)
    return [group for group in groups if len(group) > 1]


def _swarm_obstacle(field: str, text: str, entries: list[Entry], options: Options) -> str:
    if options.engine != "swarm":
        return ""
    from composefmt.format.swarm import obstacle

    return next(filter(None, (obstacle(field, text, entry) for entry in entries)), "")


def _read(item: Scalar, text: str, field: Field, options: Options) -> Parsed[object] | str:
    """What a short item means, or why it cannot be rewritten."""
    if item.tag is not None:
        return f"it has the tag {item.tag}"
    if item.style in ("|", ">"):
        return "it is written as a block scalar"
    answer = field.parse_short(text, options.environment if options.variables == "assume-scalar" else None)
    if isinstance(answer, Malformed):
        return f"it is not valid: {answer.message}"
    if isinstance(answer, Opaque):
        return answer.reason
    if answer.doubts:
        return f"it may be a mistake: {answer.doubts[0].message}"
    if len(answer.entries) > options.max_range:
        return f"it stands for {len(answer.entries)} ports, more than max-range ({options.max_range})"
    if len(answer.entries) > 1 and not field.in_order(answer.entries):
        return "the reference orders such a range by the text of its numbers"
    return answer
