"""The files of a project, as the loader reaches them: through a file system, with errors at the place that names a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.filesystem.disk import OnDisk
from composefmt.project.read import documents, source_of
from composefmt.project.values import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.filesystem.base import FileSystem
    from composefmt.project.read import ParsedDocument
    from composefmt.project.values import Location


class ProjectFiles:
    """Compose files and env files by path."""

    def __init__(self, system: FileSystem) -> None:
        self.system = system

    def read(self, path: str, place: Location | None = None) -> bytes:
        """Return a file's bytes. Raises Unreachable at the place that names the file."""
        data = self.system.read(path)
        if data is None:
            raise Unreachable(f"{path} {self.system.obstacle(path)}", place)
        return data

    def named(self, path: str) -> str:
        """Return a path as reports show it."""
        return path

    def documents(self, path: str, data: bytes | None, place: Location | None) -> Iterable[ParsedDocument]:
        """Return the documents of a Compose file; `data` are its bytes if they have been read. Raises ProjectError."""
        return documents(source_of(data if data is not None else self.read(path, place), self.named(path)))

    def exists(self, path: str) -> bool:
        """Return whether a path exists."""
        return self.system.kind(path) is not None

    def is_file(self, path: str) -> bool:
        """Return whether a path exists and is not a directory."""
        return self.system.kind(path) == "file"

    def is_directory(self, path: str) -> bool:
        """Return whether a path is a directory."""
        return self.system.kind(path) == "directory"


DISK = ProjectFiles(OnDisk(streams=True))
