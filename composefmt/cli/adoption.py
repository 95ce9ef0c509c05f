"""The effect of adopting composefmt: files to format, the growth in lines, and findings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from composefmt.cli.file_work import Work
from composefmt.cli.run import count
from composefmt.engine import check_bytes, format_bytes
from composefmt.files.settings import relative_path
from composefmt.findings import Severity
from composefmt.reports.baseline import marks

if TYPE_CHECKING:
    from composefmt.cli.run import FileRun
    from composefmt.engine import FormatResult
    from composefmt.options import Options

# With fewer findings, it is easier to fix or suppress each one than to keep a baseline.
MANY_FINDINGS = 10


class Lines(NamedTuple):
    """The number of lines of a file: as it is, and formatted with ports and volumes in short and in long form."""

    before: int = 0
    short: int = 0
    long: int = 0


class _FileEffect(NamedTuple):
    """The effect on one file; `known` are the marks of its findings in a baseline."""

    is_changed: bool
    lines: Lines
    findings: tuple[tuple[Severity, str], ...]
    known: frozenset[str]


class Effect(NamedTuple):
    """The effect on all files; findings are counted by severity and rule, `known` is the content of a baseline."""

    files: int
    formatted: int
    lines: Lines
    findings: Counter[tuple[Severity, str]]
    known: dict[str, frozenset[str]]

    @property
    def has_many_findings(self) -> bool:
        """Whether a baseline is worth its price."""
        return self.findings.total() > MANY_FINDINGS


def measure(run: FileRun, directory: str) -> Effect:
    """Format and check all files without writing them; the paths of the baseline are relative to the directory."""
    files = formatted = 0
    lines = Lines()
    findings: Counter[tuple[Severity, str]] = Counter()
    known: dict[str, frozenset[str]] = {}
    for path, _, effect in run.results(Work(_measure_file)):
        files += 1
        formatted += effect.is_changed
        lines = Lines(*map(sum, zip(lines, effect.lines, strict=True)))
        findings.update(effect.findings)
        known[relative_path(path, directory)] = effect.known
    return Effect(files, formatted, lines, findings, known)


def _measure_file(data: bytes, options: Options, name: str) -> _FileEffect:
    result = format_bytes(data, options, name)
    checked = check_bytes(data, options, name)
    known = set(marks(checked.source, checked.findings))
    if result.data is not None and known:
        # The baseline also has to hold after formatting, which may rewrite the lines of findings.
        after = check_bytes(result.data, options, name)
        known.update(marks(after.source, after.findings))
    lines = Lines(
        data.count(b"\n"),
        _count_lines(format_bytes(data, options._replace(long_form=()), name)),
        _count_lines(format_bytes(data, options._replace(long_form=("ports", "volumes")), name)),
    )
    findings = tuple((finding.severity, finding.rule) for finding in checked.findings)
    return _FileEffect(result.data is not None, lines, findings, frozenset(known))


def _count_lines(result: FormatResult) -> int:
    return result.text.count("\n")


def report(effect: Effect) -> str:
    """Return the effect as lines for people: files, lines, and findings by rule, the most severe and most frequent first."""
    lines = [f"{count(effect.files, 'Compose file')}: {effect.formatted} would be formatted"]
    before, short = effect.lines[:2]
    lines.append(f"Lines: {before:,} now, {short:,} formatted{_in_long_form(effect.lines)}")
    order = list(Severity)
    for (severity, rule), number in sorted(effect.findings.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1])):
        lines.append(f"{number:>5}  {severity.value:<7}  {rule}")
    return "\n".join(lines)


def _in_long_form(lines: Lines) -> str:
    if lines.long == lines.short:
        return ""
    return f", {lines.long:,} with ports and volumes in long form ({percentage(lines)})"


def percentage(lines: Lines) -> str:
    """Return how much longer the files become with ports and volumes in long form: `+31 %`."""
    return f"{(lines.long - lines.short) / max(lines.short, 1):+.0%}".replace("%", " %")
