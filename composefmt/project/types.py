"""The types of single fields of the canonical model.

A field's type is a function from a value of a file to a value of the model; it raises CastError for a value of the wrong
type. Empty values are omitted, as in Docker Compose, except those of a `kept` type.
Source: compose-go, types/.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from composefmt.compose import shell_words
from composefmt.project.coercion import CastError, single, to_boolean, to_bytes, to_duration, to_float, to_integer
from composefmt.project.values import text
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = TypeVar("Value")

_WORDS = re.compile(r"(\d+)|(.)", re.DOTALL)


class Target(NamedTuple):
    """The kind of output: Docker Compose's JSON omits extensions and shows unset commands.

    `uninterpolated`: variables were not replaced.
    """

    json: bool = True
    uninterpolated: bool = False

    def hides(self, value: object) -> bool:
        """Return whether a string holds an unreplaced variable, which may be anything."""
        return self.uninterpolated and isinstance(value, str) and "$" in value

    def in_order(self, mapping: Mapping[str, Value]) -> dict[str, Value]:
        """Return the mapping sorted by name: by characters in JSON; in YAML, `web2` is before `web10`."""
        return dict(sorted(mapping.items(), key=None if self.json else lambda entry: natural(entry[0])))


@lru_cache(maxsize=4096)
def natural(name: str) -> tuple[tuple[int, ...], ...]:
    """Return the sort key of names in Docker Compose's YAML: numbers by value, punctuation before letters except after a number."""
    key: list[tuple[int, ...]] = []
    after_number = False
    for number, character in _WORDS.findall(name):
        letter = character.isalpha()
        key.append((2, whole_number(number), len(number)) if number else ((0 if after_number else 3) if letter else 1, ord(character)))
        after_number = bool(number)
    return tuple(key)


class _Missing:
    """The marker for an absent value."""


MISSING = _Missing()


def string(value: object, _: Target) -> object:
    """A string; integers are converted."""
    if isinstance(value, str):
        return value or MISSING
    if value is None:
        return MISSING
    if type(value) is int:
        return str(value)
    raise CastError(f"must be a string, not {text(value) if not isinstance(value, (dict, list)) else 'a mapping or list'}")


def integer(value: object, target: Target) -> object:
    """An integer other than 0."""
    return _integer(value, target) or MISSING


def optional_integer(value: object, target: Target) -> object:
    """An integer, including 0."""
    return MISSING if value is None else _integer(value, target)


def _integer(value: object, target: Target) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return value if target.hides(value) else to_integer(value)  # type: ignore[return-value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if type(value) is int:
        return value
    raise CastError("must be an integer")


def number(value: object, target: Target) -> object:
    """A single-precision number other than 0."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        if target.hides(value):
            return value
        value = to_float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise CastError("must be a number")
    found = single(value)
    return (int(found) if found.is_integer() else found) or MISSING


def boolean(value: object, target: Target) -> object:
    """A flag: false is omitted."""
    return _boolean(value, target) or MISSING


def optional_boolean(value: object, target: Target) -> object:
    """A flag, including false."""
    return MISSING if value is None else _boolean(value, target)


def opt_out(value: object, target: Target) -> object:
    """A flag that defaults to true: true is omitted."""
    return MISSING if value is None or _boolean(value, target) else False


def _boolean(value: object, target: Target) -> bool:
    if isinstance(value, str):
        return value if target.hides(value) else to_boolean(value)  # type: ignore[return-value]
    if isinstance(value, bool) or value is None:
        return bool(value)
    raise CastError("must be a boolean")


def size(value: object, target: Target) -> object:
    """A number of bytes, as a string."""
    if isinstance(value, str):
        return value if target.hides(value) else (str(to_bytes(value)) if to_bytes(value) else MISSING)
    return str(value) if type(value) is int and value else MISSING


def duration(value: object, target: Target) -> object:
    """A duration, including 0."""
    if value is None:
        return MISSING
    return value if target.hides(value) else to_duration(text(value))


def long_duration(value: object, target: Target) -> object:
    """A duration other than 0."""
    found = duration(value, target)
    return MISSING if found == "0s" else found


def file_mode(value: object, target: Target) -> object:
    """A file mode as an octal string."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        if target.hides(value):
            return value
        try:
            value = int(value, 8)
        except ValueError:
            raise CastError(f'invalid file mode "{value}"; use a mode such as 0440') from None
    if type(value) is not int:
        raise CastError("must be a file mode such as 0440")
    return f"0{value:o}"


def strings(value: object, _: Target) -> object:
    """A list of strings; one string is a list of one."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        if value is None:
            return MISSING
        raise CastError("must be a list")
    found = []
    for part in value:
        if isinstance(part, bool) or not isinstance(part, (str, int)):
            raise CastError("must be a list of strings")
        found.append(str(part))
    return found or MISSING


def texts(value: object, _: Target) -> object:
    """A list of strings or numbers."""
    if isinstance(value, str):
        return [value]
    return [text(part) for part in value] or MISSING if isinstance(value, list) else MISSING


def command(value: object, target: Target) -> object:
    """A command: a list, or a string split into words. An empty one is kept because it clears the image's command."""
    if value is None:
        return None if target.json else MISSING
    if isinstance(value, str):
        try:
            return shell_words.split(value).words
        except ValueError as error:
            raise CastError(str(error)) from None
    if isinstance(value, list):
        for part in value:
            if not isinstance(part, str):
                raise CastError(f"must hold strings, not {text(part) or 'null'}; quote it")
        return list(value)
    raise CastError("must be a string or a list")


def health_test(value: object, _: Target) -> object:
    """The command of a healthcheck."""
    if isinstance(value, str):
        return ["CMD-SHELL", value]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise CastError("must be a string or a list of strings")
    return list(value) or MISSING


def mapping(value: object, target: Target) -> object:
    """A mapping of names to strings; missing values are empty."""
    if isinstance(value, dict):
        return {key: text(part) for key, part in target.in_order(value).items()} or MISSING
    if isinstance(value, list):
        pairs = [text(part).partition("=") for part in value]
        return target.in_order({name: part for name, _, part in sorted(pairs)}) or MISSING
    if value is None:
        return MISSING
    raise CastError("must be a mapping or a list")


def environment(value: object, target: Target) -> object:
    """A mapping of names to strings; missing values are null."""
    found: dict[str, str | None] = {}
    if isinstance(value, dict):
        found = {key: None if part is None else text(part) for key, part in value.items()}
    elif isinstance(value, list):
        for part in value:
            name, equals, content = text(part).partition("=")
            if name and name[-1].isspace():
                raise CastError(f'variable name "{name}" ends with a space')
            found[name] = content if equals else None
    elif value is not None:
        raise CastError("must be a mapping or a list")
    return target.in_order(found) or MISSING


def multi_options(value: object, target: Target) -> object:
    """Options that may be repeated."""
    if not isinstance(value, dict):
        raise CastError("must be a mapping")
    ordered = target.in_order(value)
    return {key: [text(one) for one in part] if isinstance(part, list) else [text(part)] for key, part in ordered.items()} or MISSING


def hosts(value: object, _: Target) -> object:
    """Host names and addresses as `host=address`, sorted."""
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        found = {key: [text(one) for one in part] if isinstance(part, list) else [text(part)] for key, part in value.items()}
    elif isinstance(value, list):
        for part in value:
            line = text(part)
            name, separator, addresses = line.partition("=" if "=" in line else ":")
            if not separator:
                raise CastError(f'"{line}" has no address; use "host=address"')
            found.setdefault(name, []).extend(addresses.split(","))
    for name in found:
        if not name or ":" in name or "=" in name:
            raise CastError(f'invalid host name "{name}"')
    plain = [
        (name, one[1:-1] if len(one) > 2 and one[0] == "[" and one[-1] == "]" else one) for name, many in found.items() for one in many
    ]
    return sorted(f"{name}={one}" for name, one in plain) or MISSING


def ssh(value: object, _: Target) -> object:
    """SSH keys for a build."""
    if not isinstance(value, dict):
        raise CastError("must be a list or a mapping")
    return [key if part in (None, "") else f"{key}={text(part)}" for key, part in value.items()] or MISSING


def device_count(value: object, target: Target) -> object:
    """A number of devices; `all` is -1."""
    if isinstance(value, str):
        if value.lower() == "all":
            return -1
        if target.hides(value):
            return value
        try:
            return to_integer(value) or MISSING
        except CastError:
            raise CastError(f'"{value}" is not a number or "all"') from None
    return _integer(value, target) or MISSING


def ulimit(value: object, target: Target) -> object:
    """One limit, or a soft and a hard limit."""
    if type(value) is int:
        return value or ({} if target.json else {"soft": 0, "hard": 0})
    if isinstance(value, dict):
        pair = {key: _integer(value.get(key), target) for key in ("soft", "hard")}
        return {key: part for key, part in pair.items() if part} if target.json else pair
    if target.hides(value):
        return value
    raise CastError("takes a whole number, or soft and hard")


def plain(value: object, _: Target) -> object:
    """Any value, unchanged."""
    return value
