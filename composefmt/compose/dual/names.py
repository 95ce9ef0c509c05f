"""Lists of names that may also be mappings by name: depends_on, networks and models of services.

Source: the specification's 05-services; the reference's transform/dependson.go and transform/services.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.dual import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

# The settings implied by a name in a merge: an entry that omits a key keeps that of the base file (compose-go, override/merge.go).
_STARTED: Mapping[str, object] = {"condition": "service_started", "required": True}


def _dependencies(value: object) -> object:
    return {str(name): dict(_STARTED) for name in value} if isinstance(value, list) else value


def _bare(value: object) -> object:
    return {str(name): None for name in value} if isinstance(value, list) else value


DEPENDENCIES = Names(_STARTED, _dependencies)
BARE = Names(None, _bare)
