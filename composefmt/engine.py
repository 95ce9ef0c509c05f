"""One file in, its findings and new text out: pure, picklable, without input or output.

Before a changed text leaves this module it is verified: parsed again, it must hold the same model and the same
comments in the same order, and formatting it must change nothing. What cannot be verified is not changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.findings import FORMATTING_RULE, Finding, Severity
from composefmt.options import Options
from composefmt.syntax.edits import Edit, apply_edits
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import NotText, Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composefmt.fixes import CheckedSource
    from composefmt.format.passes import Formatting
    from composefmt.syntax.nodes import Tree

_DEFAULTS = Options()
LAYOUT_KEPT = "layout-kept"


class FormatResult(NamedTuple):
    """`data`: the new bytes, None if nothing changes or the file was refused; `edits`: the changes, in order.

    `findings`: errors state why the file was refused, a warning why it cannot be formatted, infos which short forms stay
    short and why. `source` is always set, decoded with replacement characters if the bytes are not text. `recreates`: omitted
    mount options change the configuration hash, see `with_hash_change`.
    """

    source: Source
    data: bytes | None
    findings: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()
    recreates: bool = False

    @property
    def is_unsupported(self) -> bool:
        """Whether the file is left unformatted because of syntax that the formatter does not support."""
        return any(finding.rule == LAYOUT_KEPT and finding.severity is Severity.WARNING for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether the file was refused and stays unchanged."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def text(self) -> str:
        """The formatted text, or the original if nothing changes."""
        return self.source.text if self.data is None else Source.from_bytes(self.data).text


def with_hash_change(result: FormatResult, data: bytes, options: Options, filename: str) -> FormatResult:
    """Return the result of a file's bytes with `recreates` set if `mount_options = "brief"` changes a configuration hash."""
    if result.data is None or options.mount_options != "brief" or options.engine == "swarm":
        return result
    exact = format_bytes(data, options._replace(mount_options="exact"), filename)
    return result._replace(recreates=exact.data != result.data)


class CheckResult(NamedTuple):
    """All findings of one file, in the order of the text.

    `is_formatted`: False if `composefmt format` would change the file; only `check_with_formatting` looks at that. `others`:
    findings of the file's projects that are written in other files.
    """

    source: Source
    findings: tuple[Finding, ...] = ()
    is_formatted: bool = True
    others: tuple[tuple[Source, Finding], ...] = ()


class FixResult(NamedTuple):
    """A file after its fixes: `source` is the new text, `data` its bytes, None if nothing was fixed.

    `fixed` counts the fixes by rule, `findings` are those that remain, in the new text; `is_formatted` and `others` as in
    `CheckResult`. `variables`: values that have to be added to the project's `.env` file before the new text is written.
    """

    source: Source
    data: bytes | None
    fixed: Mapping[str, int] = {}
    findings: tuple[Finding, ...] = ()
    is_formatted: bool = True
    others: tuple[tuple[Source, Finding], ...] = ()
    variables: Mapping[str, str] = {}


def format_text(text: str, options: Options = _DEFAULTS, filename: str = "<text>") -> FormatResult:
    """Format the text of one file."""
    return _format(Source(text, filename), options)


def format_bytes(data: bytes, options: Options = _DEFAULTS, filename: str = "<text>") -> FormatResult:
    """Format the bytes of one file."""
    source = _decode(data, filename)
    return _format(source, options) if isinstance(source, Source) else FormatResult(*source)


def check_text(text: str, options: Options = _DEFAULTS, filename: str = "<text>") -> CheckResult:
    """Check the text of one file."""
    return _check(Source(text, filename), options)


def check_bytes(data: bytes, options: Options = _DEFAULTS, filename: str = "<text>") -> CheckResult:
    """Check the bytes of one file."""
    source = _decode(data, filename)
    return _check(source, options) if isinstance(source, Source) else CheckResult(source[0], source[2])


def check_with_formatting(data: bytes, options: Options = _DEFAULTS, filename: str = "<text>") -> CheckResult:
    """Check the bytes of one file, and report in `is_formatted` whether they are formatted, without a finding.

    Options that select or ignore the rule `unformatted`, its group or all rules take precedence.
    """
    if not _asks_for_formatting(options):
        return check_bytes(data, options, filename)
    # As one more rule of the same run, it shares the parsed file and respects suppression comments.
    result = check_bytes(data, options._replace(extend_select=options.extend_select | {FORMATTING_RULE}), filename)
    findings = tuple(finding for finding in result.findings if not finding.is_about_formatting)
    return result._replace(findings=findings, is_formatted=not any(map(_is_fixed_by_formatting, result.findings)))


def _asks_for_formatting(options: Options) -> bool:
    """Return whether no option selects or ignores the rule `unformatted`."""
    names = {FORMATTING_RULE, "style", "all"}
    return options.select is None and names.isdisjoint(options.extend_select | options.ignore | options.file_ignore)


def _is_fixed_by_formatting(finding: Finding) -> bool:
    # Without a fix, the formatter does not support the file's syntax.
    return finding.is_about_formatting and finding.fix is not None


def fix_text(text: str, options: Options = _DEFAULTS, filename: str = "<text>", *, unsafe: bool = False, moving: bool = False) -> FixResult:
    """Check the text of one file and apply the fixes.

    `unsafe`: also those that change what the file means. `moving`: also those that move values to the `.env` file, which the caller
    has to write.
    """
    return _fix(Source(text, filename), options, unsafe=unsafe, moving=moving)


def fix_bytes(
    data: bytes,
    options: Options = _DEFAULTS,
    filename: str = "<text>",
    *,
    unsafe: bool = False,
    formatting: bool = False,
    moving: bool = False,
) -> FixResult:
    """Check the bytes of one file and apply the fixes; `unsafe` and `moving` as for `fix_text`.

    `formatting`: report in `is_formatted` whether the new text is formatted.
    """
    source = _decode(data, filename)
    if not isinstance(source, Source):
        return FixResult(source[0], None, {}, source[2])
    return _fix(source, options, unsafe=unsafe, formatting=formatting, moving=moving)


def _decode(data: bytes, filename: str) -> Source | tuple[Source, None, tuple[Finding, ...]]:
    try:
        return Source.from_bytes(data, filename)
    except NotText as error:
        span = Span(error.start, error.start + 1)
        finding = Finding("encoding", Severity.ERROR, error.message, span, "save the file as UTF-8")
        return Source.from_bytes(data, filename, errors="replace"), None, (finding,)


def _format(source: Source, options: Options) -> FormatResult:
    try:
        tree = parse(source.text)
    except SyntaxProblem as problem:
        # Syntax that only composefmt does not support is a warning to `check`, but prevents formatting.
        return FormatResult(source, None, (_explained(source, problem)._replace(severity=Severity.ERROR),))
    return format_tree(source, tree, options)


def format_tree(source: Source, tree: Tree, options: Options = _DEFAULTS) -> FormatResult:
    """Format a file that is parsed already."""
    from composefmt.format.passes import formatted

    change = formatted(source.text, tree, options)
    notes = tuple(
        Finding("short-form-kept", Severity.INFO, f"{entry.field} entry stays short: {entry.reason}", entry.span)
        for entry in change.skipped
    )
    notes += tuple(_left_alone(each.offset) for each in change.left)
    if change.obstacle is not None:
        return FormatResult(source, None, (*notes, _unknown_layout(change.obstacle)))
    if not change.edits:
        return FormatResult(source, None, notes)
    text = apply_edits(source.text, change.edits)
    problem_found = _verify(source.text, tree, change, text, options) if options.verify else ""
    if problem_found and change.left:
        return FormatResult(source, None, (*notes, _unknown_layout(change.left[0].offset)))
    if problem_found:
        return FormatResult(source, None, (_internal_error(problem_found, change.edits[0].start),))
    return FormatResult(source, source.to_bytes(text), notes, tuple(change.edits))


def _explained(source: Source, problem: SyntaxProblem) -> Finding:
    from composefmt.compose.syntax_errors import explain_problem

    return explain_problem(source, problem)


def _verify(before: str, tree: Tree, change: Formatting, after: str, options: Options) -> str:
    """Return the problem with the new text, "" if it is correct."""
    from composefmt.compose.equivalence import same_meaning
    from composefmt.compose.fields import find_uses
    from composefmt.format.passes import formatted
    from composefmt.syntax.comments import comment_texts

    try:
        new_tree = parse(after)
    except SyntaxProblem as problem:
        return f"the new text is not YAML ({problem.message})"
    ordered = options.order == "keep"
    # A range of lines has other numbers in the new text.
    second = formatted(after, new_tree, options) if change.layout_dependent and options.lines is None else None
    if not same_meaning(
        tree, change.uses, new_tree, second.uses if second else find_uses(new_tree), options, change.duals, ordered=ordered
    ):
        return "the meaning would change"
    old_comments, new_comments = comment_texts(before, tree), comment_texts(after, new_tree)
    if old_comments != new_comments and (ordered or sorted(old_comments) != sorted(new_comments)):
        return "a comment would be lost or moved"
    if second and second.edits:
        return "formatting twice would differ from formatting once"
    return ""


_SUPPORTED = 'write it as "key: value" in block style'


def _unknown_layout(offset: int) -> Finding:
    message = "file left unformatted: the formatter does not support the syntax here"
    return Finding(LAYOUT_KEPT, Severity.WARNING, message, Span(offset, offset), _SUPPORTED)


def _left_alone(offset: int) -> Finding:
    message = "entry left unformatted: the formatter does not support the syntax here"
    return Finding(LAYOUT_KEPT, Severity.INFO, message, Span(offset, offset), _SUPPORTED)


def _internal_error(problem: str, offset: int) -> Finding:
    return Finding(
        "internal-error",
        Severity.ERROR,
        f"the file is left as it is, since {problem}",
        Span(offset, offset),
        "this is a bug in composefmt: please report it with this file",
    )


def _check(source: Source, options: Options) -> CheckResult:
    try:
        tree = parse(source.text)
    except SyntaxProblem as problem:
        return CheckResult(source, (_explained(source, problem),))
    return check_tree(source, tree, options)


def check_tree(source: Source, tree: Tree, options: Options = _DEFAULTS) -> CheckResult:
    """Check a file that is parsed already."""
    from composefmt.compose.file import ComposeFile
    from composefmt.rules.runner import run_rules

    file = ComposeFile(source, tree, options)
    findings = tuple(run_rules(file))
    return CheckResult(source, findings, others=tuple(file.elsewhere))


# A fix may need formatting, and formatting may enable another fix; more rounds than this undo each other.
_MAX_ROUNDS = 5


def _fix(source: Source, options: Options, *, unsafe: bool, formatting: bool = False, moving: bool = False) -> FixResult:
    from collections import Counter

    from composefmt.fixes import apply_fixes, check_source

    try:
        now = check_source(source, options)
    except SyntaxProblem as problem:
        return FixResult(source, None, {}, (_explained(source, problem),))
    fixed: Counter[str] = Counter()
    moved: dict[str, str] = {}
    for _ in range(_MAX_ROUNDS):
        now = apply_fixes(now, options, fixed, unsafe=unsafe, moved=moved if moving else None)
        if not any(map(_is_fixed_by_formatting, now.findings)):
            break
        formatted = _format(now.source, options)
        if formatted.data is None:
            break
        fixed[FORMATTING_RULE] = 1
        now = check_source(Source.from_bytes(formatted.data, source.filename), options)
    data = now.source.to_bytes(now.source.text) if now.source.text != source.text else None
    is_formatted = not formatting or _is_formatted(now, options)
    return FixResult(now.source, data, fixed if data is not None else {}, tuple(now.findings), is_formatted, tuple(now.others), moved)


def _is_formatted(now: CheckedSource, options: Options) -> bool:
    if not _asks_for_formatting(options):
        return True
    found = check_tree(now.source, now.tree, options._replace(select=frozenset({FORMATTING_RULE}), extend_select=frozenset()))
    return not any(map(_is_fixed_by_formatting, found.findings))
