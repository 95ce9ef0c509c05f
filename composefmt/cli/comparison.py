"""Compare projects, two by two: those that are named, or each project of a directory with its state at a git revision."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from composefmt.cli.project_options import print_error
from composefmt.cli.settings_projects import configured_projects, named, only_in, with_project
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

    from composefmt.options import ProjectOptions

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
            subjects = _subjects(directory, earlier) if directory else _named_subject(text, earlier)
            if not subjects:
                return [_since(text, earlier, choices)], True
            pairs = [_pair(subject, earlier, choices) for subject in subjects]
    except RevisionError as error:
        raise ProjectError(str(error)) from None
    if [pair.name for pair in pairs] == ["."]:
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


class _Subject(NamedTuple):
    """A project to compare: its name in reports, its directory, and what it consists of now and at the revision, None if it does not exist.

    `bases`: the paths of its file with a default name; () for a project of the settings.
    """

    name: str
    now: Wanted | None
    then: Wanted | None
    bases: tuple[str, ...] = ()


def _subjects(directory: str, earlier: _Earlier) -> list[_Subject]:
    """Return the projects below a directory: those of the settings, and those of other files with default names. Raises ProjectError."""
    projects = _projects_below(directory)
    subjects = [_configured_subject(directory, project, projects, earlier) for project in projects]
    claimed = {path for project in projects for path in project.files}
    for name in _project_directories(directory, earlier) if not os.environ.get("COMPOSE_FILE") else []:
        path = os.path.normpath(os.path.join(directory, name))
        bases = tuple(os.path.abspath(os.path.join(path, base)) for base in BASES)
        if claimed.isdisjoint(bases):
            now, then = (_in_directory(path, files) if _is_project(path, files) else None for files in (DISK, earlier))
            subjects.append(_Subject(name, now, then, bases))
    return sorted(subjects, key=lambda subject: subject.name)


def _named_subject(name: str, earlier: _Earlier) -> list[_Subject]:
    projects = configured_projects("") if not os.path.exists(name) else ()
    project = named(projects, name)
    return [_configured_subject("", project, projects, earlier)._replace(name=".")] if project is not None else []


def _projects_below(directory: str) -> list[ProjectOptions]:
    root = os.path.abspath(directory)
    return [each for each in configured_projects(directory) if each.directory == root or each.directory.startswith(root + os.sep)]


def _configured_subject(directory: str, project: ProjectOptions, others: Sequence[ProjectOptions], earlier: _Earlier) -> _Subject:
    """Return a project of the settings; at the revision, it consists of those of its files that existed.

    It existed if one of the files did that no other project has.
    """
    shared = {path for other in others if other is not project for path in other.files}
    own = [path for path in project.files if path not in shared] or project.files
    now, then = with_project(Wanted(), project), [path for path in project.files if earlier.is_file(path)]
    name = project.name or os.path.relpath(project.directory, directory or ".")
    return _Subject(name, now, now._replace(files=then) if any(path in then for path in own) else None)


class _Pair(NamedTuple):
    """A project at a revision and now, None where it does not exist or cannot be loaded, and its errors."""

    name: str
    bases: tuple[str, ...]
    old: Project | None
    new: Project | None
    errors: Sequence[ProjectError]


def _pair(subject: _Subject, earlier: _Earlier, choices: ComparisonOptions) -> _Pair:
    """Load a project, now and at the revision."""
    errors: list[ProjectError] = []
    old: Project | None = None
    new: Project | None = None
    try:
        if subject.now is not None:
            new = _load(_found(subject.now, choices), choices)
    except ProjectError as error:
        errors.append(error)
    try:
        if subject.then is not None:
            old = _load_earlier(subject.then, earlier, choices, new.name if new else "")
    except ProjectError as error:
        errors.append(error)
    return _Pair(subject.name, subject.bases, old, new, errors)


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
    own = _service_names(pair.new)
    return any(
        other.new is not None
        and other is not pair
        and own <= _service_names(other.new)
        and not set(pair.bases).isdisjoint(files_of(other.new.values))
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
    return _found(_wanted(text), choices)


def _found(wanted: Wanted, choices: ComparisonOptions, files: ProjectFiles = DISK) -> Found:
    wanted = wanted._replace(env_files=choices.env_files or wanted.env_files, profiles=choices.profiles)
    return find(wanted, os.environ, project_files=files)


def _wanted(text: str) -> Wanted:
    """Return what an argument means: a directory, files, or the name of a project of the settings. Raises ProjectError."""
    if os.path.isdir(text):
        project = only_in(configured_projects(text), os.path.abspath(text))
    else:
        project = _named(text)
    if project is not None:
        return with_project(Wanted(), project)
    return _in_directory(text) if os.path.isdir(text) else Wanted(text.split(os.pathsep))


def _named(text: str) -> ProjectOptions | None:
    return named(configured_projects(""), text) if not os.path.exists(text) else None


def _in_directory(directory: str, files: ProjectFiles = DISK) -> Wanted:
    """Return the project of a directory that settings do not define."""
    return Wanted([] if os.environ.get("COMPOSE_FILE") else _listed_files(directory, files), directory)


def _load(found: Found, choices: ComparisonOptions, name: str = "", files: ProjectFiles = DISK) -> Project:
    request = Request(found.files, found.directory, found.environment, name or found.name, found.profiles, project_files=files)
    return load(request._replace(consistency=choices.consistency))


def _load_earlier(wanted: Wanted, earlier: _Earlier, choices: ComparisonOptions, name: str) -> Project:
    """Load a project as it was at a revision. Raises ProjectError."""
    try:
        return _load(_found(wanted, choices, earlier), choices, name, earlier)
    except ProjectError as error:
        error.message = earlier.named(error.message)
        raise


def _compared(old: Project, new: Project) -> Comparison:
    changes = compare(old, new)
    return Comparison(changes, recreated(old, new) if changes else set())
