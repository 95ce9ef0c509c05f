"""A string as the short form of a mapping with one key: build, extends, include, env_file, configs, secrets; gpus and ulimits.

Source: the specification's 05-services and 14-include; the reference's transform/build.go, extends.go, include.go,
envfile.go, secrets.go, gpus.go and ulimits.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from composefmt.compose.dual import MixedItems, Whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.syntax.write import Entry


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _only(value: object, key: str, ignored: Mapping[str, object]) -> object:
    """Return the value of a mapping's only key, ignoring defaults; None if it has other keys."""
    if not isinstance(value, Mapping) or any(name != key and ignored.get(name, ...) != item for name, item in value.items()):
        return None
    return value.get(key)


def _whole(key: str, defaults: Mapping[str, object]) -> Whole:
    def long(value: object) -> Entry | list[object] | None:
        return {key: value} if _text(value) else None

    def short(value: object) -> str | int | None:
        return _text(_only(value, key, defaults))

    def canonical(value: object) -> object:
        return {**defaults, key: value} if isinstance(value, str) else {**defaults, **value} if isinstance(value, Mapping) else value

    return Whole(long, short, canonical)


def _items(key: str, defaults: Mapping[str, object], *, alone: bool = False) -> MixedItems:
    def long(text: str) -> Entry | str:
        return {key: text} if text else "it is empty"

    def short(value: Mapping[str, object]) -> str | None:
        return _text(_only(value, key, defaults))

    def one(item: object) -> object:
        return {**defaults, key: str(item)} if isinstance(item, (str, int)) else {**defaults, **item} if isinstance(item, Mapping) else item

    return MixedItems(long, short, _list_of(one), alone)


def _list_of(one: Callable[[object], object]) -> Callable[[object], object]:
    def canonical(value: object) -> object:
        return [one(item) for item in (value if isinstance(value, list) else [value])]

    return canonical


def _long_gpus(value: object) -> Entry | list[object] | None:
    return [{"count": "all"}] if value == "all" else None


def _short_gpus(value: object) -> str | int | None:
    return "all" if value in ([{"count": "all"}], [{"count": -1}]) else None


def _canonical_gpus(value: object) -> object:
    return "all" if _short_gpus(value) else value


def _long_ulimit(value: object) -> Entry | list[object] | None:
    return {"soft": value, "hard": value} if isinstance(value, int) and not isinstance(value, bool) else None


def _short_ulimit(value: object) -> str | int | None:
    if not isinstance(value, Mapping) or set(value) != {"soft", "hard"} or value["soft"] != value["hard"]:
        return None
    limit = value["hard"]
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else None


def _canonical_ulimit(value: object) -> object:
    return _long_ulimit(value) or value


BUILD = _whole("context", {})
EXTENDS = _whole("service", {})
FILES = _items("source", {})
INCLUDES = _items("path", {})
ENV_FILES = _items("path", {"required": True}, alone=True)
GPUS = Whole(_long_gpus, _short_gpus, _canonical_gpus)
ULIMITS = Whole(_long_ulimit, _short_ulimit, _canonical_ulimit)
