"""The variables of the `.env` file beside a Compose file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composefmt.filesystem.base import FileSystem


def environment_beside(files: FileSystem, data: bytes) -> dict[str, str]:
    """Return the variables of the `.env` file beside a Compose file; {} if the file uses none.

    The process environment does not count: a file must be formatted the same everywhere.
    """
    env_file = files.read(".env") if b"$" in data else None
    if env_file is None:
        return {}
    from composefmt.project.dotenv import known_variables

    return known_variables(env_file)
