"""Apply fixes in passes: each applies the fixes that do not touch one another, then the rules check the new text.

Every pass is verified before the next: the new text must be valid YAML, have the same comments and no new error, and
mean the same if only safe fixes were applied. Fixes that cannot be verified are skipped.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.file import ComposeFile
from composefmt.findings import Finding, Severity
from composefmt.rules.runner import run_rules
from composefmt.syntax.comment_owners import owned_comments
from composefmt.syntax.comments import comments
from composefmt.syntax.edits import apply_edits
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.findings import Fix
    from composefmt.options import Options
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.nodes import Tree

# Enough for all fixes; more passes mean that two fixes undo each other.
MAX_PASSES = 20


class CheckedSource(NamedTuple):
    """A text with its tree and its findings; `others` are findings in other files of its projects."""

    source: Source
    tree: Tree
    findings: list[Finding]
    others: list[tuple[Source, Finding]]

    @property
    def errors(self) -> Counter[tuple[str, str]]:
        """The errors by rule and message, wherever they are."""
        return _errors(self.findings)


def check_source(source: Source, options: Options) -> CheckedSource:
    """Run the rules over a text. Raises SyntaxProblem."""
    tree = parse(source.text)
    file = ComposeFile(source, tree, options)
    return CheckedSource(source, tree, run_rules(file), file.elsewhere)


def apply_fixes(
    now: CheckedSource, options: Options, fixed: Counter[str], *, unsafe: bool, moved: dict[str, str] | None = None
) -> CheckedSource:
    """Return the text after all fixes but the formatter's, and count the fixes by rule in `fixed`.

    Unsafe fixes, if requested, are applied when no safe one is left, and unused definitions are deleted last. A finding
    whose fix could not be applied is returned without it. Values that fixes move to the `.env` file are added to `moved`; such
    fixes are only applied if it is given.
    """
    failed: set[tuple[Edit, ...]] = set()
    for _ in range(MAX_PASSES):
        turns = (_wanted(now, failed, turn, moved) for turn in range(_TURNS if unsafe else 1))
        chosen: list[Finding] = next(filter(None, turns), [])
        if not chosen:
            break
        made, after = _made(now, chosen, options)
        if after is None:
            failed.update(_fix(finding).edits for finding in chosen)
            continue
        fixed.update(finding.rule for finding in made)
        if moved is not None:
            moved.update(variable for finding in made for variable in _fix(finding).variables)
        now, failed = after, set()
    findings = [f._replace(fix=None) if f.fix is not None and f.fix.edits in failed else f for f in now.findings]
    return now._replace(findings=findings)


def _fix(finding: Finding) -> Fix:
    assert finding.fix is not None
    return finding.fix


_TURNS = 3


def _turn(finding: Finding) -> int:
    """Return when to apply a fix. Deletions of unused definitions are last, because another fix may correct a reference to them."""
    fix = _fix(finding)
    return 0 if fix.safe else 2 if fix.deletes_definition else 1


def _wanted(now: CheckedSource, failed: set[tuple[Edit, ...]], turn: int, moved: dict[str, str] | None) -> list[Finding]:
    """Return the findings of a turn whose fixes do not touch one another or protected regions; the first one wins."""
    from composefmt.format.protection import is_protected, protected

    offered = [f for f in now.findings if not f.is_about_formatting and f.fix and _turn(f) == turn and f.fix.edits not in failed]
    offered = [f for f in offered if not _fix(f).variables or moved is not None]
    if not offered:
        return []
    keep_out = protected(now.source.text, now.tree)
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []
    variables = dict(moved or {})
    for finding in sorted(offered, key=lambda f: min(_fix(f).edits)):
        spans = [Span(edit.start, edit.end) for edit in _fix(finding).edits]
        if any(is_protected(keep_out, start, max(end, start + 1)) for start, end in spans):
            failed.add(_fix(finding).edits)
        elif any(variables.get(name, value) != value for name, value in _fix(finding).variables):
            # Another value has this name already.
            failed.add(_fix(finding).edits)
        elif not any(_touches(span, taken) for span in spans):
            chosen.append(finding)
            variables.update(_fix(finding).variables)
            for span in spans:
                insort(taken, span)
    return chosen


def _touches(span: Span, taken: list[tuple[int, int]]) -> bool:
    """Return whether a span touches one of `taken`, which are sorted and do not overlap."""
    behind = bisect_right(taken, (span.end, inf))
    return behind > 0 and taken[behind - 1][1] >= span.start


def _made(now: CheckedSource, chosen: list[Finding], options: Options) -> tuple[list[Finding], CheckedSource | None]:
    """Apply all chosen fixes at once or, if that cannot be verified, as many of them as possible."""
    made: list[Finding] = []
    after: CheckedSource | None = None
    groups = [chosen]
    while groups:
        group = groups.pop()
        proved = _proved(now, [*made, *group], options)
        if proved is not None:
            made, after = [*made, *group], proved
        elif len(group) > 1:
            middle = len(group) // 2
            groups += [group[middle:], group[:middle]]
    return made or chosen, after


def _proved(now: CheckedSource, chosen: list[Finding], options: Options) -> CheckedSource | None:
    """Return the text after some fixes, None if it cannot be verified."""
    fixes = [_fix(finding) for finding in chosen]
    source = now.source
    try:
        text = apply_edits(source.text, [edit for fix in fixes for edit in fix.edits])
        after = check_source(Source(text, source.filename, mark=source.mark, encoding=source.encoding), options)
    except (SyntaxProblem, ValueError):
        return None
    if _adds_error(now, after, chosen) or len(after.tree.documents) != len(now.tree.documents) or not _keeps_comments(now, after, fixes):
        return None
    return after if not all(fix.safe for fix in fixes) or same_model(now, after, options) else None


def _errors(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((finding.rule, finding.message) for finding in findings if finding.severity is Severity.ERROR)


def _adds_error(before: CheckedSource, after: CheckedSource, chosen: Iterable[Finding]) -> bool:
    """Return whether fixes cause a new error.

    An existing error may get another message, which names a value that a fix has changed.
    """
    new = Counter(rule for rule, _ in (after.errors - before.errors).elements())
    if not new:
        return False
    reworded = Counter(rule for rule, _ in (before.errors - after.errors - _errors(chosen)).elements())
    return bool(new - reworded)


def _keeps_comments(before: CheckedSource, after: CheckedSource, fixes: Iterable[Fix]) -> bool:
    """Return whether all comments remain, except those that fixes are about, and none moves to another element."""
    changed = [edit for fix in fixes if fix.comments for edit in fix.edits]
    old, new = before.source.text, after.source.text
    kept = Counter(
        old[start:end] for start, end in comments(old, before.tree) if not any(start <= edit.end and edit.start <= end for edit in changed)
    )
    found = Counter(new[start:end] for start, end in comments(new, after.tree))
    return (kept <= found if changed else kept == found) and not (found and _moves_comment(before, after))


def _moves_comment(before: CheckedSource, after: CheckedSource) -> bool:
    """Return whether a comment belongs to another element than before; comments follow what a fix renames or moves."""
    was, now = (owned_comments(one.source.text, one.tree) for one in (before, after))
    gained, lost = Counter(now.comments) - Counter(was.comments), Counter(was.comments) - Counter(now.comments)
    stay = {text for text, _ in was.comments} & {text for text, _ in now.comments}
    return any(text in stay and path in was.paths for text, path in gained) or any(
        text in stay and path in now.paths for text, path in lost
    )


def same_model(before: CheckedSource, after: CheckedSource, options: Options) -> bool:
    """Return whether Docker Compose loads the same model from two texts: node by node, or as the merged and canonical model."""
    from composefmt.compose.equivalence import same_meaning
    from composefmt.compose.fields import find_uses

    uses, new_uses = find_uses(before.tree), find_uses(after.tree)
    return same_meaning(before.tree, uses, after.tree, new_uses, options, ordered=False) or _model(before.source) == _model(after.source)


def _model(source: Source) -> object:
    """Return the canonical model of one text, with its variables, but without files that it extends or includes.

    If the text is invalid, return the error message instead.
    """
    from composefmt.project.loading import load_alone
    from composefmt.project.scope import Choices, File, Scope
    from composefmt.project.values import Items, Map, ProjectError, child, children, frozen

    data = source.to_bytes(source.text)
    try:
        model, resets = load_alone(File(source.filename, data), Scope({}, "", "", "", Choices(interpolate=False)))
    except ProjectError as error:
        return error.message
    model.pop("version", None)
    for _, service in children(model, "services"):
        build = child(service, "build") or Map()
        for mapping, key in ((service, "environment"), (service, "labels"), (build, "args"), (build, "labels")):
            assignments = mapping.get(key)
            if isinstance(assignments, Items):
                mapping[key] = Items(None, sorted((str(one), None) for one in assignments))
    return frozen(model), resets
