"""Lists of names that may also be mappings by name: depends_on, networks and models of services.

Source: the specification's 05-services; the reference's transform/dependson.go and transform/services.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from composefmt.compose.dual import Names

_STARTED: Mapping[str, object] = {"condition": "service_started"}
_STARTED_DEFAULTS: Mapping[str, object] = {**_STARTED, "required": True}


def _dependencies(value: object) -> object:
    if isinstance(value, list):
        return {str(name): dict(_STARTED_DEFAULTS) for name in value}
    if isinstance(value, Mapping):
        return {
            name: {**_STARTED_DEFAULTS, **_without_default(settings)} if isinstance(settings, Mapping) else settings
            for name, settings in value.items()
        }
    return value


def _without_default(settings: Mapping[str, object]) -> dict[str, object]:
    """Without `restart: false`, which says nothing."""
    return {key: value for key, value in settings.items() if key != "restart" or value is not False}


def _bare(value: object) -> object:
    return {str(name): None for name in value} if isinstance(value, list) else value


DEPENDENCIES = Names(_STARTED, _dependencies)
BARE = Names(None, _bare)
