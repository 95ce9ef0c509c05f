"""Call rules for the elements that match their patterns, in one file or in a merged project, and collect the findings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose.patterns import PatternNode
from composefmt.compose.secrecy import masked_pairs
from composefmt.findings import Finding, Related
from composefmt.rules.registry import Element, Problem, Rule, all_rules
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile, Path
    from composefmt.project.claims import Claim
    from composefmt.project.effective_file import EffectiveFile
    from composefmt.rules.registry import Scope
    from composefmt.syntax.source import Span


@lru_cache(maxsize=16)
def rules_by_pattern(selected: frozenset[str], *scopes: Scope) -> PatternNode[Rule]:
    """Return the selected rules of some scopes by pattern."""
    root: PatternNode[Rule] = PatternNode()
    for scope in scopes:
        for rule in rules_of(scope, selected):
            for pattern in rule.patterns:
                root.add(pattern, rule)
    return root


def rules_of(scope: Scope, selected: frozenset[str]) -> list[Rule]:
    return [rule for rule in all_rules().values() if rule.scope == scope and rule.name in selected]


class RuleRun:
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


class ProjectRun(RuleRun):
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
