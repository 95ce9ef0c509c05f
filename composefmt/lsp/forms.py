"""Conversion of the entry at the cursor between long and short form, with the formatter's edits and proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.dual import DUALS
from composefmt.compose.fields import FIELDS, find_dual_uses
from composefmt.engine import format_tree
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.lsp.documents import OpenDocument, View
    from composefmt.options import Options
    from composefmt.syntax.edits import Edit

_NAMES = frozenset(field.name for field in FIELDS)


class Form(NamedTuple):
    """A conversion: its title in the editor, and its edits."""

    title: str
    edits: tuple[Edit, ...]


def other_forms(document: OpenDocument, offset: int) -> list[Form]:
    """Return the conversions of the entry and the field at an offset that keep their meaning."""
    view = document.view
    made: dict[tuple[Edit, ...], Form] = {}
    for name, what, span in _candidates(view, offset):
        for word, options in (("long", {"long_form": (name,), "short_form": ()}), ("short", {"long_form": (), "short_form": (name,)})):
            edits = _edits(view, span, view.options._replace(order="keep", max_range=1 << 16, **options))  # type: ignore[arg-type]
            if edits and edits != _edits(view, span, view.options._replace(order="keep", long_form=(), short_form=())):
                made.setdefault(edits, Form(f"Write {what} in {word} form", edits))
    return list(made.values())


def _candidates(view: View, offset: int) -> Iterator[tuple[str, str, Span]]:
    """Yield the fields with two forms at an offset: name in the settings, label and location."""
    file = view.file
    if file is None:
        return
    for use in [*file.uses, *find_dual_uses(file.tree, DUALS)]:
        name, node = use.field.name, use.node
        start = use.key.start if use.key is not None else node.start
        if not start <= offset <= node.end:
            continue
        if name in _NAMES and not node.flow:
            yield from ((name, f"this {name.rstrip('s')}", Span(i.start, i.end)) for i in node.items if i.start <= offset <= i.end)
        yield name, f"all {name} here" if name in _NAMES else name, Span(start, node.end)


def _edits(view: View, span: Span, options: Options) -> tuple[Edit, ...]:
    if view.tree is None:
        return ()
    position = view.source.position
    last = position(max(span.start, span.end - 1)).line
    result = format_tree(view.source, view.tree, options._replace(lines=(position(span.start).line, last)))
    return () if result.failed else result.edits
