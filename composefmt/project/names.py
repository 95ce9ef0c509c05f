"""Names of Compose files: those that Compose looks for by itself, and those that `COMPOSE_FILE` lists.

Source: compose-go, cli/options.go, and Compose's documentation of its environment variables.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order in which Compose looks for them.
BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml")


def listed_files(variables: Mapping[str, str]) -> list[str]:
    """Return the paths in `COMPOSE_FILE`, split at `COMPOSE_PATH_SEPARATOR`, empty ones included; [] if it is not set or empty."""
    value = variables.get("COMPOSE_FILE")
    return value.split(variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep) if value else []
