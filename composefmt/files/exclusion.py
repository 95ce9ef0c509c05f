"""Which files of a directory to process: the settings include, exclude, extend-exclude and force-exclude, and the options
of the same names.

Patterns use .gitignore syntax, relative to the settings file's directory, or to the working directory for the command line.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.files.content import FileError
from composefmt.files.ignore import Ignore, as_bytes, covers, parse_patterns
from composefmt.files.names import SKIPPED, WORKFLOWS
from composefmt.files.settings import NAMES, relative_path, settings_in_force

if TYPE_CHECKING:
    from composefmt.files.ignore import Pattern
    from composefmt.files.settings import Settings


class _Patterns(NamedTuple):
    """Patterns and the directory that they are relative to."""

    directory: str
    patterns: tuple[Pattern, ...]


def _relative(directory: str, base: str, patterns: tuple[Pattern, ...]) -> Ignore:
    """Return the patterns of a base directory for a walk below another one."""
    above, down = relative_path(directory or ".", base), relative_path(base, os.path.abspath(directory or "."))
    if above.startswith("..") and not down.startswith(".."):
        # The base lies on the walk: its patterns are shifted by the path to it.
        return Ignore("", len(directory), tuple(_moved(pattern, down) for pattern in patterns))
    return Ignore("" if above == "." else above + "/", len(directory), patterns)


def _moved(pattern: Pattern, directory: str) -> Pattern:
    """Rewrite a pattern of a directory for a directory above it; patterns for names at any depth stay as they are."""
    if pattern.by_name:
        return pattern
    directory = as_bytes(directory)
    glob = "/".join((_SPECIAL.sub(_ESCAPED, directory), pattern.glob)) if pattern.glob else ""
    return pattern._replace(literal=f"{directory}/{pattern.literal}", glob=glob)


# Characters to escape in a pattern.
_SPECIAL = re.compile(r"[*?\[\\]")
_ESCAPED = r"\\\g<0>"


class SearchScope(NamedTuple):
    """What settings select below a directory: excluded directories by name and paths by pattern, and file names to include."""

    directories: frozenset[str] = SKIPPED
    ignores: tuple[Ignore, ...] = ()
    included: Ignore | None = None


class Exclusion:
    """The exclusions of the settings above each file and of the command line, and the names that settings include.

    `exclude` replaces the configured patterns, `extend_exclude` adds to them; `force` applies them to named files as well.
    """

    # A directory with one of these may have exclusions of its own.
    settings_names = frozenset(NAMES)

    def __init__(
        self, config: str | None = None, exclude: tuple[str, ...] = (), extend_exclude: tuple[str, ...] = (), *, force: bool = False
    ) -> None:
        self.config = config
        self.exclude = exclude
        self.extend_exclude = extend_exclude
        self.force = force

    def below(self, directory: str) -> SearchScope:
        """Return the scope of a walk below a directory; its path is empty or ends with a slash."""
        settings = self._settings(directory + "compose.yaml")
        ignores = [_relative(directory, base, patterns) for base, patterns in self._patterns(settings)]
        included = _relative(directory, settings.directory, settings.include) if settings is not None and settings.include else None
        return SearchScope(self._directories(settings), tuple(ignores), included)

    def names(self, path: str) -> bool:
        """Return whether a named path is excluded all the same."""
        settings = self._settings(path)
        if not (self.force or (settings is not None and settings.force_exclude)):
            return False
        if WORKFLOWS.match(os.path.abspath(path).replace(os.sep, "/")):
            return True
        base = settings.directory if settings is not None else "."
        directories = self._directories(settings)
        if directories and not directories.isdisjoint(relative_path(path, base).split("/")[:-1]):
            return True
        return any(covers(patterns, relative_path(path, base)) for base, patterns in self._patterns(settings))

    def _settings(self, path: str) -> Settings | None:
        try:
            return settings_in_force(path, self.config)
        except FileError:
            # The error is reported when the settings of a file are read.
            return None

    def _directories(self, settings: Settings | None) -> frozenset[str]:
        """Return the names of directories that are excluded by default."""
        return frozenset() if self.exclude or (settings is not None and settings.exclude is not None) else SKIPPED

    def _patterns(self, settings: Settings | None) -> list[_Patterns]:
        given = (*self.exclude, *self.extend_exclude)
        found = [_Patterns(".", parse_patterns(given))] if given else []
        if settings is not None:
            own = (*(() if self.exclude else settings.exclude or ()), *settings.extend_exclude)
            found += [_Patterns(settings.directory, parse_patterns(own))] if own else []
        return found
