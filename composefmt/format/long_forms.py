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
    from collections.abc import Iterator
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
            for item, answer in _entries(use, options):
                # A list in brackets is rewritten as a whole or not at all.
                whole = use.node if use.node.flow else item
                start = use.key.end if use.node.flow and use.key is not None else whole.start
                if keep_out and is_protected(keep_out, start, whole.end):
                    kept.append(Kept(use.field.name, item.span, "a comment protects it"))
                elif isinstance(answer, str):
                    kept.append(Kept(use.field.name, item.span, answer))
                else:
                    plan[id(item)] = answer
    return plan, kept


def _entries(use: Use, options: Options) -> Iterator[tuple[Scalar, list[Entry] | str]]:
    """Each short item with the long entries to write, or the reason why it stays."""
    field = use.field
    already_long: list[MappingOf[str, object]] | None = None
    repeated = _repeated(use, options)
    for item in use.node.items:
        text = item_text(item) if type(item) is Scalar else None
        if type(item) is not Scalar or text is None:
            continue
        answer = _read(item, text, field, options)
        if isinstance(answer, str):
            yield item, answer
            continue
        if already_long is None:
            already_long = _long_items(use)
        if use.spoiled or id(item) in use.spoiled_items:
            yield item, "its anchor is also used as another kind of field"
        elif item.anchor is not None and len(answer.entries) > 1:
            yield item, "it has an anchor, and a range becomes several entries"
        elif id(item) in repeated:
            yield item, "another entry says the same"
        elif already_long and any(field.canonical(entry) in already_long for entry in answer.entries):
            # The reference merges equal entries, but takes a number for another port than a text.
            yield item, "a long entry beside it says the same"
        else:
            entries = [field.long_entry(entry, write_defaults=options.write_defaults) for entry in answer.entries]
            yield item, _swarm_obstacle(field.name, text, entries, options) or entries


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


def _repeated(use: Use, options: Options) -> set[int]:
    """The items that come to the same port as one with variables does, once these are replaced.

    The reference merges equal ports, but takes a number for another port than a text with variables.
    """
    if use.field.name != "ports" or not any(type(item) is Scalar and "$" in item.value for item in use.node.items):
        return set()
    texts = [(item, text) for item in use.node.items if type(item) is Scalar and (text := item_text(item)) is not None]
    groups: dict[object, set[tuple[int, bool]]] = {}
    for item, text in texts:
        answer = use.field.parse_short(interpolation.substituted(text, options.environment, text), None)
        for entry in answer.entries if isinstance(answer, Parsed) else ():
            groups.setdefault(tuple(use.field.canonical(entry).items()), set()).add((id(item), "$" in text))
    repeated = [group for group in groups.values() if len(group) > 1 and any(variable for _, variable in group)]
    return {item for group in repeated for item, _ in group}


def _long_items(use: Use) -> list[MappingOf[str, object]]:
    """The canonical objects of the items that are long already."""
    values = Values()
    return [use.field.canonical_long(values.value(item)) for item in use.node.items if type(resolve(item)) is Mapping]
