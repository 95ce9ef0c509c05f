"""What of a project is not looked at: the settings exclude, extend-exclude and force-exclude, and the options of these names.

Patterns are those of .gitignore files, relative to the settings file's folder, or to the working folder where the command line has them.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.files.content import FileTrouble
from composefmt.files.discovery import SKIPPED, Excluded, Ignore
from composefmt.files.ignore import covers, parse_ignore
from composefmt.files.settings import NAMES, relative_path, settings_in_force

if TYPE_CHECKING:
    from composefmt.files.ignore import Pattern
    from composefmt.files.settings import Settings


class _Patterns(NamedTuple):
    """Patterns, and the folder that they are relative to."""

    folder: str
    patterns: tuple[Pattern, ...]


def _told(folder: str, base: str, patterns: tuple[Pattern, ...]) -> Ignore:
    """Patterns of a base folder for a walk below another one."""
    above, down = relative_path(folder or ".", base), relative_path(base, os.path.abspath(folder or "."))
    if above.startswith("..") and not down.startswith(".."):
        # The base is met on the walk: what is relative to it is told to begin there.
        return Ignore("", len(folder), tuple(_moved(pattern, down) for pattern in patterns))
    return Ignore("" if above == "." else above + "/", len(folder), patterns)


def _moved(pattern: Pattern, folder: str) -> Pattern:
    """A pattern of a folder as one of a folder above it; what speaks of names at any depth speaks of all of them."""
    if pattern.by_name:
        return pattern
    glob = "/".join((_SPECIAL.sub(_ESCAPED, folder), pattern.glob)) if pattern.glob else ""
    return pattern._replace(literal=f"{folder}/{pattern.literal}", glob=glob)


# What has to be escaped in a pattern, and how.
_SPECIAL = re.compile(r"[*?\[\\]")
_ESCAPED = r"\\\g<0>"


class Exclusion:
    """What the settings above each file and the command line exclude.

    `exclude` replaces what the settings say, `extend_exclude` comes on top; `force` holds for files that are named as well.
    """

    # A folder that holds one of these may exclude other things than the folder above it.
    settings_names = frozenset(NAMES)

    def __init__(
        self, config: str | None = None, exclude: tuple[str, ...] = (), extend_exclude: tuple[str, ...] = (), *, force: bool = False
    ) -> None:
        self.config = config
        self.exclude = exclude
        self.extend_exclude = extend_exclude
        self.force = force

    def below(self, folder: str) -> Excluded:
        """What is excluded below a folder; its path is empty, or ends with a slash."""
        settings = self._settings(folder + "compose.yaml")
        ignores = [_told(folder, base, patterns) for base, patterns in self._patterns(settings)]
        return Excluded(self._folders(settings), tuple(ignores))

    def names(self, path: str) -> bool:
        """Whether a path that was named is excluded all the same."""
        settings = self._settings(path)
        if not (self.force or (settings is not None and settings.force_exclude)):
            return False
        base = settings.folder if settings is not None else "."
        folders = self._folders(settings)
        if folders and not folders.isdisjoint(relative_path(path, base).split("/")[:-1]):
            return True
        return any(covers(patterns, relative_path(path, base)) for base, patterns in self._patterns(settings))

    def _settings(self, path: str) -> Settings | None:
        try:
            return settings_in_force(path, self.config)
        except FileTrouble:
            # It is told where the settings are needed for a file.
            return None

    def _folders(self, settings: Settings | None) -> frozenset[str]:
        """The names of folders that are excluded if nothing else is said."""
        return frozenset() if self.exclude or (settings is not None and settings.exclude is not None) else SKIPPED

    def _patterns(self, settings: Settings | None) -> list[_Patterns]:
        given = (*self.exclude, *self.extend_exclude)
        found = [_Patterns(".", parse_ignore(given))] if given else []
        if settings is not None:
            own = (*(() if self.exclude else settings.exclude or ()), *settings.extend_exclude)
            found += [_Patterns(settings.folder, parse_ignore(own))] if own else []
        return found
