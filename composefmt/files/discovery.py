"""Which files a run is about: the ones that are named, and the Compose files below the folders that are named.

A folder is searched for `compose*.yaml`, `docker-compose*.yml` and their like, minus what .gitignore files exclude and the
workflows of forges (`.github/workflows`).
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from composefmt.files.ignore import read_ignore, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from composefmt.files.exclusion import Exclusion
    from composefmt.files.ignore import Pattern

COMPOSE_NAME = re.compile(r"(docker-)?compose[^/]*\.ya?ml")

# Folders that hold other people's or generated files.
SKIPPED = frozenset(
    {
        ".direnv", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv",
        "__pycache__", "node_modules", "site-packages",
    }
)  # fmt: skip

# Folders whose files are workflows of a forge, whatever their names: `compose-test.yml` is one too.
_WORKFLOWS = re.compile(r"(?:.*/)?\.(?:forgejo|gitea|github)/workflows/")


class Missing(NamedTuple):
    """A path that was named but leads nowhere."""

    path: str
    message: str


def discover(paths: Sequence[str], exclusion: Exclusion | None = None) -> Iterator[str | Missing]:
    """The files to work on, each once, as paths relative to what was named; folders are walked in sorted order."""
    if exclusion is not None:
        paths = [path for path in paths if not exclusion.names(path)]
    if len(paths) == 1:
        yield from _named(paths[0], exclusion)
        return
    # Names of one file share its number: only those that share one need be compared by their real paths, which takes longer.
    numbered: dict[tuple[int, int], str] = {}
    real_paths: set[str] = set()
    for path in paths:
        for found in _named(path, exclusion):
            if isinstance(found, str):
                first = numbered.setdefault(identity(found), found)
                if first is not found:
                    real_paths.add(os.path.realpath(first))
                    real = os.path.realpath(found)
                    if real in real_paths:
                        continue
                    real_paths.add(real)
            yield found


def identity(path: str) -> tuple[int, int]:
    """What tells two files apart: the numbers of the device and of the file on it; hard links share them."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def _named(path: str, exclusion: Exclusion | None) -> Iterator[str | Missing]:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        yield Missing(path, "the link leads nowhere" if os.path.islink(path) else "no such file or folder")
    except (OSError, ValueError) as error:
        yield Missing(path, reason(error))
    else:
        if stat.S_ISDIR(mode):
            yield from _walk(path, exclusion)
        else:
            yield path


def reason(error: OSError | ValueError) -> str:
    """Why the system refused, in lower case."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


class Ignore(NamedTuple):
    """One .gitignore file, or its like: a path below its folder is told to it as `above` and the path from `skip` on."""

    above: str
    skip: int
    patterns: tuple[Pattern, ...]


_Ignores: TypeAlias = "tuple[Ignore, ...]"


class Excluded(NamedTuple):
    """What settings exclude below a folder: other folders by their names, and what patterns match."""

    folders: frozenset[str] = SKIPPED
    ignores: _Ignores = ()


# A path of a walk with the .gitignore files that speak of what is in it, and what else is excluded there; a file has none.
_Pending: TypeAlias = "tuple[str, _Ignores | None, Excluded]"


def _walk(root: str, exclusion: Exclusion | None) -> Iterator[str | Missing]:
    """The Compose files below a folder, in sorted order.

    Links to folders are not followed: what they lead to is either met itself, or was not asked for. A link to a file
    is, unless that file is met itself.
    """
    prefix = "" if root == "." else root.rstrip("/") + "/"
    try:
        above = _above(root, len(prefix))
    except OSError as error:
        # The working directory was removed.
        yield Missing(root, reason(error))
        return
    links: list[str] = []
    files: list[str] = []
    # A stack of our own: folders may be nested deeper than Python's calls may be.
    pending: list[_Pending] = [(prefix, above, exclusion.below(prefix) if exclusion is not None else Excluded())]
    while pending:
        path, ignores, excluded = pending.pop()
        if ignores is None:
            files.append(path)
            yield path
            continue
        try:
            pending += _listing(path, ignores, excluded, links, exclusion)
        except OSError as error:
            yield Missing(path.rstrip("/") or root, reason(error))
    yield from _links_to_others(links, files)


def _listing(folder: str, ignores: _Ignores, excluded: Excluded, links: list[str], exclusion: Exclusion | None) -> Iterator[_Pending]:
    """What of a folder (its path ends with a slash) is still to be done, the last in order first."""
    with os.scandir(folder or ".") as listing:
        entries = {entry.name: entry for entry in listing}
    if ".gitignore" in entries:
        ignores = (*ignores, Ignore("", len(folder), read_ignore(folder + ".gitignore")))
    if exclusion is not None and not exclusion.settings_names.isdisjoint(entries):
        excluded = exclusion.below(folder)
    # These two do not speak of each other: what one excludes, the other cannot take in again.
    both = [each for each in (ignores, excluded.ignores) if each]
    for name in sorted(entries, reverse=True):
        entry = entries[name]
        path = folder + name
        if entry.is_dir(follow_symlinks=False):
            path += "/"
            if (
                name not in excluded.folders
                and not (name == "workflows" and _WORKFLOWS.fullmatch(path))
                and not (both and any(_is_ignored(path, each) for each in both))
            ):
                yield path, ignores, excluded
        elif COMPOSE_NAME.fullmatch(name) and not (both and any(_is_ignored(path, each) for each in both)):
            if entry.is_symlink():
                links.append(path)
            else:
                yield path, None, excluded


def _links_to_others(links: list[str], files: list[str]) -> Iterator[str]:
    """The links that lead to a file that was not met itself, one for each such file."""
    met = set(map(os.path.realpath, files)) if links else set()
    for link in sorted(links):
        target = os.path.realpath(link)
        if target not in met and os.path.isfile(target):
            met.add(target)
            yield link


def _is_ignored(path: str, ignores: _Ignores) -> bool:
    """Whether git would ignore a path (of a folder with a slash at its end): the deepest file that speaks of it decides."""
    is_folder = path.endswith("/")
    for above, skip, patterns in reversed(ignores):
        answer = verdict(patterns, above + path[skip : len(path) - is_folder], is_folder=is_folder)
        if answer is not None:
            return answer
    return False


def _above(root: str, skip: int) -> _Ignores:
    """What the .gitignore files above a folder say, from the repository's root down to it.

    Nothing, where they ignore the folder itself: whoever names it wants what is in it.
    """
    found: list[Ignore] = []
    parent, below = os.path.realpath(root), ""
    while True:
        if below and os.path.isfile(os.path.join(parent, ".gitignore")):
            found.append(Ignore(below, skip, read_ignore(os.path.join(parent, ".gitignore"))))
        if os.path.exists(os.path.join(parent, ".git")):
            exclude = os.path.join(parent, ".git", "info", "exclude")
            if os.path.isfile(exclude):
                found.append(Ignore(below, skip, read_ignore(exclude)))
            break
        grandparent, name = os.path.split(parent)
        if grandparent == parent:
            return ()
        parent, below = grandparent, f"{name}/{below}"
    ignores = tuple(found[::-1])
    return () if _leads_into_ignored(below, ignores) else ignores


def _leads_into_ignored(below: str, ignores: _Ignores) -> bool:
    """Whether one of the folders on the way from the repository's root to the folder that is searched is ignored."""
    names = below.split("/")[:-1]
    for depth in range(1, len(names) + 1):
        # The path to this folder as each .gitignore file above it sees it.
        seen = [(*ignore, len(names) - ignore.above.count("/")) for ignore in ignores]
        path = tuple(Ignore("/".join(names[start:depth]), 0, patterns) for _, _, patterns, start in seen if start < depth)
        if _is_ignored("/", path):
            return True
    return False
