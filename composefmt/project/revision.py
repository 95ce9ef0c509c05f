"""Read a project at a revision of its git repository."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from composefmt.filesystem.disk import MAX_BYTES
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

# Missing objects are not fetched: nothing here accesses the network.
_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
# A repository's settings may name a program that git asks for changed files.
_NO_PROGRAM = ("-c", "core.fsmonitor=false")
_LINK = b"120000"
_COMMIT = "^{commit}"

# More ignored files and directories than this are build output.
_MAX_IGNORED = 10_000


class Checkout(NamedTuple):
    """The files of a revision in a temporary directory: the revision, the repository's root and the directory."""

    revision: str
    top: str
    target: str

    def path(self, path: str) -> str:
        """Return the path of a file of the working tree in the checkout."""
        return os.path.normpath(os.path.join(self.target, os.path.relpath(os.path.realpath(path), self.top)))

    def original(self, value: object) -> object:
        """Replace paths in the checkout by those of the working tree in all strings of a value."""
        if isinstance(value, dict):
            return {key: self.original(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.original(part) for part in value]
        if isinstance(value, str) and (value == self.target or value.startswith(self.target + os.sep)):
            return self.top + value[len(self.target) :]
        return value

    def named(self, text: str) -> str:
        """Name the files in a text as git names those of a revision: `HEAD:compose.yaml`."""
        return text.replace(self.target + os.sep, f"{self.revision}:")


@contextmanager
def checked_out(revision: str, folder: str) -> Iterator[Checkout]:
    """Check out a revision into a temporary directory, beside files that git ignores. Raises ProjectError."""
    from tempfile import TemporaryDirectory

    top = top_folder(folder)
    with TemporaryDirectory() as temporary:
        target = os.path.realpath(temporary)
        unpack(revision, top, target)
        _link_unversioned(top, target)
        yield Checkout(revision, top, target)


def _link_unversioned(top: str, target: str) -> None:
    """Link to the files that git ignores and to each `.env` it does not know: they belong to no revision, and projects need them."""
    ignored = _git(top, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    variables = _git(top, "ls-files", "-z", "--others", "--exclude-standard", "--", ":(glob)**/.env")
    for name in islice(filter(None, (variables + ignored).split(b"\0")), _MAX_IGNORED):
        path = os.path.join(os.fsencode(target), name.rstrip(b"/"))
        if os.path.isdir(os.path.dirname(path)):
            # A file of the revision wins; systems without links do without.
            with suppress(OSError):
                os.symlink(os.path.join(os.fsencode(top), name.rstrip(b"/")), path)


def top_folder(folder: str) -> str:
    """Return the root of the git repository of a directory. Raises ProjectError."""
    return os.path.realpath(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))


class _TreeEntry(NamedTuple):
    """A file of a revision: its mode, the object with its content, the object's size in bytes, and its path."""

    mode: bytes
    object: bytes
    size: int
    path: bytes


def unpack(revision: str, top: str, target: str) -> None:
    """Write all files of a revision below a directory; submodules and missing objects are omitted. Raises ProjectError.

    `git archive` would run configured filters and honor export attributes.
    """
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}{_COMMIT}").decode().strip()
    entries = sorted(_entries(_git(top, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)), key=lambda entry: entry.mode == _LINK)
    wanted = [entry for entry in entries if entry.size <= MAX_BYTES]
    with subprocess.Popen(  # noqa: S603 - no shell
        ["git", "-C", top, "cat-file", "--batch"],  # noqa: S607
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **_ENVIRONMENT},
    ) as process:
        if process.stdin is None or process.stdout is None:
            return
        for entry in wanted:
            _place(entry, _content(entry, process.stdin, process.stdout), os.fsencode(target))


def _entries(listing: bytes) -> Iterator[_TreeEntry]:
    """Yield the files and links of a revision; a malicious tree may contain paths outside of it."""
    for line in listing.split(b"\0"):
        if not line:
            continue
        about, path = line.split(b"\t", 1)
        mode, kind, name, size = about.split()
        if kind == b"blob" and not {b"", b".", b".."} & set(path.split(b"/")):
            yield _TreeEntry(mode, name, int(size), path)


def _content(entry: _TreeEntry, asked: IO[bytes], answered: IO[bytes]) -> bytes:
    asked.write(entry.object + b"\n")
    asked.flush()
    answer = answered.readline()
    if not answer.endswith(b" blob %d\n" % entry.size):
        raise ProjectError(f"git object not found for {os.fsdecode(entry.path)}")
    content = answered.read(entry.size)
    answered.read(1)
    return content


def _place(entry: _TreeEntry, content: bytes, target: bytes) -> None:
    """Write a file or create a link; links are created last and only read, so they may point anywhere."""
    path = os.path.join(target, entry.path)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if entry.mode == _LINK:
            os.symlink(content, path)
            return
        with open(path, "xb") as output:
            output.write(content)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProjectError(f"{os.fsdecode(entry.path)} cannot be written: {(reason or '').lower()}") from None


def _git(folder: str, *arguments: str) -> bytes:
    command = ["git", "-C", folder, *_NO_PROGRAM, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **_ENVIRONMENT})  # noqa: S603 - no shell
    except OSError as error:
        raise ProjectError(f"git cannot be run: {(error.strerror or '').lower()}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if said and "not a git repository" in said[-1]:
            raise ProjectError(f"{folder} is not in a Git repository")
        raise ProjectError(
            f"git: {said[-1].removeprefix('fatal: ')}" if said else f"unknown revision {arguments[-1].removesuffix(_COMMIT)} in {folder}"
        )
    return done.stdout
