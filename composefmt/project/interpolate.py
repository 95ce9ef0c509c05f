"""Replace variables in all strings of a file, and convert the results to the types of their fields."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.interpolation import InvalidInterpolation, MissingVariable, Variable
from composefmt.project.coercion import INTERPOLATED, CastError
from composefmt.project.limits import MAX_CHARACTERS, Budget
from composefmt.project.values import Items, Map, ProjectError
from composefmt.project.walk import ITEM, Table, here, step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from composefmt.compose.patterns import PatternNode
    from composefmt.project.values import Location, Path

    Nodes = tuple[PatternNode[Callable[[str], object]], ...]


@lru_cache(maxsize=1)
def _casts() -> Table[Callable[[str], object]]:
    return Table(INTERPOLATED)


def interpolate(
    model: Map, environment: Mapping[str, str], unset: dict[str, Location | None], is_unknown: Callable[[str], bool] | None = None
) -> None:
    """Replace all variables in a file's values, in place; record in `unset` variables replaced by "", with their locations.

    `is_unknown`: whether a variable may have any value; a string that uses one stays as it is, and so does one that cannot be
    replaced. Without it, raises ProjectError for the first that cannot be replaced.
    """
    if is_unknown is None:
        _Interpolation(environment, unset).mapping(model, _casts().root, ())
    else:
        _KnownOnly(environment, is_unknown).mapping(model, _casts().root, ())


def replaced(text: str, environment: Mapping[str, str], place: Location | None, path: Path) -> str:
    """Return a string with its variables replaced. Raises ProjectError."""
    try:
        if text.count("${") <= interpolation.MAX_VARIABLES:
            return interpolation.substitute(text, environment)
        # A value may hold a whole configuration file: long, but not deep.
        return "".join(interpolation.substitute(text[part.start : part.end], environment) for part in interpolation.split(text))
    except InvalidInterpolation as error:
        near = text[error.offset : error.offset + 30].splitlines()[0]
        raise ProjectError(f'invalid interpolation "{near}"; {interpolation.ADVICE}', place, path) from None
    except MissingVariable as error:
        raise ProjectError(required(str(error), text, environment), place, path) from None


def required(name: str, text: str, environment: Mapping[str, str]) -> str:
    """Return the message for a required variable without a value, including the file's own error text."""
    reason = _reason(text, name, environment)
    return f'required variable "{name}" has no value' + (f": {reason}" if reason else "")


def _reason(text: str, name: str, environment: Mapping[str, str]) -> str:
    """Return the file's error text for a required variable: the text after `:?`; "" if it cannot be parsed."""
    try:
        for part in interpolation.split(text):
            if isinstance(part, Variable):
                if part.name == name and part.operator.endswith("?"):
                    return " ".join(interpolation.substitute(part.argument, environment).split())
                if part.argument and (reason := _reason(part.argument, name, environment)):
                    return reason
    except (InvalidInterpolation, MissingVariable):
        pass
    return ""


class _Interpolation:
    """Walks the values of one file."""

    __slots__ = ("budget", "environment", "unset")

    def __init__(self, environment: Mapping[str, str], unset: dict[str, Location | None]) -> None:
        self.environment = environment
        self.unset = unset
        self.budget = Budget()

    def mapping(self, value: Map, nodes: Nodes, path: Path) -> None:
        for key, part in value.items():
            kind = type(part)
            if kind is str:
                inner = step(nodes, key) if nodes else ()
                if inner or "$" in part:  # type: ignore[operator]
                    value[key] = self.scalar(part, inner, value.where(key), (*path, key))  # type: ignore[arg-type]
            elif kind is Map:
                self.mapping(part, step(nodes, key) if nodes else (), (*path, key))  # type: ignore[arg-type]
            elif kind is Items:
                self.items(part, step(nodes, key) if nodes else (), (*path, key))  # type: ignore[arg-type]

    def items(self, value: Items, nodes: Nodes, path: Path) -> None:
        inner = step(nodes, ITEM) if nodes else ()
        for index, part in enumerate(value):
            here_path = (*path, str(index))
            if type(part) is str:
                if inner or "$" in part:
                    value[index] = self.scalar(part, inner, value.where(index), here_path)
            elif type(part) is Map:
                self.mapping(part, inner, here_path)
            elif type(part) is Items:
                self.items(part, inner, here_path)

    def scalar(self, text: str, nodes: Nodes, place: Location | None, path: Path) -> object:
        new = text
        if "$" in text:
            if not self.budget.spend(text, self.environment.get):
                raise ProjectError(f"the values of this file exceed {MAX_CHARACTERS:,} characters", place, path)
            new = replaced(text, self.environment, place, path)
            self.note(text, place)
        cast = here(nodes)
        if cast is None:
            return new
        try:
            return cast(new)
        except CastError as error:
            raise ProjectError(f"{'.'.join(path)}: {error}", place, path) from None

    def note(self, text: str, place: Location | None) -> None:
        """Record the variables of a string that are neither set nor have a default, those of defaults that apply included."""
        for part in interpolation.split(text):
            if not isinstance(part, Variable):
                continue
            value = self.environment.get(part.name)
            if not part.operator and value is None:
                self.unset.setdefault(part.name, place)
            elif part.operator in ("-", ":-") and "$" in part.argument and (value is None or (value == "" and part.operator == ":-")):
                self.note(part.argument, place)


class _KnownOnly(_Interpolation):
    """Replaces variables whose values are certain, and leaves other strings as they are."""

    __slots__ = ("is_unknown",)

    def __init__(self, environment: Mapping[str, str], is_unknown: Callable[[str], bool]) -> None:
        super().__init__(environment, {})
        self.is_unknown = is_unknown

    def scalar(self, text: str, nodes: Nodes, place: Location | None, path: Path) -> object:
        try:
            return text if self.is_uncertain(text) else super().scalar(text, nodes, place, path)
        except (ProjectError, InvalidInterpolation):
            return text

    def is_uncertain(self, text: str) -> bool:
        """Return whether a variable of a string may have any value, or `$$` escapes a dollar sign."""
        if "$$" in text or text.count("${") > interpolation.MAX_VARIABLES:
            return True
        used = [part for part in interpolation.split(text) if isinstance(part, Variable)] if "$" in text else []
        return any(
            self.is_unknown(part.name) or "$" in part.argument or (part.name not in self.environment and part.operator not in ("-", ":-"))
            for part in used
        )
