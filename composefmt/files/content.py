"""Read and write one file.

Writing is atomic: the new text is complete on disk before it replaces the old one, and after any failure the file is
unchanged.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from errno import EACCES, EBUSY, EPERM
from time import monotonic_ns, sleep
from typing import TYPE_CHECKING

from composefmt.filesystem.disk import MAX_BYTES, CannotRead, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

# About five seconds.
_LOCK_TRIES = 60

# Without it Windows would change line breaks.
_BINARY = getattr(os, "O_BINARY", 0)


class FileError(Exception):
    """A file cannot be read or written. `rule` names the kind of problem; the file is unchanged."""

    def __init__(self, rule: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.advice = advice


def reason(error: OSError | ValueError) -> str:
    """Return the system's reason for a refusal, in lower case."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


class FileChanged(FileError):
    """A file has other content than when it was read."""

    def __init__(self) -> None:
        super().__init__("unwritable", "changed before it was written", "run composefmt again")


def read_file(path: str) -> bytes:
    """Return the bytes of a regular file of at most MAX_BYTES. Raises FileError."""
    try:
        return read_regular(path)
    except CannotRead as problem:
        raise (_too_large() if problem.too_large else FileError("unreadable", problem.reason)) from None
    except (OSError, ValueError) as error:
        raise FileError("unreadable", reason(error)) from None


def read_stream(stream: BinaryIO) -> bytes:
    """Return the bytes of a stream, such as standard input, of at most MAX_BYTES. Raises FileError."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large()
    return data


def _too_large() -> FileError:
    return FileError("too-large", f"more than {MAX_BYTES:,} bytes", "this is hardly a Compose file")


def write_file(path: str, data: bytes, expected: bytes) -> None:
    """Replace a file's content, keeping its mode and, if possible, its owner; symbolic links are followed.

    `expected` is the content read before: a file that has changed since is left alone. Of several processes that write a file at
    once, one after the other compares and writes. Raises FileError, FileChanged if the content is not the expected one.
    """
    try:
        target = os.path.realpath(path)
        if not os.access(target, os.W_OK):
            os.stat(target)
            raise FileError("unwritable", "is read-only")
        with _locked(target):
            _write_expected(target, data, expected)
    except OSError as error:
        raise FileError("unwritable", f"cannot be written: {reason(error)}") from None


def _write_expected(target: str, data: bytes, expected: bytes) -> None:
    status = os.stat(target)
    if read_file(target) != expected:
        raise FileChanged
    if status.st_nlink > 1:
        # A new file would detach the other hard links.
        _overwrite(target, data, expected)
        return
    try:
        _replace(target, data, status, only_if_unchanged=True)
    except OSError as error:
        # A mount point, as in containers, cannot be replaced.
        if error.errno != EBUSY:
            raise
        _overwrite(target, data, expected)


@contextlib.contextmanager
def _locked(target: str) -> Iterator[None]:
    """Keep other composefmt processes from writing a file, where the system has locks.

    A process that waited for a file that was replaced meanwhile holds the lock of the old one, and finds other content at the path.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(target, os.O_RDONLY)
    try:
        for waiting in range(_LOCK_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                # Another program may hold a lock for longer than composefmt does: the comparison still protects its changes.
                sleep(min(0.001 * 2**waiting, 0.1))
            except OSError:
                # Some network file systems have no locks.
                break
        yield
    finally:
        os.close(handle)


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return the attributes that change when a file is written or replaced."""
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def write_output(path: str, text: str) -> None:
    """Write one of our own files, such as a report, in UTF-8; on failure the old content stays. Raises FileError."""
    # Undecodable characters (of a file name) become escapes, which are valid in JSON too.
    data = text.encode("utf-8", "backslashreplace")
    try:
        status = os.stat(path) if os.path.exists(path) else None
        if status is not None and stat.S_ISREG(status.st_mode):
            _renew(os.path.realpath(path), data, status)
            return
        try:
            with open(path, "wb") as file:
                file.write(data)
        except OSError:
            if status is None:
                with contextlib.suppress(OSError):
                    os.unlink(path)
            raise
    except (OSError, ValueError) as error:
        raise FileError("unwritable", f"cannot be written: {reason(error)}") from None


def _renew(target: str, data: bytes, status: os.stat_result) -> None:
    if not os.access(target, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    try:
        _replace(target, data, status, only_if_unchanged=False)
    except OSError as error:
        # The directory is not writable, only the file is; or the file is a mount point.
        if error.errno not in (EBUSY, EACCES, EPERM):
            raise
        with open(target, "wb") as file:
            file.write(data)


def _overwrite(target: str, data: bytes, expected: bytes) -> None:
    with open(target, "r+b", buffering=0) as file:
        try:
            _write_all(file.fileno(), data)
            file.truncate(len(data))
        except BaseException:
            # No space left, or Ctrl-C: the old text fitted before, so it fits again.
            file.seek(0)
            _write_all(file.fileno(), expected)
            file.truncate(len(expected))
            raise
        os.fsync(file.fileno())


def _replace(target: str, data: bytes, status: os.stat_result, *, only_if_unchanged: bool) -> None:
    # The name is built by hand: importing tempfile takes longer than formatting a file.
    temporary = os.path.join(os.path.dirname(target), f".composefmt-{os.getpid()}-{monotonic_ns():x}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        try:
            _write_all(handle, data)
            if hasattr(os, "fchown"):
                with contextlib.suppress(OSError):
                    os.fchown(handle, status.st_uid, status.st_gid)
            _keep_attributes(target, handle)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        # Syncing takes so long that someone may have saved the file meanwhile.
        if only_if_unchanged and _state(os.stat(target)) != _state(status):
            raise FileChanged
        os.replace(temporary, target)
    except BaseException:
        # On Ctrl-C, too, no partial file may remain.
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _keep_attributes(target: str, handle: int) -> None:
    """Copy extended attributes such as access lists, if the system has them."""
    if sys.platform == "linux":
        names: list[str] = []
        with contextlib.suppress(OSError):
            names = os.listxattr(target)
        for name in names:
            # Some attributes need root; keep the others.
            with contextlib.suppress(OSError):
                os.setxattr(handle, name, os.getxattr(target, name))


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
