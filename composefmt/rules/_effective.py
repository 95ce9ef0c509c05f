"""The findings of project rules in the merged projects of a file, each in the file where it is written."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING, NamedTuple

from composefmt.findings import Finding, Fix, OtherFile, Related
from composefmt.options import ProjectOptions
from composefmt.project.effective import effective_of
from composefmt.project.effective_file import EffectiveFile
from composefmt.project.loaded import load_claim, path_of
from composefmt.syntax.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.options import Options
    from composefmt.project.claims import Claim
    from composefmt.project.loaded import LoadedProject
    from composefmt.project.values import ProjectError
    from composefmt.syntax.fileset import Member
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Source, Span

    Check = Callable[[EffectiveFile], list[Finding]]


class Placed(NamedTuple):
    """A finding in one file of a project: the file's path in the project directory, its source and tree, and the finding."""

    path: str
    source: Source
    tree: Tree
    finding: Finding


class ProjectFindings(NamedTuple):
    """What was found in a project, why Docker Compose would refuse it, if it would, and the path of the checked file in it."""

    claim: Claim
    placed: list[Placed]
    problem: ProjectError | None
    own: str


def project_findings(file: ComposeFile, claim: Claim, check: Check) -> ProjectFindings:
    """Return what `check` finds in a project. Raises ProjectError if it cannot be merged."""
    loaded = load_claim(file, claim)
    # Everything that decides what rules find; the project has surroundings and variables of its own.
    options = file.options._replace(surroundings=None, environment={}, severity={})
    key = tuple(value for value in options if not isinstance(value, dict)), tuple(sorted(file.options.severity.items()))
    placed = loaded.once(key, lambda project: list(_placed(_effective(project, file.options), check)))
    return ProjectFindings(claim, placed, loaded.problem, path_of(file, claim))


def _effective(project: LoadedProject, options: Options) -> EffectiveFile:
    claim = project.claim
    if options.project or options.projects or options.env_files:
        # Seen from the project directory.
        projects = (ProjectOptions(claim.paths, "", claim.env_files, claim.profiles),)
        options = options._replace(project=(), project_directory="", env_files=(), projects=projects)
    options = options._replace(surroundings=project.files.surroundings, environment=project.environment, profiles=claim.profiles)
    return EffectiveFile(project.once(effective_of, effective_of), options, certain=claim.certain)


def _placed(project: EffectiveFile, check: Check) -> Iterator[Placed]:
    files = project.effective.files
    paths = dict(zip(map(id, files.members), project.effective.paths, strict=True))
    shown = tuple(member.source.filename for member in files.members) if len(files.members) > 1 else ()
    for finding in check(project):
        member = files.locate(finding.span.start)
        path = paths[id(member)]
        related = tuple(_related(project, member, each) for each in finding.related)
        own = finding._replace(span=member.own(finding.span), fix=_fix(finding.fix, project, member), related=related, project=shown)
        yield Placed(path, member.source, member.own_tree, own)


def _related(project: EffectiveFile, member: Member, related: Related) -> Related:
    other = project.effective.files.locate(related.span.start)
    span = other.own(related.span)
    if other is member:
        return Related(span, related.message)
    source = other.source
    return Related(span, related.message, OtherFile(source.filename, source.position(span.start), source.position(span.end)))


def _fix(fix: Fix | None, project: EffectiveFile, member: Member) -> Fix | None:
    """Return a fix as one of the file of its finding; None if it changes another one."""
    if fix is None or any(project.effective.files.locate(edit.start) is not member for edit in fix.edits):
        return None
    start, newline = member.start, member.source.newline
    # The line break of the first file is taken for that of all.
    edits = [Edit(edit.start - start, edit.end - start, edit.text.replace("\r\n", "\n").replace("\n", newline)) for edit in fix.edits]
    return fix._replace(edits=tuple(edits))


def is_elsewhere(found: ProjectFindings, filename: str, placed: Placed) -> bool:
    """Return whether the check of a file reports a finding that is written in another one.

    Every file of a project reports findings that point at it. The first file also reports those in files that it includes or
    extends, or that are in other directories, where the same project might not be found.
    """
    if any(related.file is not None and related.file.path == filename for related in placed.finding.related):
        return True
    paths = found.claim.paths
    return paths[0] == found.own and (placed.path not in paths or dirname(placed.path) != dirname(found.own))


class Common(NamedTuple):
    """What several projects of a file find at one place: the most severe finding, and whether all of them find it."""

    finding: Finding
    in_all: bool


def common(found: list[ProjectFindings]) -> Iterator[Common]:
    """Yield the findings of several projects in one file of theirs, each once.

    A fix is kept only if all projects offer it: it must be right for each of them.
    """
    known: dict[tuple[str, Span], list[Finding]] = {}
    for project in found:
        for each in project.placed:
            if each.path == project.own:
                known.setdefault((each.finding.rule, each.finding.span), []).append(each.finding)
    for findings in known.values():
        first = min(findings, key=lambda finding: finding.severity.rank)
        in_all = len(findings) == len(found)
        offered = in_all and all(finding.fix == first.fix for finding in findings)
        yield Common(first if offered else first._replace(fix=None), in_all)
