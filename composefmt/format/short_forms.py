"""Ports and volumes from the long to the short form if both mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.parse_result import Parsed
from composefmt.format.plan import Rewrite
from composefmt.format.protection import is_protected
from composefmt.format.skipped import COMMENT_INSIDE, PLACEHOLDER, SkippedEntry, has_placeholder, is_tied
from composefmt.syntax.nodes import Mapping
from composefmt.syntax.scalars import whole_number, write_scalar
from composefmt.syntax.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from composefmt.compose.fields import Field, Use
    from composefmt.format.plan import Plan
    from composefmt.options import Options
    from composefmt.syntax.comments import CommentLocations
    from composefmt.syntax.source import Span


def _same_with_values(field: Field, text: str, entry: MappingOf[str, object], options: Options) -> bool:
    """Return whether both forms mean the same with the variables set and unset: `"${P}:80"` is invalid without P."""
    if "$" not in text:
        return True
    for known in {(): {}, tuple(options.environment): options.environment}.values():
        answer = field.parse_short(interpolation.substituted(text, known, text), None)
        long = {key: interpolation.substituted(value, known, value) if isinstance(value, str) else value for key, value in entry.items()}
        target = long.get("target")
        if field.name == "ports" and isinstance(target, str) and target.isdecimal():
            long["target"] = whole_number(target)
        if not isinstance(answer, Parsed) or [field.canonical(part) for part in answer.entries] != [field.canonical_long(long)]:
            return False
    return True


def short_forms(
    use: Use, comments: CommentLocations, options: Options, keep_out: list[Span], plan: Plan, skipped: list[SkippedEntry]
) -> None:
    """Add the long items of a list that have an equivalent short form to the plan, and the others to `skipped`."""
    values = Values()
    for item in use.node.items:
        if type(item) is not Mapping:
            continue
        entry = values.value(item)
        text = use.field.short_text(entry)
        answer = use.field.parse_short(text, {}) if text is not None else None
        if is_protected(keep_out, item.start, item.end):
            skipped.append(SkippedEntry(use.field.name, item.span, "a comment protects it"))
        elif text is not None and has_placeholder(text):
            skipped.append(SkippedEntry(use.field.name, item.span, PLACEHOLDER))
        elif comments.any_within(item.start, item.end):
            skipped.append(SkippedEntry(use.field.name, item.span, COMMENT_INSIDE))
        elif use.spoiled or id(item) in use.spoiled_items:
            skipped.append(SkippedEntry(use.field.name, item.span, "its anchor is also used for another kind of field"))
        elif is_tied(item, top=True):
            skipped.append(SkippedEntry(use.field.name, item.span, "it holds an anchor, an alias or a tag"))
        elif (
            text is None
            or not isinstance(answer, Parsed)
            or answer.doubts
            or [use.field.canonical(part, options) for part in answer.entries] != [use.field.canonical_long(entry, options)]
            or not _same_with_values(use.field, text, entry, options)
        ):
            skipped.append(SkippedEntry(use.field.name, item.span, "the short form cannot express it"))
        else:
            plan[id(item)] = Rewrite([], write_scalar(text))
