"""What loading a project starts from and hands on: files, the steps to take, and the context that all files share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.files import DISK
from composefmt.project.values import Map

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from composefmt.project.files import ProjectFiles
    from composefmt.project.values import Location, Path, ProjectError, Unreachable

# Deeper chains of files are a mistake, and exhaust the stack.
MAX_DEPTH = 60


class Choices(NamedTuple):
    """The steps to take.

    `interpolate`: replace variables; `resolve`: make paths absolute; `outside_files`: allow reading files outside the project
    directory. `merge_only`: merge the files as they are written, without validation, defaults and absolute paths.
    `known_only`: leave strings with unknown variables as they are.
    """

    interpolate: bool = True
    resolve: bool = True
    outside_files: bool = True
    merge_only: bool = False
    known_only: bool = False

    @property
    def uninterpolated(self) -> bool:
        """Whether values may hold variables that were not replaced."""
        return self.merge_only or self.known_only or not self.interpolate


class File(NamedTuple):
    """A Compose file: its path, and its bytes if they have been read."""

    path: str
    data: bytes | None = None
    place: Location | None = None


class Scope(NamedTuple):
    """The context shared by all files of one model.

    `folder` is the directory that the model's paths are made relative to; `base` is the absolute directory of the files
    named in the model; `root` is the project directory; `including` are the files that lead here.
    """

    environment: Mapping[str, str]
    folder: str
    base: str
    root: str
    choices: Choices
    including: tuple[str, ...] = ()
    # Loaded files by path and directory: a file that many services extend is read once.
    extended: dict[tuple[str, str], ExtendedFile] | None = None
    # Included projects by files, directories and variables: each is loaded once.
    included: dict[IncludeKey, Map] | None = None
    # Variables that are used but not set, with the location of the first use.
    unset: dict[str, Location | None] | None = None
    files: ProjectFiles = DISK
    # Files of the project that cannot be reached; None: the first one is an error.
    gaps: list[Unreachable] | None = None
    # Links that lead nowhere or into a cycle, which are not followed; None: the first one is an error.
    broken: list[ProjectError] | None = None
    # Whether a variable may have any value; strings that use such variables stay as they are. Only with `merge_only`.
    is_unknown: Callable[[str], bool] | None = None

    def report(self, gap: Unreachable) -> None:
        """Record a file that cannot be reached. Raises it if the project must be complete."""
        if self.gaps is None:
            raise gap
        self.gaps.append(gap)

    def pass_over(self, link: ProjectError) -> None:
        """Record a link that leads nowhere or into a cycle. Raises it if that is an error."""
        if self.broken is None:
            raise link
        self.broken.append(link)


class IncludeKey(NamedTuple):
    """An included project: its files, the directory of its paths in the model, that of the files, and its variables."""

    paths: tuple[str, ...]
    folder: str
    base: str
    environment: tuple[tuple[str, str], ...]


class ExtendedFile(NamedTuple):
    """A file whose services others extend: its services, and the paths its tags remove."""

    services: Map
    resets: tuple[Path, ...]


def reset(model: Map, paths: Sequence[Path]) -> None:
    """Remove the values at the paths of `!reset` and `!override`."""
    for path in paths:
        parent: object = model
        for key in path[:-1]:
            parent = parent.get(key) if isinstance(parent, Map) else None
        if isinstance(parent, Map) and path:
            parent.pop(path[-1], None)
