"""The merged projects that a file belongs to, and the findings of project rules in them, each in the file where it is written."""

from __future__ import annotations

from collections import OrderedDict
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.surroundings import Surroundings
from composefmt.findings import Finding, Fix, OtherFile, Related
from composefmt.project.claims import Claim, alone, claims_of, given_claims, variable_files, variant_of, with_options
from composefmt.project.effective_file import EffectiveFile
from composefmt.project.values import ProjectError
from composefmt.syntax.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.options import Options
    from composefmt.project.effective import Around, MergeRequest
    from composefmt.syntax.fileset import Member
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Source

    Check = Callable[[EffectiveFile], list[Finding]]

_RUNS_SOMETHING = {"image", "build", "extends", "provider"}


class Placed(NamedTuple):
    """A finding in one file of a project: the file's path relative to the checked file, its source and tree, and the finding."""

    path: str
    source: Source
    tree: Tree
    finding: Finding


def claims_for(file: ComposeFile) -> list[Claim]:
    """Return the projects to merge for a file; [] if its own tree is the effective one."""
    surroundings, filename = file.options.surroundings, file.source.filename
    if surroundings is None or filename.startswith("<"):
        return [alone(basename(filename))._replace(profiles=file.options.profiles)] if _merges(file) else []
    given = given_claims(file.options, filename)
    return given or [with_options(claim, file.options, filename) for claim in _found_claims(file, surroundings)]


def _found_claims(file: ComposeFile, surroundings: Surroundings) -> list[Claim]:
    """Return the projects to merge for a file that no option and no setting define."""
    filename = file.source.filename
    claims = claims_of(filename, surroundings, variable_files(file.options, filename) if file.options.env_files else ())
    if any(len(claim.paths) > 1 for claim in claims):
        return claims
    if is_incomplete(file):
        variant = variant_of(filename, surroundings)
        if variant is not None:
            return [variant]
    return claims if _merges(file) else []


def _merges(file: ComposeFile) -> bool:
    """Return whether a file includes another one, or has a service that extends another one."""
    return any("include" in file.entries(root) for root in file.roots) or any(
        "extends" in file.entries(service) for _, service in file.services()
    )


def is_incomplete(file: ComposeFile) -> bool:
    """Return whether a service of a file has nothing to run."""
    return any(not _RUNS_SOMETHING & file.entries(service).keys() for _, service in file.services())


class ProjectFindings(NamedTuple):
    """What was found in a project, and why Docker Compose would refuse it, if it would."""

    claim: Claim
    placed: list[Placed]
    problem: ProjectError | None = None


def project_findings(file: ComposeFile, claim: Claim, check: Check) -> ProjectFindings:
    """Return what `check` finds in a project. Raises ProjectError if it cannot be merged."""
    from composefmt.project.effective import load_effective

    recorded = Surroundings(file.options.surroundings or InMemory({}))
    around = _around(file, recorded)
    known = _KNOWN.get(file, claim, around, recorded)
    if known is not None:
        return known
    request = _request(claim, around, recorded)
    effective = load_effective(around, request)
    options = file.options._replace(surroundings=recorded, environment=request.environment, profiles=claim.profiles)
    project = EffectiveFile(effective, options, certain=claim.certain)
    found = ProjectFindings(claim, list(_placed(project, check(project))), effective.problem)
    _KNOWN.keep(file, claim, around, recorded, found)
    return found


def projects_of(file: ComposeFile) -> list[tuple[tuple[str, ...], str]]:
    """Return the files that are checked together with a file, each project with its paths in order and the reason."""
    folder, own = dirname(file.source.filename), basename(file.source.filename)
    shown: list[tuple[tuple[str, ...], str]] = []
    for claim in claims_for(file) or [alone(own)]:
        try:
            paths = _paths(file, claim)
        except ProjectError as error:
            shown.append(((file.source.filename,), f"checked alone: {error.message}"))
            continue
        others = [path for path in paths if path not in claim.paths]
        reason = claim.reason if len(claim.paths) > 1 or not others else f"{own} includes or extends {', '.join(others)}"
        shown.append((tuple(normpath(join(folder, path)) for path in paths), reason))
    return shown


def _paths(file: ComposeFile, claim: Claim) -> tuple[str, ...]:
    from composefmt.project.effective import load_effective

    surroundings = file.options.surroundings or Surroundings(InMemory({}))
    around = _around(file, surroundings)
    return load_effective(around, _request(claim, around, surroundings)).paths


def _around(file: ComposeFile, surroundings: Surroundings) -> Around:
    from composefmt.project.effective import Around

    return Around(surroundings, basename(file.source.filename), file.source, file.tree)


def _request(claim: Claim, around: Around, surroundings: Surroundings) -> MergeRequest:
    from composefmt.project.effective import MergeRequest

    return MergeRequest(claim.paths, claim.folder, _variables(claim, around), surroundings.is_set)


def _variables(claim: Claim, around: Around) -> dict[str, str]:
    contents = [around.answer("data", path) for path in claim.variable_files]
    known = [content for content in contents if isinstance(content, bytes)]
    if not known:
        return {}
    from composefmt.project.dotenv import known_variables

    return known_variables(*known)


def _placed(project: EffectiveFile, findings: list[Finding]) -> Iterator[Placed]:
    files = project.effective.files
    paths = dict(zip(map(id, files.members), project.effective.paths, strict=True))
    for finding in findings:
        member = files.locate(finding.span.start)
        path = paths[id(member)]
        related = tuple(_related(project, member, each) for each in finding.related)
        own = finding._replace(span=member.own(finding.span), fix=_fix(finding.fix, project, member), related=related)
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


class _Known:
    """The findings of the last projects, which all files of a project share as long as nothing around them changes."""

    SIZE = 32

    def __init__(self) -> None:
        self.entries: OrderedDict[tuple[str, Claim], tuple[Options, dict[tuple[str, str], object], dict[str, str], ProjectFindings]] = (
            OrderedDict()
        )

    def get(self, file: ComposeFile, claim: Claim, around: Around, surroundings: Surroundings) -> ProjectFindings | None:
        entry = self.entries.get((dirname(file.source.filename), claim))
        if entry is None or entry[0] != _bare(file.options) or not around.still_holds(entry[1]):
            return None
        now = surroundings.answers(entry[2])
        return entry[3] if all(now.get(question) == answer for question, answer in entry[2].items()) else None

    def keep(self, file: ComposeFile, claim: Claim, around: Around, surroundings: Surroundings, found: ProjectFindings) -> None:
        read = {path for question, path in around.known if question == "data"}
        asked = {question: answer for question, answer in surroundings.asked.items() if question not in read}
        self.entries[dirname(file.source.filename), claim] = (_bare(file.options), around.known, asked, found)
        self.entries.move_to_end((dirname(file.source.filename), claim))
        while len(self.entries) > self.SIZE:
            self.entries.popitem(last=False)


def _bare(options: Options) -> Options:
    return options._replace(surroundings=None, environment={})


_KNOWN = _Known()


def is_elsewhere(claim: Claim, filename: str, placed: Placed) -> bool:
    """Return whether the check of a file reports a finding that is written in another one.

    Every file of a project reports findings that point at it. The first file also reports those in files that it includes or
    extends, or that are in other directories, where the same project might not be found.
    """
    if any(related.file is not None and related.file.path == filename for related in placed.finding.related):
        return True
    return claim.paths[0] == basename(filename) and (placed.path not in claim.paths or bool(dirname(placed.path)))
