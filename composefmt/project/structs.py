"""Types made of types: mappings with known fields, lists, and mappings of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.casts import CastError
from composefmt.project.types import MISSING, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Type = Callable[[object, Target], object]


class Struct:
    """A mapping with known fields, which are printed in this order.

    `shown` are fields that the reference's JSON prints even where they are empty, `needed` those that every output does;
    `names` are the names that its JSON gives to fields.
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
        """The fields that are set, in order, and the extensions where the target shows them."""
        if not isinstance(value, dict):
            if isinstance(value, str) and "$" in value:
                # Where variables are kept, one may hide what it stands for.
                return value
            if value is not None:
                raise CastError("takes a mapping")
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
    """The error with the key that leads to its value noted."""
    path: tuple[str, ...] = getattr(error, "path", ())
    made = CastError(*error.args)
    made.path = (key, *path)  # type: ignore[attr-defined]
    return made


def optional(kind: Type) -> Type:
    """A mapping that may be left out."""
    return lambda value, target: MISSING if value is None else kind(value, target)


def listed(kind: Type) -> Type:
    """A list of a type."""

    def convert(value: object, target: Target) -> object:
        if not isinstance(value, list):
            if value is None:
                return MISSING
            raise CastError("takes a list")
        found = []
        for index, part in enumerate(value):
            try:
                found.append(kind(part, target))
            except CastError as error:
                raise within(error, str(index)) from None
        return found or MISSING

    return convert


def named(kind: Type, *, null: bool = False) -> Type:
    """A mapping of names to a type. `null`: what has no value stays null."""

    def convert(value: object, target: Target) -> object:
        if not isinstance(value, dict):
            if value is None:
                return MISSING
            raise CastError("takes a mapping")
        made: dict[str, object] = {}
        for key, part in sorted(value.items()):
            try:
                made[key] = None if null and part is None else kind(part, target)
            except CastError as error:
                raise within(error, key) from None
        return made or MISSING

    return convert
