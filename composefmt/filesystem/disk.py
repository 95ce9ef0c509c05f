"""The files on disk: regular files only, each of bounded size."""

from __future__ import annotations

import os
import re
import stat
from itertools import islice
from typing import TYPE_CHECKING

from composefmt.filesystem.base import MAX_LISTED, FileSystem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.filesystem.base import Kind

# Larger files are neither Compose files nor env files; reading them would take minutes and gigabytes.
MAX_BYTES = 10_000_000

# Of a directory with more entries than this only some are looked at.
_MAX_ENTRIES = 1000

# Without it Windows would change line breaks.
_BINARY = getattr(os, "O_BINARY", 0)
# Some system files are regular files that never end for hours.
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0)

# The names of a shell's `<(...)`.
_STREAM = re.compile(r"/dev/stdin|(?:/dev|/proc/self)/fd/[0-9]+")


class CannotRead(Exception):
    """A file cannot be read: why, as the end of a sentence about it."""

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.too_large = too_large


def read_regular(path: str) -> bytes:
    """Return the bytes of a regular file of at most MAX_BYTES. Raises CannotRead, OSError or ValueError."""
    # A pipe or device would block; it is not opened.
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise CannotRead("is a directory")
    if not stat.S_ISREG(status.st_mode):
        raise CannotRead("is not a regular file")
    if status.st_size > MAX_BYTES:
        raise _too_large()
    handle = os.open(path, os.O_RDONLY | _BINARY | _NOT_WAITING)
    try:
        data = _read_all(handle, status.st_size)
    finally:
        os.close(handle)
    if len(data) > MAX_BYTES:
        raise _too_large()
    return data


def _too_large() -> CannotRead:
    return CannotRead(f"is larger than {MAX_BYTES:,} bytes", too_large=True)


def _read_all(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    # A large buffer is allocated only if the file has grown: allocating takes longer than reading a small file.
    room = 4096
    while len(data) <= MAX_BYTES and (more := os.read(handle, room)):
        data += more
        room = MAX_BYTES
    return data


class OnDisk(FileSystem):
    """The files on disk, and the environment of this process. `streams`: read the process substitutions of a shell as well."""

    def __init__(self, *, streams: bool = False) -> None:
        self._streams = streams

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None."""
        try:
            if path == os.devnull:
                return b""
            if self._streams and _STREAM.fullmatch(path):
                return _stream(path)
            # The file usually does not exist, and this is the fastest check.
            return read_regular(path) if os.access(path, os.F_OK) else None
        except (CannotRead, OSError, ValueError):
            return None

    def obstacle(self, path: str) -> str:
        """Return why a file could not be read, as the end of a sentence."""
        try:
            if self._streams and _STREAM.fullmatch(path):
                os.close(os.open(path, os.O_RDONLY | _NOT_WAITING))
                raise _too_large()
            read_regular(path)
        except BlockingIOError:
            return "cannot be read: it is empty so far"
        except CannotRead as problem:
            return problem.reason
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return f"cannot be read: {(reason or 'no such file').lower()}"
        return "cannot be read"

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path, links followed."""
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return None
        return "directory" if stat.S_ISDIR(mode) else "file"

    def may_read(self, path: str) -> bool:
        """Return whether the system allows to read a file."""
        return os.access(path, os.R_OK)

    def absolute(self, path: str) -> str:
        """Return a path as an absolute one."""
        try:
            return os.path.abspath(path).replace(os.sep, "/")
        except OSError:
            # The working directory was removed.
            return os.path.normpath(path).replace(os.sep, "/")

    def value(self, variable: str) -> str | None:
        """Return a variable of the process environment."""
        return os.environ.get(variable)

    def files_below(self, path: str, names: tuple[str, ...]) -> Iterable[str]:
        """Return the files with one of some names in the subdirectories of a directory."""
        try:
            with os.scandir(path or ".") as entries:
                folders = sorted(
                    entry.name for entry in islice(entries, _MAX_ENTRIES) if not entry.name.startswith(".") and entry.is_dir()
                )[:MAX_LISTED]
        except (OSError, ValueError):
            return []
        endings = ["/" + name for name in names]
        # The fastest check; most of them do not exist.
        return [name + ending for name in folders for ending in endings if os.access(os.path.join(path, name + ending), os.F_OK)]

    def above(self, path: str) -> tuple[str, ...]:
        """Return the directories below the repository's root, else below the working directory."""
        try:
            start, working = os.path.abspath(path or "."), os.getcwd()
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


def _stream(path: str) -> bytes | None:
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    return data if len(data) <= MAX_BYTES else None
