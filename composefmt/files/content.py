"""Reading and writing one file.

Writing is atomic: the new text is complete on disk before it takes the place of the old, and whatever goes wrong,
the file is as it was.
"""

from __future__ import annotations

import contextlib
import os
import stat
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.files.discovery import reason

if TYPE_CHECKING:
    from collections.abc import Mapping

# Larger files are no Compose files; reading them would take minutes and gigabytes.
MAX_BYTES = 10_000_000


class FileTrouble(Exception):
    """A file cannot be read or written. `rule` names the kind of trouble; the file is as it was."""

    def __init__(self, rule: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.advice = advice


def read_file(path: str) -> bytes:
    """The bytes of a regular file of at most MAX_BYTES. Raises FileTrouble."""
    try:
        # A pipe or a device would block; it is not opened.
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise FileTrouble("unreadable", "is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise FileTrouble("unreadable", "is not a regular file")
        if status.st_size > MAX_BYTES:
            raise FileTrouble("too-large", f"{status.st_size:,} bytes are more than {MAX_BYTES:,}", "this is hardly a Compose file")
        handle = os.open(path, os.O_RDONLY)
        try:
            return _read_all(handle, status.st_size)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        raise FileTrouble("unreadable", reason(error)) from None


def _read_all(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    while len(data) <= MAX_BYTES and (more := os.read(handle, MAX_BYTES)):
        data += more
    return data


def write_file(path: str, data: bytes, expected: bytes) -> None:
    """Replace a file's content, keeping its mode and, where possible, its owner; links are written through.

    `expected` is what was read before: a file that changed since is left alone. Raises FileTrouble.
    """
    try:
        target = os.path.realpath(path)
        status = os.stat(target)
        if not os.access(target, os.W_OK):
            raise FileTrouble("unwritable", "is read-only")
        if read_file(target) != expected:
            raise FileTrouble("unwritable", "changed while it was being formatted", "run composefmt again")
        if status.st_nlink > 1:
            # A new file would cut the other names of this one off.
            _overwrite(target, data)
        else:
            _replace(target, data, status)
    except OSError as error:
        raise FileTrouble("unwritable", f"cannot be written: {reason(error)}") from None


def _overwrite(target: str, data: bytes) -> None:
    with open(target, "r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _replace(target: str, data: bytes, status: os.stat_result) -> None:
    import tempfile

    folder, name = os.path.split(target)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if hasattr(os, "fchown"):
                with contextlib.suppress(OSError):
                    os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fsync(file.fileno())
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        os.replace(temporary, target)
    except BaseException:
        # Ctrl-C too: no half-written file may stay behind.
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def environment_beside(path: str, data: bytes) -> Mapping[str, str]:
    """The variables that the `.env` file beside a Compose file sets; {} where the file uses none."""
    return _environment(os.path.dirname(path) or ".") if b"$" in data else {}


@lru_cache(maxsize=256)
def _environment(folder: str) -> Mapping[str, str]:
    try:
        lines = read_file(os.path.join(folder, ".env")).decode("utf-8", "replace").splitlines()
    except FileTrouble:
        return {}
    found: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]
            found[name.strip()] = value[1:-1] if quoted else value.partition(" #")[0].rstrip()
    return found
