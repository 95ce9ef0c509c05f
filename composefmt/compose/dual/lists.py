"""A string instead of a list: dns, dns_search, tmpfs, label_file and similar fields.

Source: the specification's 05-services; the reference's transform/canonical.go (transformStringOrList).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.dual import Whole

if TYPE_CHECKING:
    from composefmt.syntax.write import Entry


def _long(value: object) -> Entry | list[object] | None:
    return [value] if isinstance(value, str) and value else None


def _short(value: object) -> str | int | None:
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and value[0] else None


def _canonical(value: object) -> object:
    return _long(value) or value


LIST = Whole(_long, _short, _canonical)
