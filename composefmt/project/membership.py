"""Which projects a file belongs to, and what they define.

A file is checked in the projects that it surely belongs to. If something is missing in these, other projects may define it: those
that list, include or extend the file, or put it on a base as a variant. To ask for them means to read other files.
"""

from __future__ import annotations

from contextlib import suppress
from posixpath import basename, dirname, isabs, join, normpath
from typing import TYPE_CHECKING

from composefmt.compose.file import ComposeFile
from composefmt.project import claims
from composefmt.project.effective_file import EffectiveFile
from composefmt.project.loaded import LoadedProject, load_claim, path_of
from composefmt.project.names import BASES
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from composefmt.filesystem.base import Kind
    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.project.claims import Claim

_RUNS_SOMETHING = {"image", "build", "extends", "provider"}


class KnownProject:
    """What defines the names that a file uses. `complete`: all files of the project are known.

    `claim`: its files, None if they cannot be merged. `is_single`: no other file takes part. Paths in the file are relative to
    `folder`, which is relative to its own directory.
    """

    def __init__(
        self,
        file: ComposeFile,
        loaded: LoadedProject | None = None,
        claim: Claim | None = None,
        *,
        complete: bool,
        is_single: bool = False,
        folder: str = "",
    ) -> None:
        self._file = file
        self._loaded = loaded
        self.complete = complete
        self.claim = claim
        self.is_single = is_single
        self.folder = folder

    def names(self, section: str) -> Collection[str]:
        """Return the names that a top-level section has."""
        return self._file.defined(section) if self._loaded is None else self._loaded.names(section)

    def contains(self, path: str) -> bool:
        """Return whether a file takes part; its path is relative to the project directory."""
        return self._loaded is not None and path in self._loaded.paths

    @property
    def others(self) -> list[ComposeFile]:
        """The other files that take part, as they are written."""
        if self._loaded is None:
            return []
        own = self._file.source.filename
        members = self._loaded.files.parsed.values()
        return [ComposeFile(source, tree, self._file.options) for source, tree in members if source.filename != own]


def claims_for(file: ComposeFile) -> list[Claim]:
    """Return the projects to merge for a file; [] if its own tree is the effective one."""
    surroundings, filename = file.options.surroundings, file.source.filename
    if surroundings is None or filename.startswith("<"):
        return [claims.alone(basename(filename))._replace(profiles=file.options.profiles)] if _merges(file) else []
    given = claims.given_claims(file.options, filename)
    return given or [claims.with_options(claim, file.options, filename) for claim in _found_claims(file, surroundings)]


def _found_claims(file: ComposeFile, surroundings: Surroundings) -> list[Claim]:
    """Return the projects to merge for a file that no option and no setting define."""
    filename = file.source.filename
    certain = claims.claims_of(filename, surroundings, _env_files(file))
    if any(len(claim.paths) > 1 for claim in certain):
        return certain
    if is_incomplete(file):
        variant = claims.variant_of(filename, surroundings)
        if variant is not None:
            return [variant]
    return certain if _merges(file) else []


def _env_files(file: ComposeFile) -> list[str]:
    """Return the env files that the command line names, relative to the file."""
    return claims.variable_files(file.options, file.source.filename) if file.options.env_files else []


def _merges(file: ComposeFile) -> bool:
    """Return whether a file includes another one, or has a service that extends another one."""
    return any("include" in file.entries(root) for root in file.roots) or any(
        "extends" in file.entries(service) for _, service in file.services()
    )


def is_incomplete(file: ComposeFile) -> bool:
    """Return whether a service of a file has nothing to run."""
    return any(not _RUNS_SOMETHING & file.entries(service).keys() for _, service in file.services())


def is_project(file: ComposeFile) -> bool:
    """Return whether a file is surely a whole project, not a part of one."""
    if isinstance(file, EffectiveFile):
        return file.certain
    name = basename(file.source.filename)
    return (name in BASES or name.startswith("<")) and not file.is_declared_fragment


def project_of(file: ComposeFile) -> KnownProject:
    """Return the project that a file is checked in. Of one that cannot be merged, only the file is known."""
    return file.once(_own_project)


def _own_project(file: ComposeFile) -> KnownProject:
    if isinstance(file, EffectiveFile):
        return KnownProject(file, complete=file.is_complete, is_single=True)
    is_alone = not claims_for(file)
    return KnownProject(file, complete=is_alone, is_single=is_alone)


def other_projects(file: ComposeFile) -> list[KnownProject]:
    """Return the other projects that a file belongs to, as far as the files around it and the environment show."""
    return file.once(_other_projects)


def _other_projects(file: ComposeFile) -> list[KnownProject]:
    surroundings, filename = file.options.surroundings, file.source.filename
    if isinstance(file, EffectiveFile) or surroundings is None or filename.startswith("<"):
        return []
    given = claims.given_claims(file.options, filename)
    if given:
        return [_known(file, claim) for claim in given]
    listed = claims.listed_above(filename, surroundings, _env_files(file))
    variants = claims.bases_above(filename, surroundings) if not is_project(file) else ()
    sure = [_known(file, _as_checked(file, claim)) for claim in (*listed, *variants)]
    return [*sure, *_including(file, surroundings)]


def _as_checked(file: ComposeFile, claim: Claim) -> Claim:
    """Return a claim as the check of a file uses it, if it does, else with the options of the command line."""
    own = {(each.paths, each.folder): each for each in claims_for(file)}
    return own.get((claim.paths, claim.folder)) or claims.with_options(claim, file.options, file.source.filename)


def _including(file: ComposeFile, surroundings: Surroundings) -> Iterator[KnownProject]:
    """Yield the projects of other bases that include a file, or extend a service of it."""
    for claim in claims.possible_includers(file.source.filename, surroundings):
        known, path = _known(file, _as_checked(file, claim)), path_of(file, claim)
        if known.contains(path) if known.claim is not None else claims.names(claim, path, surroundings):
            yield known


def _known(file: ComposeFile, claim: Claim) -> KnownProject:
    try:
        loaded = load_claim(file, claim)
    except ProjectError:
        return KnownProject(file, complete=False)
    folder = normpath(join(claim.folder, loaded.folder_of(path_of(file, claim))))
    return KnownProject(file, loaded, claim, complete=not loaded.gaps, folder="" if folder == "." else folder)


def is_defined(file: ComposeFile, section: str, name: str) -> bool:
    """Return whether the own project defines a name, or one of the others defines it or may do so."""
    return name in project_of(file).names(section) or any(
        not project.complete or name in project.names(section) for project in other_projects(file)
    )


def kind_of(file: ComposeFile, path: str) -> Kind | None:
    """Return what a relative path in a file leads to: from its own directory, else from where one of its projects has it start."""
    surroundings = file.options.surroundings
    if surroundings is None:
        return None
    kind = surroundings.kind(path)
    if kind is not None or isabs(path):
        return kind
    folders = dict.fromkeys(each.folder for each in other_projects(file) if each.folder)
    return next((kind for folder in folders if (kind := surroundings.kind(surroundings.shortest(join(folder, path))))), None)


def files_together(file: ComposeFile) -> list[str]:
    """Return the names of the other files of all projects that a file belongs to, the surest first."""
    found: dict[str, None] = {}
    for claim in claims_for(file):
        with suppress(ProjectError):
            found.update(dict.fromkeys(source.filename for source, _ in load_claim(file, claim).files.parsed.values()))
    for project in other_projects(file):
        found.update(dict.fromkeys(other.source.filename for other in project.others))
    return [name for name in found if name != file.source.filename]


def merged_files(file: ComposeFile) -> tuple[list[str], str]:
    """Return the names of the other files with which Docker Compose surely merges a file, such as its override.

    Relative paths in all of them are relative to the second value.
    """
    found = [claim for claim in claims_for(file) if claim.certain]
    folders = [normpath(join(dirname(file.source.filename), claim.folder)) for claim in found]
    names = [normpath(join(folder, path)) for folder, claim in zip(folders, found, strict=True) for path in claim.paths]
    own = normpath(file.source.filename)
    return [name for name in dict.fromkeys(names) if name != own], folders[0] if folders else dirname(own)


def projects_of(file: ComposeFile) -> list[tuple[tuple[str, ...], str]]:
    """Return the files that are checked together with a file, each project with its paths in order and the reason."""
    own, folder = basename(file.source.filename), dirname(file.source.filename)
    found: list[tuple[tuple[str, ...], str]] = []
    for claim in claims_for(file) or [claims.alone(own)]:
        try:
            paths = load_claim(file, claim).paths
        except ProjectError as error:
            found.append(((file.source.filename,), f"checked alone: {error.message}"))
            continue
        others = [path for path in paths if path not in claim.paths]
        reason = claim.reason if len(claim.paths) > 1 or not others else f"{own} includes or extends {', '.join(others)}"
        found.append((tuple(normpath(join(folder, claim.folder, path)) for path in paths), reason))
    return found
