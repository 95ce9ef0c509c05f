"""The files around a Compose file on disk, read on demand and within bounds."""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import TYPE_CHECKING

from composefmt.files.content import FileTrouble, read_file
from composefmt.surroundings import MAX_LISTED, Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.surroundings import Kind

# If a Compose file names more or larger files than this, the rest is not read.
MAX_FILES = 1000
MAX_BYTES = 50_000_000

# Of a directory with more entries than this only some are looked at.
MAX_ENTRIES = 1000


class OnDisk(Surroundings):
    """Files on disk, relative to a directory: regular files only, each of at most `files.content.MAX_BYTES`."""

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
            # The file usually does not exist, and this is the fastest check.
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
        return "directory" if stat.S_ISDIR(mode) else "file"

    def _is_set(self, variable: str) -> bool:
        return variable in os.environ

    def _value(self, variable: str) -> str | None:
        return os.environ.get(variable)

    def _files_below(self, path: str, names: tuple[str, ...]) -> Iterable[str]:
        place = os.path.join(self._folder, path)
        try:
            with os.scandir(place) as entries:
                folders = sorted(entry.name for entry in islice(entries, MAX_ENTRIES) if not entry.name.startswith(".") and entry.is_dir())[
                    :MAX_LISTED
                ]
        except (OSError, ValueError):
            return []
        endings = ["/" + name for name in names]
        # The fastest check; most of them do not exist.
        return [name + ending for name in folders for ending in endings if os.access(os.path.join(place, name + ending), os.F_OK)]

    def _above(self) -> tuple[str, ...]:
        """Return the directories below the repository's root, else below the working directory."""
        try:
            start, working = os.path.abspath(self._folder), os.getcwd()
        except OSError:
            return ()
        names: list[str] = []
        folder = start
        below_working: tuple[str, ...] = ()
        while not os.path.exists(os.path.join(folder, ".git")):
            if folder == working:
                below_working = tuple(names[::-1])
            folder, name = os.path.split(folder)
            if not name:
                return below_working
            names.append(name)
        return tuple(names[::-1])

    def _working_directory(self) -> str:
        try:
            return os.path.relpath(os.getcwd(), self._folder).replace(os.sep, "/")
        except (OSError, ValueError):
            return "."


def environment_beside(surroundings: Surroundings, data: bytes) -> dict[str, str]:
    """Return the variables of the `.env` file beside a Compose file; {} if the file uses none.

    The process environment does not count: a file must be formatted the same everywhere.
    """
    env_file = surroundings.read(".env") if b"$" in data else None
    if env_file is None:
        return {}
    from composefmt.project.dotenv import known_variables

    return known_variables(env_file)
