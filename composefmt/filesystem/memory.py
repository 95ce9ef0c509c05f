"""Files in memory: an editor's unsaved texts over the files on disk, or a test's."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join, normpath
from typing import TYPE_CHECKING

from composefmt.filesystem.base import FileSystem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.filesystem.base import Kind

# The root of the repository if it has no other file.
_ROOT = "/memory"


class InMemory(FileSystem):
    """In-memory files over those of another file system, if there is one (`beneath`).

    `files` holds bytes by path; their parent directories exist as well, and so do `directories`. `variables` are the names of
    variables that are set, or their values by name. `location` is the working directory, relative to the repository's root.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        directories: Iterable[str] = (),
        variables: Iterable[str] = (),
        beneath: FileSystem | None = None,
        location: str = "",
    ) -> None:
        self._beneath = beneath
        self._working = normpath(join(_ROOT, location))
        self._files = {self.absolute(path): data for path, data in files.items()}
        self._folders = {"/", self.absolute("")}
        self._set = dict(variables) if isinstance(variables, Mapping) else dict.fromkeys(variables, "")
        for path in [*self._files, *(self.absolute(each) + "/" for each in directories)]:
            self._folders.update(path[:at] for at, character in enumerate(path) if character == "/" and at)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None."""
        data = self._files.get(self.absolute(path))
        return self._beneath.read(path) if data is None and self._beneath else data

    def obstacle(self, path: str) -> str:
        """Return why a file could not be read."""
        return self._beneath.obstacle(path) if self._beneath else super().obstacle(path)

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path."""
        absolute = self.absolute(path)
        if absolute in self._files:
            return "file"
        if absolute in self._folders:
            return "directory"
        return self._beneath.kind(path) if self._beneath else None

    def absolute(self, path: str) -> str:
        """Return a path as an absolute one."""
        return self._beneath.absolute(path) if self._beneath else normpath(join(self._working, path))

    def value(self, variable: str) -> str | None:
        """Return a variable of the environment."""
        value = self._set.get(variable)
        return self._beneath.value(variable) if value is None and self._beneath else value

    def files_below(self, path: str, names: tuple[str, ...]) -> Iterable[str]:
        """Return the files with one of some names in the subdirectories of a directory."""
        start = self.absolute(path).rstrip("/") + "/"
        below = [each[len(start) :] for each in self._files if each.startswith(start)]
        own = [each for each in below if each.count("/") == 1 and each.split("/")[1] in names and not each.startswith(".")]
        return sorted({*own, *(self._beneath.files_below(path, names) if self._beneath else ())})

    def above(self, path: str) -> tuple[str, ...]:
        """Return the directories below the repository's root that lead to one."""
        if self._beneath:
            return self._beneath.above(path)
        absolute = self.absolute(path)
        return tuple(absolute[len(_ROOT) + 1 :].split("/")) if absolute.startswith(_ROOT + "/") else ()
