"""The questions that loader, rules and language server ask about files and about the environment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["file", "directory"]

# Of a directory with more subdirectories than this only the first ones are searched.
MAX_LISTED = 64


class FileSystem(ABC):
    """Files by path, absolute or relative to the working directory, with slashes; and the process environment."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None if it does not exist or cannot be read: a directory, a device, a huge file."""

    @abstractmethod
    def kind(self, path: str) -> Kind | None:
        """Return whether a path is a "directory" or any other "file"; None if it does not exist or is not accessible."""

    @abstractmethod
    def absolute(self, path: str) -> str:
        """Return a path as an absolute one, in its shortest form."""

    def obstacle(self, path: str) -> str:
        """Return why a file could not be read, as the end of a sentence."""
        return "cannot be read"

    def may_read(self, path: str) -> bool:
        """Return whether the system allows to read a file."""
        return self.kind(path) is not None

    def value(self, variable: str) -> str | None:
        """Return the value of a variable of the process environment; None if it is not set."""
        return None

    def files_below(self, path: str, names: tuple[str, ...]) -> Iterable[str]:
        """Return the files with one of some names in the first `MAX_LISTED` subdirectories of a directory, as paths below it."""
        return ()

    def above(self, path: str) -> tuple[str, ...]:
        """Return the names of the directories below the repository's root that lead to one; () at the root, or if it is unknown."""
        return ()
