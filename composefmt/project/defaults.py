"""The defaults that Docker Compose sets after merging all files.

Source: compose-go, transform/defaults.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.project.values import Map, text
from composefmt.project.walk import Spot, Table, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = Callable[[object, Spot], object]


def set_defaults(model: Map) -> None:
    """Set the defaults, in place."""
    rewrite(model, _table())


def _build(value: object, _: Spot) -> object:
    if isinstance(value, Map):
        value.setdefault("context", ".")
    return value


def _secret(value: object, _: Spot) -> object:
    if isinstance(value, Map):
        value.setdefault("target", f"/run/secrets/{text(value.get('source'))}")
    return value


def _port(value: object, _: Spot) -> object:
    if isinstance(value, Map):
        value.setdefault("protocol", "tcp")
        value.setdefault("mode", "ingress")
    return value


def _device(value: object, _: Spot) -> object:
    if isinstance(value, Map) and "count" not in value and "device_ids" not in value:
        value["count"] = "all"
    return value


def _bind(value: object, _: Spot) -> object:
    if isinstance(value, Map):
        value.setdefault("create_host_path", True)
    return value


_FIELDS: tuple[tuple[str, Function], ...] = (
    ("build", _build),
    ("secrets.*", _secret),
    ("ports.*", _port),
    ("gpus.*", _device),
    ("volumes.*.bind", _bind),
)


@lru_cache(maxsize=1)
def _table() -> Table[Function]:
    return Table(
        (
            *((f"{section}.*.{field}", function) for section in ("services", "jobs") for field, function in _FIELDS),
            ("services.*.deploy.resources.reservations.devices.*", _device),
        )
    )
