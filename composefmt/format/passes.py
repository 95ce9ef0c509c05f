"""All parts of the formatter combined: the edits that format a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.fields import Use, find_uses
from composefmt.format.documents import layout_edits
from composefmt.format.long_forms import long_forms
from composefmt.format.protection import merged, outside, protected
from composefmt.format.skipped import COMMENT_INSIDE
from composefmt.format.whitespace import UnsupportedLayout
from composefmt.options import Options
from composefmt.syntax.edits import Edit, apply_edits
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import Source, Span

if TYPE_CHECKING:
    from composefmt.compose.dual import Dual
    from composefmt.format.left_alone import LeftAlone
    from composefmt.format.skipped import SkippedEntry
    from composefmt.syntax.nodes import Tree


# A line of a template in a comment, such as "# {% if debug %}", belongs between the keys around it.
_TEMPLATE_SIGN = r"#[^\r\n]*\{[{%]"
_DEFAULT_LONG_FORM = Options().long_form


class Formatting(NamedTuple):
    """The edits of one pass, the entries that keep their form, and the uses of fields.

    `obstacle`: the offset of text that the layout does not support; the whole text then stays unchanged. `left`: the elements
    that stay unchanged for the same reason, while the rest is formatted.
    `duals`: the fields, except ports and volumes, whose form may have changed.
    `layout_dependent`: the result depends on the old layout, so that only a second run can prove that it is stable.
    """

    edits: list[Edit]
    skipped: list[SkippedEntry]
    uses: list[Use]
    obstacle: int | None = None
    layout_dependent: bool = False
    duals: tuple[Dual, ...] = ()
    left: tuple[LeftAlone, ...] = ()


def formatted(text: str, tree: Tree, options: Options, uses: list[Use] | None = None) -> Formatting:
    """Return the edits that format a text, given its tree."""
    uses = find_uses(tree) if uses is None else uses
    keep_out = _keep_out(text, tree, options)
    if keep_out and keep_out[0] == Span(0, len(text)):
        return Formatting([], [], uses)
    once = _laid_out(text, tree, options, uses, keep_out)
    if once.obstacle is not None and options.lines is None:
        once = _around_obstacles(text, tree, options, once)
    if once.obstacle is not None:
        return once
    edits, skipped, _, _, layout_dependent, duals, left = once
    if options.order != "keep" and options.lines is None:
        edits, layout_dependent = _ordered(text, edits, options, has_left=bool(left)), True
    if options.short_form and options.lines is None and any(each.reason == COMMENT_INSIDE for each in skipped):
        return _again(text, Formatting(edits, skipped, uses, layout_dependent=True, duals=duals, left=left), options)
    return Formatting(edits, skipped, uses, layout_dependent=layout_dependent or bool(skipped), duals=duals, left=left)


def _laid_out(
    text: str, tree: Tree, options: Options, uses: list[Use], keep_out: list[Span], left: tuple[LeftAlone, ...] = ()
) -> Formatting:
    """Return the edits that change forms and lay a text out, except for the elements that are left alone."""
    plan, skipped = long_forms(text, tree, uses, options, keep_out)
    duals: tuple[Dual, ...] = ()
    if options.short_form or options.long_form != _DEFAULT_LONG_FORM:
        from composefmt.format.dual_forms import dual_forms

        duals = dual_forms(text, tree, options, keep_out, plan, skipped)
    try:
        edits, dependent = layout_edits(text, tree, plan, Source(text).newline, keep_out, {each.id for each in left})
    except UnsupportedLayout as obstacle:
        return Formatting([], skipped, uses, obstacle.offset)
    return Formatting(edits, skipped, uses, layout_dependent=dependent or bool(left), duals=duals, left=left)


def _around_obstacles(text: str, tree: Tree, options: Options, failed: Formatting) -> Formatting:
    """Return the result with the elements left alone that the layout does not support; the failed one if it supports too little."""
    from composefmt.format.left_alone import MOST, holds_all, innermost

    own = _keep_out(text, tree, options)
    left: dict[int, LeftAlone] = {}
    once = failed
    while once.obstacle is not None and len(left) < MOST:
        found = innermost(text, tree, once.obstacle, left)
        if found is None:
            return failed
        left[found.id] = found
        keep_out = merged([*own, *(each.span for each in left.values())])
        once = _laid_out(text, tree, options, failed.uses, keep_out, tuple(left.values()))
    return failed if once.obstacle is not None or holds_all(tree, left) else once


def _ordered(text: str, edits: list[Edit], options: Options, *, has_left: bool) -> list[Edit]:
    """Return the edits that lay a text out and sort its keys, combined into one edit. `has_left`: elements are left alone."""
    from composefmt.format.order import order_edits

    if re.search(_TEMPLATE_SIGN, text):
        return edits
    laid_out = apply_edits(text, edits)
    try:
        tree = parse(laid_out)
    except SyntaxProblem:
        # The proof reports it.
        return edits
    keep_out = _keep_out(laid_out, tree, options)
    if has_left:
        left = formatted(laid_out, tree, options._replace(order="keep")).left
        keep_out = merged([*keep_out, *(each.span for each in left)])
    moves = order_edits(laid_out, tree, keep_out, options.order)
    if not moves:
        return edits
    moved = apply_edits(laid_out, moves)
    # Sorting may have changed the blank lines between sections.
    style = options._replace(long_form=(), short_form=(), order="keep")
    again = formatted(moved, parse(moved), style)
    return _difference(text, apply_edits(moved, again.edits))


def _again(text: str, once: Formatting, options: Options) -> Formatting:
    """Return the result of a second pass: a comment from a flow collection may now follow its item."""
    laid_out = apply_edits(text, once.edits)
    if laid_out == text:
        return once
    try:
        twice = formatted(laid_out, parse(laid_out), options)
    except SyntaxProblem:
        # The proof reports it.
        return once
    # The locations of the second pass refer to its own text.
    still = {each.reason for each in twice.skipped}
    skipped = [each for each in once.skipped if each.reason in still]
    return once._replace(edits=_difference(text, apply_edits(laid_out, twice.edits)), skipped=skipped)


def _difference(before: str, after: str) -> list[Edit]:
    start, end = 0, 0
    shorter = min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return [Edit(start, len(before) - end, after[start : len(after) - end])] if before != after else []


def _keep_out(text: str, tree: Tree, options: Options) -> list[Span]:
    keep_out = protected(text, tree)
    return merged([*keep_out, *outside(text, options.lines)]) if options.lines is not None else keep_out
