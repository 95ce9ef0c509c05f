"""What stays as it is although a setting names it, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from composefmt.syntax.source import Span


class Kept(NamedTuple):
    """An entry that keeps its form: the field, where it stands, and why."""

    field: str
    span: Span
    reason: str
