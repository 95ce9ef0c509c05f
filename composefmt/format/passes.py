"""All parts of the formatter together: what a text becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.fields import Use, find_uses
from composefmt.format.layout import layout_edits
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
    from composefmt.format.skipped import Kept
    from composefmt.syntax.nodes import Tree


_DEFAULT_LONG_FORM = Options().long_form


class Formatting(NamedTuple):
    """The edits of one pass, the short entries that it left alone, and the uses of fields that it found.

    `obstacle`: the offset of what is written in a way that the layout does not know; the whole text then stays as it is.
    `duals`: the fields, beside ports and volumes, that may have another form now.
    `layout_dependent`: what stands there had a say in what becomes of it, so that a second run is needed to prove it final.
    """

    edits: list[Edit]
    kept: list[Kept]
    uses: list[Use]
    obstacle: int | None = None
    layout_dependent: bool = False
    duals: tuple[Dual, ...] = ()


def formatted(text: str, tree: Tree, options: Options, uses: list[Use] | None = None) -> Formatting:
    """The edits that format a text whose tree is known, and the short entries that stay short."""
    uses = find_uses(tree) if uses is None else uses
    keep_out = _keep_out(text, tree, options)
    if keep_out and keep_out[0] == Span(0, len(text)):
        return Formatting([], [], uses)
    plan, kept = long_forms(text, tree, uses, options, keep_out)
    duals: tuple[Dual, ...] = ()
    if options.short_form or options.long_form != _DEFAULT_LONG_FORM:
        from composefmt.format.dual_forms import dual_forms

        duals = dual_forms(text, tree, options, keep_out, plan, kept)
    try:
        edits, layout_dependent = layout_edits(text, tree, plan, Source(text).newline, keep_out)
    except UnsupportedLayout as obstacle:
        return Formatting([], kept, uses, obstacle.offset)
    if options.order == "spec" and options.lines is None:
        edits, layout_dependent = _ordered(text, edits, options), True
    if options.short_form and options.lines is None and any(each.reason == COMMENT_INSIDE for each in kept):
        return _again(text, Formatting(edits, kept, uses, layout_dependent=True, duals=duals), options)
    return Formatting(edits, kept, uses, layout_dependent=layout_dependent or bool(kept), duals=duals)


def _ordered(text: str, edits: list[Edit], options: Options) -> list[Edit]:
    """The edits that lay a text out and put its keys in order, as one edit of all that changes."""
    from composefmt.format.order import order_edits

    laid_out = apply_edits(text, edits)
    try:
        tree = parse(laid_out)
    except SyntaxProblem:
        # The proof will tell.
        return edits
    moves = order_edits(laid_out, tree, _keep_out(laid_out, tree, options))
    if not moves:
        return edits
    moved = apply_edits(laid_out, moves)
    # Blank lines between sections are the layout's business again.
    moved_tree = parse(moved)
    again, _ = layout_edits(moved, moved_tree, {}, Source(text).newline, _keep_out(moved, moved_tree, options))
    return _difference(text, apply_edits(moved, again))


def _again(text: str, once: Formatting, options: Options) -> Formatting:
    """Return the formatting of what one pass made: a comment that lay inside brackets may now follow its item."""
    laid_out = apply_edits(text, once.edits)
    if laid_out == text:
        return once
    try:
        twice = formatted(laid_out, parse(laid_out), options)
    except SyntaxProblem:
        # The proof reports it.
        return once
    # The second pass knows the locations in its own text only.
    still = {each.reason for each in twice.kept}
    kept = [each for each in once.kept if each.reason in still]
    return once._replace(edits=_difference(text, apply_edits(laid_out, twice.edits)), kept=kept)


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
