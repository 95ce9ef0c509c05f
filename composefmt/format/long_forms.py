"""Ports and volumes from the short to the long form: `"8080:80"` becomes `target: 80` and `published: 8080`.

A short entry stays if rewriting it could change its meaning or hide a mistake; the reason is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation, ports
from composefmt.compose.fields import Field, Use, item_text
from composefmt.compose.parse_result import Malformed, Opaque, Parsed
from composefmt.format.protection import is_protected
from composefmt.format.short_forms import short_forms
from composefmt.format.skipped import PLACEHOLDER, SkippedEntry, has_placeholder
from composefmt.syntax.comments import CommentLocations
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.scalars import scalar_value, whole_number
from composefmt.syntax.values import Values, merged_entries, value_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from collections.abc import Mapping as MappingOf

    from composefmt.format.plan import Plan
    from composefmt.options import Options
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Span
    from composefmt.syntax.write import Entry


def long_forms(text: str, tree: Tree, uses: list[Use], options: Options, keep_out: list[Span]) -> tuple[Plan, list[SkippedEntry]]:
    """Return a plan of the ports and volumes to rewrite in either direction, and the entries that keep their form."""
    plan: Plan = {}
    skipped: list[SkippedEntry] = []
    comments = CommentLocations(text, tree)
    long = _LongItems(uses)
    for use in uses:
        # The reference discards values tagged `!reset`.
        if use.node.tag == "!reset":
            continue
        if use.field.name in options.short_form:
            short_forms(use, comments, options, keep_out, plan, skipped)
        elif use.field.name in options.long_form or "all" in options.long_form:
            for item, answer in _entries(use, options, keep_out, long):
                if isinstance(answer, str):
                    skipped.append(SkippedEntry(use.field.name, item.span, answer))
                else:
                    plan[id(item)] = answer
    return plan, skipped


def _entries(use: Use, options: Options, keep_out: list[Span], long: _LongItems) -> list[tuple[Scalar, list[Entry] | str]]:
    """Return each short item with its long entries, or the reason why it stays short."""
    items = [(item, text) for item in use.node.items if type(item) is Scalar and (text := item_text(item)) is not None]
    are_many = use.field.name == "ports" and len(items) > 1
    # The reference merges equal ports, but does not treat a number, as in the long form, as equal to a string.
    alike = _alike(use, items, options) if are_many and any("$" in text for _, text in items) else []
    repeated = {
        id(items[index][0]): _same_port(items, group, index)
        for group in alike
        if any("$" in items[index][1] for index in group)
        for index in group
    }
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
        # A list in flow style is rewritten as a whole or not at all.
        whole = use.node if use.node.flow else item
        if is_protected(keep_out, use.key.end if use.node.flow and use.key is not None else whole.start, whole.end):
            return "a comment protects it"
    if has_placeholder(text):
        return PLACEHOLDER
    answer = _read(item, text, field, options)
    if isinstance(answer, str):
        return answer
    if use.spoiled or id(item) in use.spoiled_items:
        return "its anchor is also used for another kind of field"
    if item.anchor is not None and len(answer.entries) > 1:
        return "it has an anchor, but a range needs several entries"
    if id(item) in repeated:
        return repeated[id(item)]
    conflict = long.conflict(use, answer.entries, options.environment)
    if conflict:
        return conflict
    entries = [field.long_entry(entry, options) for entry in answer.entries]
    return _swarm_obstacle(field.name, text, entries, options) or entries


def _same_port(items: list[tuple[Scalar, str]], group: list[int], index: int) -> str:
    """Return why the item at an index stays short: another item of its group publishes the same port."""
    other = items[group[1] if group[0] == index else group[0]][1]
    condition = " with the current values of its variables (empty if unset)" if "$" in items[index][1] + other else ""
    return f'"{other}" publishes the same port{condition}'


class _LongItems:
    """The long items of a field's lists as canonical objects, read on first use; few files have both forms."""

    __slots__ = ("_own", "_published_numbers", "_uses")

    def __init__(self, uses: list[Use]) -> None:
        self._uses = uses
        self._own: dict[int, set[Hashable]] = {}
        self._published_numbers: set[Hashable] | None = None

    def conflict(self, use: Use, entries: Sequence[object], environment: MappingOf[str, str]) -> str:
        """Return why short entries must stay short beside these items; "" if nothing is in the way.

        Docker Compose merges equal entries, but does not treat a published number as equal to a string, and rejects a list
        with both. Lists of other services count as well, because one service may extend another.
        """
        if id(use) not in self._own:
            self._own[id(use)] = self._canonical(use, _long_items(use), environment)
        if not self._own[id(use)] and use.field.name != "ports":
            return ""
        if self._published_numbers is None:
            numbers = ((other, [item for item in _long_items(other) if _publishes_number(item)]) for other in self._uses)
            self._published_numbers = set().union(*(self._canonical(other, items, environment) for other, items in numbers if items))
        if not self._own[id(use)] and not self._published_numbers:
            return ""
        said = {_comparable(use.field.canonical(entry), environment) for entry in entries}
        if said & self._own[id(use)]:
            return "a long entry beside it says the same"
        return "a long entry in this file publishes the same port as a number" if said & self._published_numbers else ""

    def _canonical(self, use: Use, items: list[Mapping], environment: MappingOf[str, str]) -> set[Hashable]:
        if not items:
            return set()
        values = Values()
        return {_comparable(use.field.canonical_long(values.value(item)), environment) for item in items}


def _long_items(use: Use) -> list[Mapping]:
    return [found for item in use.node.items if type(found := resolve(item)) is Mapping]


def _publishes_number(item: Mapping) -> bool:
    value = value_of(merged_entries(item), "published")
    return type(value) is Scalar and isinstance(scalar_value(value), int)


def _comparable(entry: object, environment: MappingOf[str, str]) -> Hashable:
    """Return a hashable equivalent of a canonical object, with the variables of the environment replaced."""
    from composefmt.project.values import frozen

    replaced = {
        key: interpolation.substituted(value, environment, value) if isinstance(value, str) and "$" in value else value
        for key, value in (entry.items() if isinstance(entry, dict) else ())
    }
    if isinstance(target := replaced.get("target"), str) and target.isdecimal():
        replaced["target"] = whole_number(target)
    if replaced.get("host_ip") == "0.0.0.0":  # noqa: S104 - the address that Docker uses if none is given
        del replaced["host_ip"]
    return frozen(replaced)


def _alike(use: Use, items: list[tuple[Scalar, str]], options: Options) -> list[list[int]]:
    """Return groups of indexes of short items whose ports overlap, directly or through others, after substitution."""
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
    """Parse a short item, or return why it cannot be rewritten."""
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
        return f"it is a range of {len(answer.entries)} ports, more than max-range ({options.max_range})"
    if len(answer.entries) > 1 and not field.in_order(answer.entries):
        return "Docker Compose sorts the ports of this range as strings"
    return answer
