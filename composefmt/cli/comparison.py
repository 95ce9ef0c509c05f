"""Compare projects, two by two: those that are named, or each project of a directory with its state at a git revision."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from composefmt.cli.project_options import print_error
from composefmt.filesystem.revision import AtRevision, RevisionError, at_revision
from composefmt.project.compare import Change, compare, recreated
from composefmt.project.discovery import Found, Wanted, find
from composefmt.project.env_files import read_env_files
from composefmt.project.files import DISK, ProjectFiles
from composefmt.project.names import BASES, listed_files
from composefmt.project.project import Project, Request, load
from composefmt.project.provenance import files_of
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ADDED, REMOVED = "added", "removed"


class ComparisonOptions(NamedTuple):
    """The options for all projects."""

    env_files: Sequence[str]
    profiles: Sequence[str]
    consistency: bool


class Comparison(NamedTuple):
    """The differences of one project. `name`: its directory if there can be several; `kind`: "new" or "removed" projects."""

    changes: list[Change]
    recreated: set[str]
    name: str = ""
    kind: str = ""

    @property
    def differences(self) -> int:
        """The number of differences."""
        return 1 if self.kind else len(self.changes)


def compare_two(old: str, new: str, choices: ComparisonOptions) -> Comparison:
    """Compare two projects. Raises ProjectError."""
    second = _load(_find(new, choices), choices)
    return _compared(_load(_find(old, choices), choices, second.name), second)


def compare_with_revision(text: str, revision: str, choices: ComparisonOptions) -> tuple[list[Comparison], bool]:
    """Compare the projects below a directory, or the project of some files, with a revision; return whether all could be loaded.

    Prints the errors of projects among several. Raises ProjectError for the only project.
    """
    directory = text if os.path.isdir(text) else ""
    first_file = text.partition(os.pathsep)[0]
    folder = directory or os.path.dirname(os.path.abspath(first_file))
    try:
        with at_revision(revision, folder, DISK.system) as files:
            earlier = _Earlier(files)
            names = _project_directories(directory, earlier) if directory and not os.environ.get("COMPOSE_FILE") else []
            if not names:
                return [_since(text, earlier, choices)], True
            pairs = [_pair(directory, name, earlier, choices) for name in names]
    except RevisionError as error:
        raise ProjectError(str(error)) from None
    if names == ["."]:
        if pairs[0].errors:
            raise pairs[0].errors[0]
        comparison = _comparison(pairs[0])
        return [comparison if comparison.kind else comparison._replace(name="")], True
    return _compare_all(pairs)


class _Earlier(ProjectFiles):
    """The files of a revision, which reports name as git does: `HEAD:compose.yaml`."""

    def __init__(self, revision: AtRevision) -> None:
        super().__init__(revision)
        self.revision = revision

    def named(self, path: str) -> str:
        """Return a path as reports show it."""
        return self.revision.named(path)


def _since(text: str, earlier: _Earlier, choices: ComparisonOptions) -> Comparison:
    """Compare a project of the working tree with its state at a revision. Raises ProjectError."""
    found = _find(text, choices)
    now = _load(found, choices)
    return _compared(_load_earlier(Wanted([file.path for file in found.files], found.directory), earlier, choices, now.name), now)


class _Pair(NamedTuple):
    """A project at a revision and now, None where it does not exist or cannot be loaded, and its errors."""

    name: str
    directory: str
    old: Project | None
    new: Project | None
    errors: Sequence[ProjectError]


def _pair(directory: str, name: str, earlier: _Earlier, choices: ComparisonOptions) -> _Pair:
    """Load a project of a directory, now and at the revision."""
    path = os.path.normpath(os.path.join(directory, name))
    errors: list[ProjectError] = []
    old: Project | None = None
    new: Project | None = None
    try:
        if _is_project(path):
            new = _load(_find(path, choices), choices)
    except ProjectError as error:
        errors.append(error)
    try:
        if _is_project(path, earlier):
            old = _load_earlier(_wanted(path, earlier), earlier, choices, new.name if new else "")
    except ProjectError as error:
        errors.append(error)
    return _Pair(name, path, old, new, errors)


def _compare_all(pairs: Sequence[_Pair]) -> tuple[list[Comparison], bool]:
    comparisons, complete = [], True
    for pair in pairs:
        if _is_included(pair, pairs):
            continue
        for error in pair.errors[:1]:
            print_error(error)
            complete = False
        if not pair.errors:
            comparisons.append(_comparison(pair))
    return comparisons, complete


def _comparison(pair: _Pair) -> Comparison:
    if pair.old is None or pair.new is None:
        return Comparison([], set(), pair.name, ADDED if pair.old is None else REMOVED)
    return _compared(pair.old, pair.new)._replace(name=pair.name)


def _is_included(pair: _Pair, pairs: Iterable[_Pair]) -> bool:
    """Return whether another project contains all services of a project, from its file: changes are reported there."""
    bases = {os.path.abspath(os.path.join(pair.directory, name)) for name in BASES}
    own = _service_names(pair.new)
    return any(
        other.new is not None
        and other is not pair
        and own <= _service_names(other.new)
        and not bases.isdisjoint(files_of(other.new.values))
        for other in pairs
    )


def _service_names(project: Project | None) -> set[str]:
    return {*project.services, *project.disabled} if project is not None else set()


def _project_directories(directory: str, earlier: _Earlier) -> list[str]:
    """Return the directories with a project below a directory, now or at the revision, relative to it and sorted.

    Those that the settings exclude now are omitted, except for the directory itself.
    """
    from composefmt.files.exclusion import Exclusion

    exclusion = Exclusion(force=True)
    names = {*_directories_now(directory), *_directories_earlier(directory, earlier)}
    return sorted(name for name in names if name == "." or not exclusion.names(os.path.join(directory, name, BASES[0])))


def _directories_now(directory: str) -> Iterator[str]:
    from composefmt.files.discovery import discover

    directories = {os.path.dirname(path) or "." for path in discover([directory]) if isinstance(path, str)} | {directory}
    yield from (os.path.relpath(path, directory) for path in directories if _is_project(path))


def _directories_earlier(directory: str, earlier: _Earlier) -> Iterator[str]:
    from composefmt.files.names import COMPOSE_NAME, SKIPPED

    paths = [path.rpartition("/") for path in earlier.revision.files(directory)]
    folders = {folder for folder, _, name in paths if COMPOSE_NAME.fullmatch(name) and SKIPPED.isdisjoint(folder.split("/"))} | {""}
    yield from (folder or "." for folder in folders if _is_project(os.path.join(directory, folder), earlier))


def _is_project(directory: str, files: ProjectFiles = DISK) -> bool:
    """Return whether a directory has a Compose file with a default name, or a `.env` that lists the files of a project."""
    return any(files.is_file(os.path.join(directory, name)) for name in BASES) or bool(_listed_files(directory, files))


def _listed_files(directory: str, files: ProjectFiles) -> list[str]:
    """Return the files that `COMPOSE_FILE` in a directory's `.env` lists, as Docker Compose in that directory reads them."""
    path = os.path.join(directory, ".env")
    try:
        variables = read_env_files(files, [path], os.environ) if files.is_file(path) else {}
    except ProjectError:
        # Loading the project reports it.
        return []
    return [os.path.join(directory, name) for name in listed_files(variables)]


def _find(text: str, choices: ComparisonOptions) -> Found:
    return find(_wanted(text)._replace(env_files=choices.env_files, profiles=choices.profiles), os.environ)


def _wanted(text: str, files: ProjectFiles = DISK) -> Wanted:
    """Return the files and the directory of an argument."""
    if not files.is_directory(text):
        return Wanted(text.split(os.pathsep))
    return Wanted([] if os.environ.get("COMPOSE_FILE") else _listed_files(text, files), text)


def _load(found: Found, choices: ComparisonOptions, name: str = "", files: ProjectFiles = DISK) -> Project:
    request = Request(found.files, found.directory, found.environment, name or found.name, found.profiles, project_files=files)
    return load(request._replace(consistency=choices.consistency))


def _load_earlier(wanted: Wanted, earlier: _Earlier, choices: ComparisonOptions, name: str) -> Project:
    """Load a project as it was at a revision. Raises ProjectError."""
    try:
        found = find(wanted._replace(env_files=choices.env_files, profiles=choices.profiles), os.environ, project_files=earlier)
        return _load(found, choices, name, earlier)
    except ProjectError as error:
        error.message = earlier.named(error.message)
        raise


def _compared(old: Project, new: Project) -> Comparison:
    changes = compare(old, new)
    return Comparison(changes, recreated(old, new) if changes else set())
