"""Entries that stay short with `engine = "swarm"`, because a stack file cannot express their long form.

Source: `docker stack config` of Docker CLI 28, whose schema (cli/compose/schema/data) has fewer keys than the specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Fields that have no long form in a stack file.
SHORT_ONLY = frozenset(
    {"build.additional_contexts", "build.secrets", "build.ssh", "depends_on", "devices", "env_file", "extends", "gpus", "include", "models"}
)


def obstacle(field: str, text: str, entry: Mapping[str, object]) -> str:
    """Return why a short entry must stay short for Swarm, "" if it need not. `entry`: its long form."""
    if field == "ports":
        if "host_ip" in entry:
            return "Swarm does not support host_ip in the long form"
        if not isinstance(entry.get("published", 0), int) or not isinstance(entry.get("target"), int):
            return "Swarm accepts only numbers in the long form"
    elif field == "volumes":
        bind = entry.get("bind")
        if isinstance(bind, dict) and set(bind) - {"propagation"}:
            return "Swarm does not support selinux and create_host_path in the long form"
        if entry["target"] not in text.split(":"):
            return "Swarm does not normalize the container path of the long form"
    return ""
