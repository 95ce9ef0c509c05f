"""Run the selected rules over a file.

Each rule is called for the elements that match its patterns; aliases and merge keys are followed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Finding, Severity
from composefmt.project.loaded import path_of
from composefmt.project.membership import claims_for, other_projects
from composefmt.project.values import ProjectError, Unreachable
from composefmt.rules._effective import common, is_elsewhere, project_findings
from composefmt.rules._runs import ProjectRun, RuleRun, rules_by_pattern, rules_of
from composefmt.rules._suppression import WHOLE_FILE, apply, suppressions
from composefmt.rules.registry import Element, Rule, all_rules, known_names, selection
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Map

    from composefmt.compose.file import ComposeFile, Path
    from composefmt.compose.patterns import PatternNode
    from composefmt.options import Options
    from composefmt.project.claims import Claim
    from composefmt.project.effective_file import EffectiveFile
    from composefmt.rules._effective import Placed, ProjectFindings


def run_rules(file: ComposeFile) -> list[Finding]:
    """Return the findings of the selected rules, in the order of the text.

    A finding reached by several paths is reported once; suppressed findings are omitted.
    """
    selected = selection(file.options)
    run = RuleRun(file)
    claims = claims_for(file)
    merged = [found for claim in claims if (found := _merged(file, claim, selected)) is not None]
    root = rules_by_pattern(selected, "file") if merged else rules_by_pattern(selected, "file", "project")
    whole = Element(file, (), None, file.tree.documents[0] if file.tree.documents else _NOTHING)
    for check in root.here:
        run.call(check, whole)
    for document in file.roots:
        run.walk(document, (), root)
    _look_behind_repeated_keys(run, root)
    _add(run, merged, is_complete=len(merged) == len(claims))
    _keep_fixes_for_all_projects(run, selected)
    if file.refusals and not any(map(_is_error, (*run.findings.values(), *(each.finding for found in merged for each in found.placed)))):
        for rule in rules_of("loading", selected):
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
    run = RuleRun(file)
    if len(file.roots) == 1:
        run.along(file.roots[0], (), path, rules_by_pattern(selection(file.options), "file"))
    return list(run.findings.values())


def _merged(file: ComposeFile, claim: Claim, selected: frozenset[str]) -> ProjectFindings | None:
    """Return the findings of the project rules in a project; None if its files cannot be merged."""

    def check(project: EffectiveFile) -> list[Finding]:
        run = ProjectRun(project, claim)
        root = rules_by_pattern(selected, "project")
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


def _add(run: RuleRun, merged: list[ProjectFindings], *, is_complete: bool) -> None:
    """Add the findings of the projects of a file to its own ones, and the others to its findings elsewhere.

    `is_complete`: all of its projects could be merged.
    """
    rules = all_rules()
    for finding, in_all in common(merged):
        if (is_complete and in_all) or not rules[finding.rule].in_all_projects:
            run.findings.setdefault((finding.rule, finding.span), finding)
    for found in merged:
        _refuse(run.file, found.claim, found.problem)
        _add_elsewhere(run.file, found)


def _add_elsewhere(file: ComposeFile, found: ProjectFindings) -> None:
    """Record what was found in a project in files other than the checked one."""
    rules = all_rules()
    elsewhere: dict[str, list[Placed]] = {}
    for each in found.placed:
        # The other files of a project of the settings may belong to further projects, of which only their own checks know.
        is_open = bool(file.options.projects) and each.path in found.claim.paths and rules[each.finding.rule].in_all_projects
        if each.path != found.own and not is_open and is_elsewhere(found, file.source.filename, each):
            elsewhere.setdefault(each.path, []).append(each)
    for others in elsewhere.values():
        source, tree = others[0].source, others[0].tree
        findings, _ = apply(source, [each.finding for each in others], suppressions(source, tree), _names_of)
        # A fix is offered where it is made: by the check of the file itself, which knows all of its projects.
        file.elsewhere += [(source, finding._replace(fix=None)) for finding in findings]


def _keep_fixes_for_all_projects(run: RuleRun, selected: frozenset[str]) -> None:
    """Drop the fixes that other projects of the file do not offer, such as those that include it."""
    rules = all_rules()
    doubtful = [key for key, finding in run.findings.items() if finding.fix is not None and rules[finding.rule].scope == "project"]
    for project in other_projects(run.file) if doubtful else ():
        found = _merged(run.file, project.claim, selected) if project.claim is not None else None
        offered = {(each.rule, each.span): each.fix for each, _ in common([found])} if found is not None else {}
        for key in doubtful:
            if offered.get(key) != run.findings[key].fix:
                run.findings[key] = run.findings[key]._replace(fix=None)


def _names_of(rule: str) -> tuple[str, ...]:
    return all_rules()[rule].names


# Groups of rules that check the text, in which no value is hidden.
_OF_TEXT = ("syntax", "style")


@lru_cache(maxsize=1)
def _names_of_text_rules() -> frozenset[str]:
    return frozenset(name for name, rule in all_rules().items() if rule.group in _OF_TEXT)


def _look_behind_repeated_keys(run: RuleRun, root: PatternNode[Rule]) -> None:
    """Add findings in values that duplicate keys hide, without fixes: those apply once the duplicates are resolved."""
    from composefmt.rules._repeated import views

    for view in views(run.file):
        other = RuleRun(view.file)
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


def as_configured(findings: Iterable[Finding], options: Options) -> list[Finding]:
    """Return those of the findings in a file that its own options select, with its severities."""
    selected = selection(options)
    return [_with_severity(finding, options.severity) for finding in findings if finding.rule in selected]


def _with_severity(finding: Finding, severities: Map[str, str]) -> Finding:
    for name in all_rules()[finding.rule].names:
        if name in severities:
            return finding._replace(severity=Severity(severities[name]))
    return finding


def _not_silenced(run: RuleRun, selected: frozenset[str]) -> Iterable[Finding]:
    file = run.file
    silenced = suppressions(file.source, file.tree)
    if not silenced:
        return run.findings.values()
    rules = all_rules()
    kept, unused = apply(file.source, run.findings.values(), silenced, _names_of)
    # Suppressions of rules that are not checked in this run may be needed in another, or in a project that includes the file.
    checked = {name for rule in selected for name in rules[rule].names}
    known = known_names()
    of_projects = {name for rule in rules.values() if rule.scope == "project" for name in rule.names}
    if any(each.rule in of_projects for each in unused) and not file.options.projects and other_projects(file):
        checked -= of_projects
    file.unused_suppressions = [
        (each.span, each.rule, each.line == WHOLE_FILE) for each in unused if each.rule in checked or each.rule not in known
    ]
    run.findings = {(finding.rule, finding.span): finding for finding in kept}
    for rule in rules_of("suppressions", selected):
        if not any(each.rule == rule.name for each in silenced):
            run.call(rule, Element(file, (), None, _NOTHING))
    return run.findings.values()


_NOTHING = Scalar(0, 0, 0, None, None, "", "")
