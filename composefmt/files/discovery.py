"""Which files to process: those named, and the Compose files below the directories named.

A directory is searched for the names in `names.DEFAULT_NAMES` and those that settings include, except files that .gitignore
excludes and workflow files of forges (`.github/workflows`).
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from composefmt.files.content import reason
from composefmt.files.exclusion import SearchScope
from composefmt.files.ignore import Ignore, covers, read_ignore, verdict
from composefmt.files.names import COMPOSE_NAME, MARKDOWN, WORKFLOWS, YAML

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from composefmt.files.exclusion import Exclusion


class Missing(NamedTuple):
    """A named path does not exist."""

    path: str
    message: str


def discover(paths: Sequence[str], exclusion: Exclusion | None = None) -> Iterator[str | Missing]:
    """Return the files to process, each once, as paths relative to the arguments; directories are walked in sorted order."""
    if exclusion is not None:
        paths = [path for path in paths if not exclusion.names(path)]
    if len(paths) == 1:
        yield from _named(paths[0], exclusion)
        return
    # Names of one file share an inode: only those are compared by their real paths, which takes longer.
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
    """Return the device and inode of a file, which identify it; hard links share them."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def _named(path: str, exclusion: Exclusion | None) -> Iterator[str | Missing]:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        yield Missing(path, "the link leads nowhere" if os.path.islink(path) else "no such file or directory")
    except (OSError, ValueError) as error:
        yield Missing(path, reason(error))
    else:
        if stat.S_ISDIR(mode):
            yield from _walk(path, exclusion)
        else:
            yield path


_Ignores: TypeAlias = "tuple[Ignore, ...]"


# A path of a walk with the ignore files and the scope that apply to its content; None for a file.
_Pending: TypeAlias = "tuple[str, _Ignores | None, SearchScope]"


def _walk(root: str, exclusion: Exclusion | None) -> Iterator[str | Missing]:
    """Yield the Compose files below a directory in sorted order.

    Symbolic links to directories are not followed: their target is either visited itself or was not requested. A link to
    a file is followed unless the file is visited itself.
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
    # An explicit stack: directories may be nested deeper than Python's call stack.
    pending: list[_Pending] = [(prefix, above, exclusion.below(prefix) if exclusion is not None else SearchScope())]
    while pending:
        path, ignores, scope = pending.pop()
        if ignores is None:
            files.append(path)
            yield path
            continue
        try:
            pending += _listing(path, ignores, scope, links, exclusion)
        except OSError as error:
            yield Missing(path.rstrip("/") or root, reason(error))
    yield from _links_to_others(links, files)


def _listing(directory: str, ignores: _Ignores, scope: SearchScope, links: list[str], exclusion: Exclusion | None) -> Iterator[_Pending]:
    """Return the pending content of a directory (its path ends with a slash), last entry first."""
    with os.scandir(directory or ".") as listing:
        entries = {entry.name: entry for entry in listing}
    if ".gitignore" in entries:
        ignores = (*ignores, Ignore("", len(directory), read_ignore(directory + ".gitignore")))
    if exclusion is not None and not exclusion.settings_names.isdisjoint(entries):
        scope = exclusion.below(directory)
    # The two are independent: what one excludes, the other cannot include again.
    both = [each for each in (ignores, scope.ignores) if each]
    for name in sorted(entries, reverse=True):
        entry = entries[name]
        path = directory + name
        if entry.is_dir(follow_symlinks=False):
            path += "/"
            if (
                name not in scope.directories
                and not (name == "workflows" and WORKFLOWS.fullmatch(path))
                and not (both and any(_is_ignored(path, each) for each in both))
            ):
                yield path, ignores, scope
        elif _is_compose(name, path, scope.included) and not (both and any(_is_ignored(path, each) for each in both)):
            if entry.is_symlink():
                links.append(path)
            else:
                yield path, None, scope


def _is_compose(name: str, path: str, included: Ignore | None) -> bool:
    """Return whether a file of a walk is a Compose file by its name."""
    if COMPOSE_NAME.fullmatch(name):
        return True
    if included is None or not name.endswith((*YAML, *MARKDOWN)):
        return False
    patterns = included.patterns
    if name.endswith(MARKDOWN):
        # A pattern for a directory means its YAML files.
        patterns = tuple(pattern for pattern in patterns if (pattern.literal + pattern.glob).endswith(MARKDOWN))
    return covers(patterns, included.above + path[included.skip :])


def _links_to_others(links: list[str], files: list[str]) -> Iterator[str]:
    """Yield the links to files that were not visited themselves, one for each file."""
    met = set(map(os.path.realpath, files)) if links else set()
    for link in sorted(links):
        target = os.path.realpath(link)
        if target not in met and os.path.isfile(target):
            met.add(target)
            yield link


def _is_ignored(path: str, ignores: _Ignores) -> bool:
    """Return whether git ignores a path (of a directory: with a trailing slash): the deepest ignore file that matches decides."""
    is_directory = path.endswith("/")
    for above, skip, patterns in reversed(ignores):
        answer = verdict(patterns, above + path[skip : len(path) - is_directory], is_directory=is_directory)
        if answer is not None:
            return answer
    return False


def _above(root: str, skip: int) -> _Ignores:
    """Return the ignore files above a directory, from the repository's root down to it.

    None of them apply if they ignore the directory itself: whoever names it wants its content.
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
    """Return whether a directory between the repository's root and the searched directory is ignored."""
    names = below.split("/")[:-1]
    for depth in range(1, len(names) + 1):
        # The path to this directory as each ignore file above it sees it.
        seen = [(*ignore, len(names) - ignore.above.count("/")) for ignore in ignores]
        path = tuple(Ignore("/".join(names[start:depth]), 0, patterns) for _, _, patterns, start in seen if start < depth)
        if _is_ignored("/", path):
            return True
    return False
