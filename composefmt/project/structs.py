"""Composite types: mappings with known fields, lists, and mappings of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.coercion import CastError
from composefmt.project.types import MISSING, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Type = Callable[[object, Target], object]


class Struct:
    """A mapping with known fields, printed in this order.

    `shown` fields are printed in Docker Compose's JSON even if they are empty, `needed` ones in every output; `names` are
    the names that the JSON gives to fields.
    """

    __slots__ = ("fields", "names", "needed", "shown")

    def __init__(
        self,
        fields: Mapping[str, Type],
        *,
        shown: Mapping[str, object] | None = None,
        needed: Mapping[str, object] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.fields = fields
        self.shown = shown or {}
        self.needed = needed or {}
        self.names = names or {}

    def __call__(self, value: object, target: Target) -> object:
        """Return the fields that are set, in order, and the extensions if the output includes them."""
        if not isinstance(value, dict):
            if target.hides(value):
                # An unreplaced variable may hide the mapping.
                return value
            if value is not None:
                raise CastError("must be a mapping")
            value = {}
        made: dict[str, object] = {}
        for name, kind in self.fields.items():
            found: object = MISSING
            if name in value:
                try:
                    found = kind(value[name], target)
                except CastError as error:
                    raise within(error, name) from None
            if found is MISSING:
                found = self.needed.get(name, self.shown.get(name, MISSING) if target.json else MISSING)
            if found is not MISSING and (target.json or found != {} or name not in self.shown):
                made[self.names.get(name, name) if target.json else name] = found
        if not target.json:
            made.update((key, part) for key, part in value.items() if key.startswith("x-") and key not in self.fields)
        return made


def within(error: CastError, key: str) -> CastError:
    """Return the error with a key prepended to its path."""
    path: tuple[str, ...] = getattr(error, "path", ())
    made = CastError(*error.args)
    made.path = (key, *path)  # type: ignore[attr-defined]
    return made


class Optional:
    """A mapping that may be absent."""

    __slots__ = ("kind",)

    def __init__(self, kind: Type) -> None:
        self.kind = kind

    def __call__(self, value: object, target: Target) -> object:
        """Return the mapping, or None."""
        return MISSING if value is None else self.kind(value, target)


class Listed:
    """A list of a type; an empty list is omitted."""

    __slots__ = ("kind",)

    def __init__(self, kind: Type) -> None:
        self.kind = kind

    def __call__(self, value: object, target: Target) -> object:
        """Return the list with each item converted to its type."""
        if not isinstance(value, list):
            if value is None:
                return MISSING
            raise CastError("must be a list")
        found = []
        for index, part in enumerate(value):
            try:
                found.append(self.kind(part, target))
            except CastError as error:
                raise within(error, str(index)) from None
        return found or MISSING


class Named:
    """A mapping of names to a type; an empty mapping is omitted. `null`: entries without a value stay null."""

    __slots__ = ("kind", "null")

    def __init__(self, kind: Type, *, null: bool = False) -> None:
        self.kind = kind
        self.null = null

    def __call__(self, value: object, target: Target) -> object:
        """Return the mapping, sorted by name, with each value converted to its type."""
        if not isinstance(value, dict):
            if value is None:
                return MISSING
            raise CastError("must be a mapping")
        made: dict[str, object] = {}
        for key, part in target.in_order(value).items():
            try:
                made[key] = None if self.null and part is None else self.kind(part, target)
            except CastError as error:
                raise within(error, key) from None
        return made or MISSING
