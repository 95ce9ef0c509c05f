"""A run of `check` over all files: its findings, their counts, and the exit status."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from composefmt.cli.deprecation import notify_of_renamed_rules
from composefmt.cli.no_files import no_files
from composefmt.cli.other_findings import Elsewhere
from composefmt.cli.run import STDIN, FileRun, count
from composefmt.files.content import FileError
from composefmt.files.settings import settings_in_force
from composefmt.findings import Severity
from composefmt.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.cli.baselines import Baselines
    from composefmt.cli.fixing import Fixing
    from composefmt.files.settings import Settings
    from composefmt.findings import Finding, Found
    from composefmt.options import Chosen
    from composefmt.syntax.source import Source


class Check:
    """One run over all files."""

    def __init__(self, run: FileRun, fail_level: str | None, fixing: Fixing, baselines: Baselines) -> None:
        self.run = run
        self.fixing = fixing
        self.baselines = baselines
        self.fail_level = fail_level
        self.files = self.unformatted = 0
        self.elsewhere = Elsewhere()
        self.severities: Counter[Severity] = Counter()
        self.bad = False

    def findings(self) -> Iterator[Found]:
        """Yield the findings, file by file."""
        for path, data, result in self.run.results(self.fixing.work):
            if not self.fixing.apply(path, data, result):
                continue
            name = self.run.name(path)
            settings = settings_in_force(name, self.run.config)
            if settings is not None and settings.rule_names:
                notify_of_renamed_rules(settings.rule_names, settings.path)
            try:
                findings = self.baselines.unknown(name, settings, result, self.run.given)
            except FileError as error:
                self.run.report_settings_error(error.message, error.rule)
                continue
            self.files += 1
            self.unformatted += not result.is_formatted
            self.elsewhere.add(result.source.filename, result.findings, result.others)
            yield from self.reported(result.source, findings, settings)
        for source, others in self.elsewhere.left():
            settings = settings_in_force(source.filename, self.run.config)
            found = _configured(others, source.filename, settings, self.run.given)
            yield from self.reported(source, self.baselines.unknown_elsewhere(source.filename, settings, source, found), settings)

    def reported(self, source: Source, findings: Iterable[Finding], settings: Settings | None) -> Iterator[Found]:
        """Count and yield the findings of one file."""
        fail_level = self.fail_level or (settings.fail_level if settings else None)
        for finding in findings:
            self.run.progress.clear()
            self.severities[finding.severity] += 1
            self.bad = self.bad or fails(finding, fail_level)
            self.fixing.count(finding)
            yield source, finding

    def count_all(self) -> None:
        """Check all files without reporting findings."""
        for _ in self.findings():
            pass

    def summary(self) -> str:
        """Return the summary: what was found in one line, then one line about the baseline and one about formatting."""
        if not self.files and not self.run.failed:
            return no_files(self.run.paths, self.run.config)
        sentences = [
            self.fixing.applied(),
            (self.baselines.written_summary() or self.found()) if self.files else "",
            self.fixing.possible(),
            f"{count(self.baselines.left_out, 'finding')} in the baseline." if self.baselines.left_out else "",
            f"{count(self.run.failed, 'file')} could not be checked." if self.run.failed else "",
        ]
        lines = [" ".join(filter(None, sentences)), self.baselines.advice()]
        if self.unformatted:
            verb = "is" if self.unformatted == 1 else "are"
            lines.append(f"{count(self.unformatted, 'file')} {verb} not formatted; run composefmt format.")
        return "\n".join(filter(None, lines))

    def found(self) -> str:
        """Return one sentence that counts the findings by severity."""
        files = "" if STDIN in self.run.paths else count(self.files, "file")
        found = [count(self.severities[s], s.value) for s in Severity if self.severities[s]]
        if found:
            listed = " and ".join(filter(None, (", ".join(found[:-1]), found[-1])))
            return f"Found {listed}{f' in {files}' if files else ''}."
        if self.baselines.left_out:
            return f"No new findings{f' in {files}' if files else ''}."
        return f"All checks passed{f' ({files})' if files else ''}."

    def status(self, *, exit_zero: bool) -> int:
        """Return the exit status."""
        if self.run.failed:
            return 2
        if exit_zero:
            return 0
        return 1 if self.bad or self.fixing.would_change else 0


def _configured(findings: list[Finding], path: str, settings: Settings | None, given: Chosen) -> list[Finding]:
    """Return the findings in a file that the check of another one has made as the file's own settings have them."""
    from composefmt.rules.runner import as_configured

    options = settings.options_for(path, Options()) if settings is not None else Options()
    return as_configured(findings, options._replace(**given))


def fails(finding: Finding, fail_level: str | None) -> bool:
    """Return whether a finding is at or above the fail level; by default, an error or a file that `unformatted` reports."""
    if fail_level is None:
        return finding.severity is Severity.ERROR or finding.is_about_formatting
    return finding.severity.rank <= Severity(fail_level).rank
