"""Run the selected rules over a file.

Each rule is called for the elements that match its patterns; aliases and merge keys are followed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.compose.patterns import PatternNode
from composefmt.compose.secrecy import masked_pairs
from composefmt.findings import Finding, Related, Severity
from composefmt.project.loaded import path_of
from composefmt.project.membership import claims_for
from composefmt.project.values import ProjectError, Unreachable
from composefmt.rules._effective import is_elsewhere, project_findings
from composefmt.rules._suppression import WHOLE_FILE, apply, suppressions
from composefmt.rules.registry import Element, Problem, Rule, all_rules, known_names, selection
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Map

    from composefmt.compose.file import ComposeFile, Path
    from composefmt.project.claims import Claim
    from composefmt.project.effective_file import EffectiveFile
    from composefmt.rules._effective import Placed, ProjectFindings
    from composefmt.rules.registry import Scope


@lru_cache(maxsize=16)
def _places(selected: frozenset[str], *scopes: Scope) -> PatternNode[Rule]:
    """Return the selected rules of some scopes by pattern."""
    root: PatternNode[Rule] = PatternNode()
    for scope in scopes:
        for rule in _rules_of(scope, selected):
            for pattern in rule.patterns:
                root.add(pattern, rule)
    return root


def _rules_of(scope: Scope, selected: frozenset[str]) -> list[Rule]:
    return [rule for rule in all_rules().values() if rule.scope == scope and rule.name in selected]


def run_rules(file: ComposeFile) -> list[Finding]:
    """Return the findings of the selected rules, in the order of the text.

    A finding reached by several paths is reported once; suppressed findings are omitted.
    """
    selected = selection(file.options)
    run = _Run(file)
    claims = claims_for(file)
    merged = [found for claim in claims if (found := _merged(file, claim, selected)) is not None]
    root = _places(selected, "file") if merged else _places(selected, "file", "project")
    whole = Element(file, (), None, file.tree.documents[0] if file.tree.documents else _NOTHING)
    for check in root.here:
        run.call(check, whole)
    for document in file.roots:
        run.walk(document, (), root)
    _look_behind_repeated_keys(run, root)
    for found in merged:
        _add(run, found)
    if file.refusals and not any(map(_is_error, (*run.findings.values(), *(each.finding for found in merged for each in found.placed)))):
        for rule in _rules_of("loading", selected):
            run.call(rule, whole)
    findings = _drop_unsafe_deletions(list(_not_silenced(run, selected)), file, selected)
    if file.options.severity:
        findings = [_with_severity(finding, file.options.severity) for finding in findings]
    if file.tree.aliases:
        from composefmt.rules._alias_uses import with_uses

        findings = with_uses(findings, file, _names_of_text_rules())
    findings.sort(key=lambda f: (f.span, f.severity.rank, f.rule))
    from composefmt.rules._parts import with_hint

    findings = with_hint(findings, file)
    file.forget()
    return findings


def findings_at(file: ComposeFile, path: Path) -> list[Finding]:
    """Return what the rules on how something is written find at a path, above it and below it; nothing in several documents."""
    run = _Run(file)
    if len(file.roots) == 1:
        run.along(file.roots[0], (), path, _places(selection(file.options), "file"))
    return list(run.findings.values())


def _merged(file: ComposeFile, claim: Claim, selected: frozenset[str]) -> ProjectFindings | None:
    """Return the findings of the project rules in a project; None if its files cannot be merged."""

    def check(project: EffectiveFile) -> list[Finding]:
        run = _ProjectRun(project, claim)
        root = _places(selected, "project")
        whole = Element(project, (), None, project.roots[0])
        for rule in root.here:
            run.call(rule, whole)
        run.walk(project.roots[0], (), root)
        return list(run.findings.values())

    try:
        return project_findings(file, claim, check)
    except ProjectError as error:
        _refuse(file, claim, error)
        return None


def _refuse(file: ComposeFile, claim: Claim, error: ProjectError | None) -> None:
    """Record why Docker Compose refuses a project of several files, if that is written in the file, or nowhere and the file is first."""
    if error is None or isinstance(error, Unreachable) or "$" in error.message or len(claim.paths) < 2 or not claim.certain:
        return
    # The files of a project share what was found, so that the source may be another object.
    if error.place is not None and error.place.source.filename == file.source.filename:
        start = error.place.offset
        file.refusals.append((first_line(file.source, Span(start, start + 1)), error.message))
    elif error.place is None and claim.paths[0] == path_of(file, claim):
        file.refusals.append((Span(0, 0), error.message))


def _add(run: _Run, found: ProjectFindings) -> None:
    """Add the findings of a project to those of one of its files, and the others to its findings elsewhere."""
    _refuse(run.file, found.claim, found.problem)
    elsewhere: dict[str, list[Placed]] = {}
    for each in found.placed:
        if each.path == found.own:
            run.findings.setdefault((each.finding.rule, each.finding.span), each.finding)
        elif is_elsewhere(found, run.file.source.filename, each):
            elsewhere.setdefault(each.path, []).append(each)
    for others in elsewhere.values():
        source, tree = others[0].source, others[0].tree
        findings, _ = apply(source, [each.finding for each in others], suppressions(source, tree), _names_of)
        run.file.elsewhere += [(source, finding) for finding in findings]


def _names_of(rule: str) -> tuple[str, ...]:
    return all_rules()[rule].names


# Groups of rules that check the text, in which no value is hidden.
_OF_TEXT = ("syntax", "style")


@lru_cache(maxsize=1)
def _names_of_text_rules() -> frozenset[str]:
    return frozenset(name for name, rule in all_rules().items() if rule.group in _OF_TEXT)


def _look_behind_repeated_keys(run: _Run, root: PatternNode[Rule]) -> None:
    """Add findings in values that duplicate keys hide, without fixes: those apply once the duplicates are resolved."""
    from composefmt.rules._repeated import views

    for view in views(run.file):
        other = _Run(view.file)
        for document in view.file.roots:
            other.walk(document, (), root)
        for rule in root.here:
            if rule.group not in _OF_TEXT:
                other.call(rule, Element(view.file, (), None, view.file.tree.documents[0]))
        for key, finding in other.findings.items():
            if view.shows(finding.span):
                run.findings.setdefault(key, finding._replace(fix=None))


def _drop_unsafe_deletions(findings: list[Finding], file: ComposeFile, selected: frozenset[str]) -> list[Finding]:
    """Drop fixes that remove unused definitions while the file has errors: a misspelled name may be their use."""
    if not any(map(_is_deletion, findings)) or not (any(map(_is_error, findings)) or _errs_elsewhere(file, selected)):
        return findings
    return [finding._replace(fix=None) if _is_deletion(finding) else finding for finding in findings]


def _is_deletion(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.deletes_definition


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _errs_elsewhere(file: ComposeFile, selected: frozenset[str]) -> bool:
    """Return whether a rule that is enabled by default, but not selected, reports an error."""
    errors = {rule.name for rule in all_rules().values() if rule.default and rule.severity is Severity.ERROR}
    if errors <= selected:
        return False
    from composefmt.compose.file import ComposeFile

    options = file.options._replace(select=frozenset(errors), extend_select=frozenset(), ignore=frozenset(), file_ignore=frozenset())
    return any(map(_is_error, run_rules(ComposeFile(file.source, file.tree, options))))


def _with_severity(finding: Finding, severities: Map[str, str]) -> Finding:
    for name in all_rules()[finding.rule].names:
        if name in severities:
            return finding._replace(severity=Severity(severities[name]))
    return finding


def _not_silenced(run: _Run, selected: frozenset[str]) -> Iterable[Finding]:
    file = run.file
    silenced = suppressions(file.source, file.tree)
    if not silenced:
        return run.findings.values()
    rules = all_rules()
    kept, unused = apply(file.source, run.findings.values(), silenced, _names_of)
    # Suppressions of rules that are not checked in this run may be needed in another.
    checked = {name for rule in selected for name in rules[rule].names}
    known = known_names()
    file.unused_suppressions = [
        (each.span, each.rule, each.line == WHOLE_FILE) for each in unused if each.rule in checked or each.rule not in known
    ]
    run.findings = {(finding.rule, finding.span): finding for finding in kept}
    for rule in _rules_of("suppressions", selected):
        if not any(each.rule == rule.name for each in silenced):
            run.call(rule, Element(file, (), None, _NOTHING))
    return run.findings.values()


_NOTHING = Scalar(0, 0, 0, None, None, "", "")


class _Run:
    def __init__(self, file: ComposeFile) -> None:
        self.file = file
        self.findings: dict[tuple[str, Span], Finding] = {}

    def call(self, rule: Rule, element: Element) -> None:
        for problem in rule.check(element):
            self.found(rule, element, problem)

    def found(self, rule: Rule, element: Element, problem: Problem) -> None:
        finding = Finding(
            rule.name,
            problem.severity or rule.severity,
            masked_pairs(problem.message),
            problem.span,
            masked_pairs(problem.help),
            problem.fix and problem.fix._replace(title=masked_pairs(problem.fix.title)),
            problem.related,
        )
        self.findings.setdefault((rule.name, problem.span), finding)

    def walk(self, node: Node, path: Path, place: PatternNode[Rule]) -> None:
        keys, any_key = place.keys, place.any
        if type(node) is Mapping:
            for name, (key, value) in self.file.entries(node).items():
                for following in (keys.get(name), any_key):
                    if following is not None:
                        self.enter(key, value, (*path, name), following)
        elif type(node) is Sequence and any_key is not None:
            for index, item in enumerate(self.file.items(node)):
                self.enter(None, item, (*path, index), any_key)

    def enter(self, key: Node | None, value: Node, path: Path, place: PatternNode[Rule]) -> None:
        node = value.target if type(value) is Alias else value
        if node.tag == "!reset":  # type: ignore[union-attr]
            return
        if place.here:
            self.check(Element(self.file, path, key, node), place)
        if (place.keys or place.any is not None) and type(node) is not Scalar:
            self.walk(node, path, place)

    def check(self, element: Element, place: PatternNode[Rule]) -> None:
        # Most rules report nothing for most elements, so avoid further calls.
        for rule in place.here:
            for problem in rule.check(element):
                self.found(rule, element, problem)

    def along(self, node: Node, path: Path, rest: Path, place: PatternNode[Rule]) -> None:
        """Check the elements on the way to a path, and all below it."""
        if not rest:
            self.walk(resolve(node), path, place)
            return
        found = self.file.locate(rest[:1], node)
        for following in (place.keys.get(str(rest[0])), place.any) if found is not None else ():
            if following is not None and found is not None:
                element = Element(self.file, (*path, rest[0]), found[0], resolve(found[1]))
                self.check(element, following)
                self.along(element.node, element.path, rest[1:], following)


class _ProjectRun(_Run):
    """A run over a merged project, which says of a finding in another file which service inherits the value."""

    def __init__(self, project: EffectiveFile, claim: Claim) -> None:
        super().__init__(project)
        self.services = project.entries(project.get("services"))
        self.files = project.effective.files
        paths = zip(self.files.members, project.effective.paths, strict=True)
        self.foreign = {id(member) for member, path in paths if path not in claim.paths}

    def found(self, rule: Rule, element: Element, problem: Problem) -> None:
        member = self.files.locate(problem.span.start)
        if id(member) in self.foreign and element.service in self.services:
            key = self.services[element.service][0]
            if self.files.locate(key.start) is not member:
                inherited = Related(key.span, f'service "{element.service}" inherits this value')
                problem = problem._replace(related=(*problem.related, inherited))
        super().found(rule, element, problem)
