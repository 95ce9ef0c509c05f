"""The files around a Compose file on disk, read when they are first asked for, and within bounds."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from composefmt.files.content import FileTrouble, read_file
from composefmt.surroundings import Surroundings

if TYPE_CHECKING:
    from composefmt.surroundings import Kind

# A Compose file that names more files than this, or larger ones, is not looked into any further.
MAX_FILES = 1000
MAX_BYTES = 50_000_000


class OnDisk(Surroundings):
    """Surroundings on disk, in a folder: regular files only, of at most `files.content.MAX_BYTES` each."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder or "."
        self._files_left = MAX_FILES
        self._bytes_left = MAX_BYTES

    def _read(self, path: str) -> bytes | None:
        if self._files_left <= 0 or self._bytes_left <= 0:
            return None
        self._files_left -= 1
        place = os.path.join(self._folder, path)
        try:
            # Mostly there is no such file, and this is the quickest way to know.
            data = read_file(place) if os.access(place, os.F_OK) else None
        except (FileTrouble, ValueError):
            return None
        self._bytes_left -= len(data or b"")
        return data

    def _kind(self, path: str) -> Kind | None:
        try:
            mode = os.stat(os.path.join(self._folder, path)).st_mode
        except (OSError, ValueError):
            return None
        return "folder" if stat.S_ISDIR(mode) else "file"

    def _is_set(self, variable: str) -> bool:
        return variable in os.environ


def environment_beside(surroundings: Surroundings, data: bytes) -> dict[str, str]:
    """The variables that the `.env` file beside a Compose file sets; {} where the file uses none.

    What the shell sets does not count: a file must be formatted in the same way everywhere.
    """
    env_file = surroundings.read(".env") if b"$" in data else None
    if env_file is None:
        return {}
    from composefmt.project.dotenv import EnvFileError, parse_env

    variables: dict[str, str] = {}
    # What stands before a mistake still holds.
    with suppress(EnvFileError):
        parse_env(env_file.decode("utf-8", "replace"), variables, lambda _: None)
    return variables
