"""All parts of the formatter, in order: what a text becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.fields import Use, find_uses
from composefmt.format.long_forms import LongForms, long_forms
from composefmt.format.protection import protected
from composefmt.syntax.source import Source

if TYPE_CHECKING:
    from composefmt.options import Options
    from composefmt.syntax.nodes import Tree


def formatted(text: str, tree: Tree, options: Options, uses: list[Use] | None = None) -> LongForms:
    """The edits that format a text whose tree is known, and the short entries that stay short."""
    return long_forms(text, find_uses(tree) if uses is None else uses, options, Source(text).newline, protected(text, tree))
