"""How the loader reaches files: on disk, or as an editor or a test has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.project.read import ParsedDocument
    from composefmt.project.values import Location


class ProjectFiles(Protocol):
    """The files of a project by path, absolute or relative to a directory of the implementation's choice."""

    def read(self, path: str, place: Location | None = None) -> bytes:
        """Return a file's bytes. Raises Unreachable at the place that names the file."""

    def documents(self, path: str, data: bytes | None, place: Location | None) -> Iterable[ParsedDocument]:
        """Return the documents of a Compose file; `data` are its bytes if they have been read. Raises ProjectError."""

    def is_file(self, path: str) -> bool:
        """Return whether a path exists and is not a directory."""

    def is_directory(self, path: str) -> bool:
        """Return whether a path is a directory."""
