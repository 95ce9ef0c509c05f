"""Short forms to long forms: what to write in place of `"8080:80"`, which is `target: 80` and `published: 8080`.

A short entry is left alone where rewriting could change what it means or hide a mistake; each time a note says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.fields import Field, Use, item_text
from composefmt.compose.short import Malformed, Opaque, Parsed
from composefmt.format.kept import Kept
from composefmt.format.protection import is_protected
from composefmt.format.short_forms import short_forms
from composefmt.syntax.comments import CommentPlaces
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

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
            short_forms(use, comments, keep_out, plan, kept)
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
    repeated = _repeated(use, items, options)
    long = _LongItems(use)
    answers = [_entry(use, item, text, options, keep_out, repeated, long) for item, text in items]
    if use.field.name == "ports" and len(items) > 1 and any(isinstance(answer, str) for answer in answers):
        _let_equal_ones_stay(use, items, answers, options)
    return [(item, answer) for (item, _), answer in zip(items, answers, strict=True)]


def _entry(
    use: Use, item: Scalar, text: str, options: Options, keep_out: list[Span], repeated: set[int], long: _LongItems
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
        return _SAID_TWICE
    if long.canonical and any(field.canonical(entry) in long.canonical for entry in answer.entries):
        # The reference merges equal entries, but takes a number for another port than a text.
        return "a long entry beside it says the same"
    entries = [field.long_entry(entry, write_defaults=options.write_defaults) for entry in answer.entries]
    return _swarm_obstacle(field.name, text, entries, options) or entries


_SAID_TWICE = "another entry says the same"


class _LongItems:
    """The canonical objects of a list's items that are long already, made when first asked for."""

    __slots__ = ("_canonical", "_use")

    def __init__(self, use: Use) -> None:
        self._use = use
        self._canonical: list[MappingOf[str, object]] | None = None

    @property
    def canonical(self) -> list[MappingOf[str, object]]:
        if self._canonical is None:
            items, values, read = self._use.node.items, Values(), self._use.field.canonical_long
            self._canonical = [read(values.value(item)) for item in items if type(resolve(item)) is Mapping]
        return self._canonical


def _let_equal_ones_stay(use: Use, items: list[tuple[Scalar, str]], answers: list[list[Entry] | str], options: Options) -> None:
    """Have the items stay short that come to a port which one that stays short comes to as well.

    The reference merges equal ports, but takes a number, as the long form has it, for another port than a text.
    """
    meant = [_meant(use, text, options) for _, text in items]
    waiting = [index for index, answer in enumerate(answers) if isinstance(answer, str)]
    said: set[object] = set()
    while waiting:
        said.update(*(meant[index] for index in waiting))
        waiting = [index for index, answer in enumerate(answers) if not isinstance(answer, str) and not said.isdisjoint(meant[index])]
        for index in waiting:
            answers[index] = _SAID_TWICE


def _meant(use: Use, text: str, options: Options) -> set[object]:
    """The ports that a short item comes to once its variables are replaced."""
    answer = use.field.parse_short(interpolation.substituted(text, options.environment, text), None)
    return {tuple(use.field.canonical(entry).items()) for entry in answer.entries} if isinstance(answer, Parsed) else set()


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


def _repeated(use: Use, items: list[tuple[Scalar, str]], options: Options) -> set[int]:
    """The items that come to the same port as one with variables does, once these are replaced.

    The reference merges equal ports, but takes a number for another port than a text with variables.
    """
    if use.field.name != "ports" or not any("$" in text for _, text in items):
        return set()
    groups: dict[object, set[tuple[int, bool]]] = {}
    for item, text in items:
        for port in _meant(use, text, options):
            groups.setdefault(port, set()).add((id(item), "$" in text))
    repeated = [group for group in groups.values() if len(group) > 1 and any(variable for _, variable in group)]
    return {item for group in repeated for item, _ in group}
