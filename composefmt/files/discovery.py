"""Which files a run is about: the ones that are named, and the Compose files below the folders that are named.

A folder is searched for `compose*.yaml`, `docker-compose*.yml` and their like, minus what .gitignore files exclude.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pathspec import GitIgnoreSpec

COMPOSE_NAME = re.compile(r"(docker-)?compose[^/]*\.ya?ml")

# Folders that hold other people's or generated files.
_SKIPPED = frozenset(
    {
        ".direnv", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv",
        "__pycache__", "node_modules", "site-packages",
    }
)  # fmt: skip


class Missing(NamedTuple):
    """A path that was named but leads nowhere."""

    path: str
    message: str


def discover(paths: Sequence[str]) -> Iterator[str | Missing]:
    """The files to work on, each once, as paths relative to what was named; folders are walked in sorted order."""
    seen: set[str] = set()
    for path in paths:
        for found in _named(path):
            if isinstance(found, Missing) or len(paths) == 1:
                yield found
            else:
                real = os.path.realpath(found)
                if real not in seen:
                    seen.add(real)
                    yield found


def _named(path: str) -> Iterator[str | Missing]:
    try:
        is_folder = os.path.isdir(path)
    except (OSError, ValueError) as error:
        yield Missing(path, reason(error))
        return
    if is_folder:
        yield from _Walk().folder(path)
    elif os.path.lexists(path):
        yield path
    else:
        yield Missing(path, "no such file or folder")


def reason(error: OSError | ValueError) -> str:
    """Why the system refused, in lower case."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


class _Walk:
    """One search below a folder: what is ignored, and which files were met as such and through links."""

    def __init__(self) -> None:
        self.ignored: list[tuple[str, GitIgnoreSpec]] = []
        self.files: list[str] = []
        self.links: list[str] = []

    def folder(self, root: str) -> Iterator[str | Missing]:
        self.ignored = _above(root)
        yield from self.walk("" if root == "." else root.rstrip("/") or "/", root)
        # A link to a file that was met itself would be the same file twice.
        met = set(map(os.path.realpath, self.files)) if self.links else set()
        for link in self.links:
            target = os.path.realpath(link)
            if target not in met and os.path.isfile(target):
                met.add(target)
                yield link

    def walk(self, prefix: str, folder: str) -> Iterator[str | Missing]:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Missing(folder, reason(error))
            return
        names = {entry.name for entry in entries}
        depth = len(self.ignored)
        if ".gitignore" in names:
            self.ignored.append((folder, _read_ignore(os.path.join(folder, ".gitignore"))))
        for entry in entries:
            path = f"{prefix}/{entry.name}" if prefix and prefix != "/" else prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED and not self.is_ignored(path, is_folder=True):
                    yield from self.walk(path, path)
            elif COMPOSE_NAME.fullmatch(entry.name) and not self.is_ignored(path, is_folder=False):
                if entry.is_symlink():
                    self.links.append(path)
                else:
                    self.files.append(path)
                    yield path
        del self.ignored[depth:]

    def is_ignored(self, path: str, *, is_folder: bool) -> bool:
        """Whether git would ignore a path: the deepest .gitignore that says anything of it decides."""
        for base, spec in reversed(self.ignored):
            relative = os.path.relpath(path, base).replace(os.sep, "/")
            answer = spec.check_file(relative + "/" if is_folder else relative).include
            if answer is not None:
                return answer
        return False


def _above(root: str) -> list[tuple[str, GitIgnoreSpec]]:
    """What the .gitignore files above a folder say, from the repository's root down to it."""
    found: list[tuple[str, GitIgnoreSpec]] = []
    folder = parent = os.path.realpath(root)
    while True:
        ignore = os.path.join(parent, ".gitignore")
        if parent != folder and os.path.isfile(ignore):
            found.append((parent, _read_ignore(ignore)))
        if os.path.exists(os.path.join(parent, ".git")):
            exclude = os.path.join(parent, ".git", "info", "exclude")
            if os.path.isfile(exclude):
                found.append((parent, _read_ignore(exclude)))
            return found[::-1]
        if parent == os.path.dirname(parent):
            return []
        parent = os.path.dirname(parent)


def _read_ignore(path: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = []
    return GitIgnoreSpec.from_lines(lines)
