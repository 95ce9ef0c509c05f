"""Constraints of one merged model beyond the schema: mutually exclusive attributes, addresses, empty paths.

Source: compose-go, validation/.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose.ports import is_address
from composefmt.project.values import Map, ProjectError
from composefmt.project.walk import Spot, Table, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[object, Spot], object]


def check(model: Map, *, uninterpolated: bool) -> None:
    """Raise ProjectError for the first violation. `uninterpolated`: variables were not replaced."""
    rewrite(model, _table(), uninterpolated=uninterpolated)


def _volume(value: object, spot: Spot) -> object:
    if isinstance(value, Map) and value.get("external") is True:
        for key in value:
            if key not in ("name", "external") and not key.startswith("x-"):
                raise ProjectError(
                    f'{".".join(spot.path)} is external; "external" and "{key}" are mutually exclusive', value.where(key), spot.path
                )
    return value


def _file_object(*sources: str) -> Check:
    def check_sources(value: object, spot: Spot) -> object:
        if not isinstance(value, Map):
            raise ProjectError(f"{'.'.join(spot.path)} must be a mapping", spot.place, spot.path)
        given = [key for key in sources if key in value]
        if len(given) > 1:
            raise ProjectError(f"{'.'.join(spot.path)}: {', '.join(given)} are mutually exclusive", value.where(given[1]), spot.path)
        if not given and "driver" not in value and "external" not in value:
            raise ProjectError(f"{'.'.join(spot.path)} requires one of {', '.join(sources)}, external", spot.place, spot.path)
        return value

    return check_sources


def _port(value: object, spot: Spot) -> object:
    if isinstance(value, Map):
        address = value.get("host_ip")
        if address is not None and not (isinstance(address, str) and (spot.hides(address) or is_address(address))):
            raise ProjectError(f'invalid IP address "{address}"', value.where("host_ip"), spot.path)
    return value


def _watched(value: object, spot: Spot) -> object:
    if not value:
        raise ProjectError("the path to watch is empty", spot.place, spot.path)
    return value


def _device(value: object, spot: Spot) -> object:
    if isinstance(value, Map) and "count" in value and "device_ids" in value:
        raise ProjectError('"count" and "device_ids" are mutually exclusive', value.where("count"), spot.path)
    return value


@lru_cache(maxsize=1)
def _table() -> Table[Check]:
    return Table(
        (
            ("volumes.*", _volume),
            ("configs.*", _file_object("file", "environment", "content")),
            ("secrets.*", _file_object("file", "environment")),
            ("services.*.ports.*", _port),
            ("services.*.develop.watch.*.path", _watched),
            ("services.*.deploy.resources.reservations.devices.*", _device),
            ("services.*.gpus.*", _device),
        )
    )
