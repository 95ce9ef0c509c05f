"""The files of a git repository as they were at a revision, under the paths of the working tree.

Nothing is checked out: `git archive` and a checkout would run configured filters and honor export attributes.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from itertools import islice
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.filesystem.base import FileSystem
from composefmt.filesystem.disk import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from composefmt.filesystem.base import Kind

# Missing objects are not fetched: nothing here accesses the network.
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0"}
# A repository's settings may name a program that git asks for changed files.
_NO_PROGRAM = ("-c", "core.fsmonitor=false")
_LINK = b"120000"
_COMMIT = "^{commit}"

# More ignored files and directories than this are build output.
_MAX_IGNORED = 10_000
# More links than this from one to the next are a cycle.
_MAX_LINKS = 40


class RevisionError(Exception):
    """Git cannot be run, or does not know the revision."""


class _Blob(NamedTuple):
    """A file or link of a revision: the object with its content, and the object's size in bytes."""

    object: bytes
    size: int
    is_link: bool


class AtRevision(FileSystem):
    """The files of a revision over those on disk: git ignores some, and projects need them, such as `.env`.

    A path in the repository is a file of the revision, or one that git ignores or, if it is a `.env`, does not know. Paths
    elsewhere, and the environment, are those of `beneath`.
    """

    def __init__(self, revision: str, folder: str, beneath: FileSystem) -> None:
        """Read the list of files. `folder`: a directory of the repository. Raises RevisionError."""
        self.revision = revision
        self._beneath = beneath
        self._top = os.path.realpath(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
        commit = _git(self._top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}{_COMMIT}").decode().strip()
        self._entries = dict(_entries(_git(self._top, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)))
        self._folders = {"."}
        for path in self._entries:
            while (path := dirname(path)) and path not in self._folders:
                if path in self._entries:
                    raise RevisionError(f"{path} is a file and a directory at {revision}")
                self._folders.add(path)
        self._unversioned = frozenset(_unversioned(self._top))
        # Where the repository lies as paths name it, which may be through a link.
        prefix = os.fsdecode(_git(folder, "rev-parse", "--show-prefix").removesuffix(b"\n")).rstrip("/")
        named = self._beneath.absolute(folder)
        self._roots = {self._top.replace(os.sep, "/"), named.removesuffix(f"/{prefix}") if prefix else named}
        self._process: Popen[bytes] | None = None

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None."""
        entry = self._found(path)
        if isinstance(entry, str):
            return self._beneath.read(entry)
        return self._content(entry) if entry is not None and not entry.is_link else None

    def obstacle(self, path: str) -> str:
        """Return why a file could not be read."""
        entry = self._found(path)
        if isinstance(entry, str):
            return self._beneath.obstacle(entry)
        if entry is not None:
            return f"is larger than {MAX_BYTES:,} bytes" if entry.size > MAX_BYTES else "cannot be read: git object not found"
        return "is a directory" if self.kind(path) else "cannot be read: no such file or directory"

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path."""
        place = self._place(path)
        if place is None or place in self._folders:
            return "directory" if place is not None else None
        entry = self._found(path)
        if isinstance(entry, str):
            return self._beneath.kind(entry)
        return "file" if entry is not None else None

    def absolute(self, path: str) -> str:
        """Return a path as an absolute one."""
        return self._beneath.absolute(path)

    def value(self, variable: str) -> str | None:
        """Return a variable of the environment, which is that of today."""
        return self._beneath.value(variable)

    def files(self, folder: str) -> Iterator[str]:
        """Yield the paths of the revision's files and links below a directory, relative to it."""
        place = self._place(folder)
        start = "" if place == "." else f"{place}/"
        if place in self._folders:
            yield from (path[len(start) :] for path in self._entries if path.startswith(start))

    def named(self, text: str) -> str:
        """Name the repository's files in a text as git names those of a revision: `HEAD:compose.yaml`."""
        for root in sorted(self._roots, key=len, reverse=True):
            text = text.replace(root + "/", f"{self.revision}:")
        return text

    def _found(self, path: str) -> _Blob | str | None:
        """Return the entry of a path, the path on disk that takes its place, or None."""
        place = self._place(path)
        if place is None:
            return None
        if place.startswith("/"):
            return place
        entry = self._entries.get(place)
        if entry is None and place not in self._folders and self._is_unversioned(place):
            return f"{self._top}/{place}"
        return entry

    def _is_unversioned(self, place: str) -> bool:
        parts = place.split("/")
        for length in range(1, len(parts) + 1):
            above = "/".join(parts[: length - 1]) or "."
            if "/".join(parts[:length]) in self._unversioned:
                return above in self._folders
        return False

    def _place(self, path: str) -> str | None:
        """Return a path in the repository, links of the revision followed; an absolute one outside; None for a cycle of links."""
        path = self.absolute(path)
        for _ in range(_MAX_LINKS):
            inside = self._inside(path)
            if inside is None:
                return path
            followed = self._followed(inside)
            if not followed.startswith("/"):
                return followed
            path = followed
        return None

    def _inside(self, path: str) -> str | None:
        """Return an absolute path relative to the repository; None if it is elsewhere."""
        # A link may lead to the repository.
        for each in (path, f"{os.path.realpath(dirname(path))}/{basename(path)}".replace(os.sep, "/")):
            root = next((root for root in self._roots if each == root or each.startswith(root + "/")), None)
            if root is not None:
                return each[len(root) + 1 :] or "."
        return None

    def _followed(self, place: str) -> str:
        """Return a path in the repository, or an absolute path if the first link on it leads to another one."""
        parts = place.split("/")
        for length in range(1, len(parts) + 1):
            entry = self._entries.get("/".join(parts[:length]))
            if entry is not None and entry.is_link:
                target = os.fsdecode(self._content(entry) or b"")
                return normpath("/".join([join(self._top, *parts[: length - 1], target), *parts[length:]]))
        return place

    def _content(self, entry: _Blob) -> bytes | None:
        if entry.size > MAX_BYTES:
            return None
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - no shell
                ["git", "-C", self._top, *_NO_PROGRAM, "cat-file", "--batch"],  # noqa: S607
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_OFFLINE},
            )
        asked, answered = self._process.stdin, self._process.stdout
        if asked is None or answered is None:
            return None
        asked.write(entry.object + b"\n")
        asked.flush()
        if not answered.readline().endswith(b" blob %d\n" % entry.size):
            return None
        content = answered.read(entry.size)
        answered.read(1)
        return content

    def close(self) -> None:
        """End the process that reads objects."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


@contextmanager
def at_revision(revision: str, folder: str, beneath: FileSystem) -> Iterator[AtRevision]:
    """Open a revision of the repository of a directory. Raises RevisionError."""
    files = AtRevision(revision, folder, beneath)
    try:
        yield files
    finally:
        files.close()


def _entries(listing: bytes) -> Iterator[tuple[str, _Blob]]:
    """Yield the files and links of a revision; a malicious tree may contain paths outside of it."""
    for line in listing.split(b"\0"):
        if not line:
            continue
        about, path = line.split(b"\t", 1)
        mode, kind, name, size = about.split()
        # Submodules are not part of the repository.
        if kind == b"blob" and not {b"", b".", b".."} & set(path.split(b"/")):
            yield os.fsdecode(path), _Blob(name, int(size), mode == _LINK)


def _unversioned(top: str) -> Iterator[str]:
    """Yield the files and directories that git ignores, and each `.env` it does not know."""
    ignored = _git(top, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    variables = _git(top, "ls-files", "-z", "--others", "--exclude-standard", "--", ":(glob)**/.env")
    for name in islice(filter(None, (variables + ignored).split(b"\0")), _MAX_IGNORED):
        yield os.fsdecode(name.rstrip(b"/"))


def _git(folder: str, *arguments: str) -> bytes:
    command = ["git", "-C", folder, *_NO_PROGRAM, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **_OFFLINE})  # noqa: S603 - no shell
    except OSError as error:
        raise RevisionError(f"git cannot be run: {(error.strerror or '').lower()}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RevisionError(
            f"git: {said[-1].removeprefix('fatal: ')}" if said else f"unknown revision {arguments[-1].removesuffix(_COMMIT)} in {folder}"
        )
    return done.stdout
