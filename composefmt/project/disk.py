"""Read the files of a project from disk: Compose files and env files."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from composefmt.project.dotenv import EnvFileError, parse_env, parse_raw
from composefmt.project.read import documents, source_of
from composefmt.project.values import Location, ProjectError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from composefmt.project.dotenv import Lookup
    from composefmt.project.read import ParsedDocument

# Larger files are neither Compose files nor env files.
MAX_BYTES = 10_000_000

# The names of a shell's `<(...)`.
_STREAM = re.compile(r"/dev/stdin|(?:/dev|/proc/self)/fd/[0-9]+")


def is_stream(path: str) -> bool:
    """Return whether a path is a process substitution of a shell."""
    return _STREAM.fullmatch(path) is not None


def read_bytes(path: str, place: Location | None = None) -> bytes:
    """Return the bytes of a regular file or process substitution. Raises Unreachable at the place that names the file."""
    if path == os.devnull:
        return b""
    if is_stream(path):
        return read_stream(path)
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise Unreachable(f"{path} is a directory", place)
        if not stat.S_ISREG(status.st_mode):
            raise Unreachable(f"{path} is not a regular file", place)
        if status.st_size > MAX_BYTES:
            raise Unreachable(f"{path} is larger than {MAX_BYTES:,} bytes", place)
        with open(path, "rb", opener=_not_waiting) as file:
            data: bytes | None = file.read(MAX_BYTES + 1)
        if data is None:
            raise Unreachable(f"{path} cannot be read: it is empty so far", place)
        return data
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreachable(f"{path} cannot be read: {(reason or 'no such file').lower()}", place) from None


def _not_waiting(path: str, flags: int) -> int:
    """Open a file without blocking: some regular system files never end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_stream(path: str) -> bytes:
    """Return the bytes of a pipe. Raises ProjectError."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {(error.strerror or '').lower()}") from None
    if len(data) > MAX_BYTES:
        raise ProjectError(f"{path} is larger than {MAX_BYTES:,} bytes")
    return data


def read_env(
    path: str,
    variables: dict[str, str],
    lookup: Lookup,
    place: Location | None = None,
    *,
    raw: bool = False,
    read: Callable[[str, Location | None], bytes] = read_bytes,
) -> None:
    """Add the variables of an env file to `variables`; `raw`: values are used verbatim. Raises ProjectError."""
    text = read(path, place).decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        (parse_raw if raw else parse_env)(text, variables, lookup)
    except EnvFileError as error:
        from composefmt.syntax.source import Source

        wrong = ProjectError(error.message, Location(Source(text, path), error.offset))
        raise (wrong if place is None else ProjectError(str(wrong), place)) from None


def read_env_files(
    paths: Sequence[str],
    environment: Mapping[str, str],
    place: Location | None = None,
    read: Callable[[str, Location | None], bytes] = read_bytes,
) -> dict[str, str]:
    """Return the variables of a project's env files, later files over earlier ones, the environment over all of them."""
    found: dict[str, str] = {}

    def lookup(name: str) -> str | None:
        value = environment.get(name)
        return value if value is not None else found.get(name)

    for path in paths:
        read_env(path, found, lookup, place, read=read)
    return found


def is_file(path: str) -> bool:
    """Return whether a path exists and is not a directory."""
    return os.path.exists(path) and not os.path.isdir(path)


class DiskFiles:
    """The files on disk, as `Files` asks for them."""

    def read(self, path: str, place: Location | None = None) -> bytes:
        """Return a file's bytes. Raises Unreachable at the place that names the file."""
        return read_bytes(path, place)

    def documents(self, path: str, data: bytes | None, place: Location | None) -> Iterable[ParsedDocument]:
        """Return the documents of a Compose file; `data` are its bytes if they have been read. Raises ProjectError."""
        return documents(source_of(data if data is not None else read_bytes(path, place), path))

    def is_file(self, path: str) -> bool:
        """Return whether a path exists and is not a directory."""
        return is_file(path)

    def is_directory(self, path: str) -> bool:
        """Return whether a path is a directory."""
        return os.path.isdir(path)


DISK = DiskFiles()
