"""What a stack file cannot say in long form: under `engine = "swarm"` such entries stay short.

Source: what `docker stack config` of Docker's CLI 28 accepts; its schema, cli/compose/schema/data, knows fewer keys than
the specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Fields whose long form is not known there at all.
SHORT_ONLY = frozenset(
    {"build.additional_contexts", "build.secrets", "build.ssh", "depends_on", "devices", "env_file", "extends", "gpus", "include", "models"}
)


def obstacle(field: str, text: str, entry: Mapping[str, object]) -> str:
    """Why a short entry must stay short for swarm; empty where it need not. `entry` is the long form as it would be written."""
    if field == "ports":
        if "host_ip" in entry:
            return "swarm's long form knows no host_ip"
        if not isinstance(entry.get("published", 0), int) or not isinstance(entry.get("target"), int):
            return "swarm's long form takes numbers only"
    elif field == "volumes":
        bind = entry.get("bind")
        if isinstance(bind, dict) and set(bind) - {"propagation"}:
            return "swarm's long form knows no selinux and no create_host_path"
        if entry["target"] not in text.split(":"):
            return "docker stack takes the container path as it is written"
    return ""
