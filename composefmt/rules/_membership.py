"""Which projects a file belongs to: its own, and those that other files show.

The own project is a base, its override, and what both include. Others are listed in `COMPOSE_FILE`, include or extend the file,
or have a base on which the file is put as a variant. Names that one of them defines are not reported; each is asked for only if
something is missing in the file's own project, since that means to read other files.
"""

from __future__ import annotations

from posixpath import basename, dirname, isabs, join
from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.claims import first_of, given_claims, listed, variable_files
from composefmt.project.effective_file import EffectiveFile
from composefmt.project.names import BASES, OVERRIDES
from composefmt.project.namespace import includes
from composefmt.rules._around import Neighbour, extended_service, is_declared_fragment, neighbour, own_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from composefmt.compose.file import ComposeFile
    from composefmt.filesystem.base import Kind
    from composefmt.filesystem.surroundings import Surroundings

# Includers are looked for in so many directories above a file, and in so many files.
MAX_DEPTH = 8
MAX_CANDIDATES = 200


class KnownProject(NamedTuple):
    """The files that define the names that a file uses. `complete`: all of them are known.

    Paths in the checked file are relative to `folder`, which is relative to its own directory.
    """

    files: list[Neighbour]
    complete: bool
    folder: str = ""

    def defines(self, section: str, name: str) -> bool:
        """Whether any of the files has a name in a top-level section."""
        return any(name in neighbour.file.defined(section) for neighbour in self.files)


def is_project(file: ComposeFile) -> bool:
    """Whether a file is surely a whole project, not a part of one."""
    if isinstance(file, EffectiveFile):
        return file.certain
    name = basename(file.source.filename)
    return (name in BASES or name.startswith("<")) and not is_declared_fragment(file)


def project_of(file: ComposeFile) -> KnownProject:
    """The project of a file with its base or its override, itself the first."""
    return file.once(_own_project)


def other_projects(file: ComposeFile) -> list[KnownProject]:
    """The other projects that a file belongs to, as far as the files around it and the environment show."""
    return file.once(_other_projects)


def is_defined(file: ComposeFile, section: str, name: str) -> bool:
    """Return whether the own project defines a name, or one of the others defines it or may do so."""
    return project_of(file).defines(section, name) or any(
        not project.complete or project.defines(section, name) for project in other_projects(file)
    )


def kind_of(file: ComposeFile, path: str) -> Kind | None:
    """What a relative path in a file leads to: from its own directory, else from where one of its projects has it start."""
    surroundings = file.options.surroundings
    if surroundings is None:
        return None
    kind = surroundings.kind(path)
    if kind is not None or isabs(path):
        return kind
    folders = dict.fromkeys(each.folder for each in other_projects(file) if each.folder)
    return next((kind for folder in folders if (kind := surroundings.kind(own_path(file, join(folder, path))))), None)


def _own_project(file: ComposeFile) -> KnownProject:
    if isinstance(file, EffectiveFile):
        return KnownProject([Neighbour("", file)], file.is_complete)
    surroundings, own = file.options.surroundings, basename(file.source.filename)
    other = first_of(surroundings, "", OVERRIDES if own in BASES else BASES, own) if surroundings else None
    return _joined(file, [own, other] if other else [own], "")


def _joined(main: ComposeFile, paths: Sequence[str], folder: str) -> KnownProject:
    """Return the project of the files at some paths; paths in them are relative to `folder`."""
    files: list[Neighbour] = []
    complete, own_folder = True, ""
    waiting = [(path, folder) for path in paths[::-1]]
    while waiting:
        path, start = waiting.pop()
        path = own_path(main, path) if path else ""
        file = neighbour(main, path) if path else None
        if file is None:
            complete = False
        elif all(each.file is not file for each in files):
            files.append(Neighbour(path, file))
            own_folder = start if file is main else own_folder
            waiting += [(include.path, include.folder) for include in includes(file, start)]
    return KnownProject(files, complete, own_folder)


def _other_projects(file: ComposeFile) -> list[KnownProject]:
    surroundings = file.options.surroundings
    if isinstance(file, EffectiveFile) or surroundings is None or file.source.filename.startswith("<"):
        return []
    given = given_claims(file.options, file.source.filename)
    if given:
        return [_joined(file, claim.paths, claim.folder) for claim in given]
    return [*_listed(file, surroundings), *_including(file, surroundings), *_based(file, surroundings)]


def _folders_above(surroundings: Surroundings) -> list[str]:
    """The file's directory and those above it in the repository, as relative paths that end with a slash."""
    return ["../" * depth for depth in range(min(len(surroundings.above()), MAX_DEPTH) + 1)]


def _listed(file: ComposeFile, surroundings: Surroundings) -> Iterator[KnownProject]:
    """The projects of `COMPOSE_FILE` in the environment, and in the `.env` files beside and above."""
    options, filename = file.options, file.source.filename
    env_files = variable_files(options, filename) if options.env_files else ()
    for claim in listed(basename(filename), surroundings, _folders_above(surroundings), env_files):
        yield _joined(file, claim.paths, claim.folder)


def _including(file: ComposeFile, surroundings: Surroundings) -> Iterator[KnownProject]:
    """The projects that include a file, or extend a service of it."""
    own = basename(file.source.filename)
    for path in _candidates(file, surroundings, own):
        data = surroundings.read(path)
        if data is None or not (b"include" in data or (b"extends" in data and own.encode() in data)):
            continue
        folder = dirname(path)
        override = first_of(surroundings, folder, OVERRIDES)
        project = _joined(file, [path, override] if override else [path], folder)
        if any(each.file is file for each in project.files) or _extends(file, project):
            yield project


def _candidates(file: ComposeFile, surroundings: Surroundings, own: str) -> Iterator[str]:
    """The base files beside a file, in the directories above it, and in their subdirectories."""
    left = MAX_CANDIDATES
    for above in _folders_above(surroundings):
        here = [base for base in BASES if surroundings.kind(above + base) == "file"]
        for path in (*here, *(surroundings.files_below(above, BASES) if above else ())):
            candidate = own_path(file, above + path)
            if left > 0 and candidate != own:
                left -= 1
                yield candidate


def _extends(file: ComposeFile, project: KnownProject) -> bool:
    for each in project.files:
        for _, service in each.file.services():
            if "extends" in each.file.entries(service):
                base = extended_service(file, each.file, each.path, service)
                if base is not None and base.file is file and each.file is not file:
                    return True
    return False


def _based(file: ComposeFile, surroundings: Surroundings) -> Iterator[KnownProject]:
    """The base that a file is put on as a variant: the one beside it, or one directory up."""
    own = basename(file.source.filename)
    for folder in _folders_above(surroundings)[:2] if not is_project(file) else ():
        base = first_of(surroundings, folder, BASES)
        if base is not None and neighbour(file, base) is not None:
            override = first_of(surroundings, folder, OVERRIDES, own)
            yield _joined(file, [base, *([override] if override else []), own], folder)
