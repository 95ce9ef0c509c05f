"""A run of `check` over all files: what is found, how much of it, and whether that fails."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from composefmt.cli.run import STDIN, Inputs, count
from composefmt.files.content import FileTrouble
from composefmt.files.settings import settings_in_force
from composefmt.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.cli.baselines import Baselines
    from composefmt.cli.fixing import Fixing
    from composefmt.findings import Finding
    from composefmt.reports import Found


class Check:
    """One run over all files."""

    def __init__(self, inputs: Inputs, fail_level: str | None, fixing: Fixing, baselines: Baselines) -> None:
        self.inputs = inputs
        self.fixing = fixing
        self.baselines = baselines
        self.fail_level = fail_level
        self.files = 0
        self.severities: Counter[Severity] = Counter()
        self.bad = False

    def findings(self) -> Iterator[Found]:
        """What is found, file by file."""
        for path, data, result in self.inputs.results(self.fixing.work):
            if not self.fixing.apply(path, data, result):
                continue
            name = self.inputs.name(path)
            settings = settings_in_force(name, self.inputs.config)
            try:
                findings = self.baselines.unknown(name, settings, result, self.inputs.given)
            except FileTrouble as trouble:
                self.inputs.settings_trouble(trouble.message, trouble.rule)
                continue
            self.files += 1
            if findings:
                self.inputs.progress.clear()
            fail_level = self.fail_level or (settings.fail_level if settings else None)
            for finding in findings:
                self.severities[finding.severity] += 1
                self.bad = self.bad or fails(finding, fail_level)
                self.fixing.count(finding)
                yield result.source, finding

    def count_all(self) -> None:
        """Go through all files without telling what is found."""
        for _ in self.findings():
            pass

    def summary(self) -> str:
        """How much was found, in one sentence."""
        if not self.files and not self.inputs.failed:
            return "no Compose files found."
        where = "" if STDIN in self.inputs.paths else f" in {count(self.files, 'file')}"
        found = ", ".join(count(self.severities[s], s.value) for s in Severity if self.severities[s])
        nothing = "nothing new" if self.baselines.left_out else "nothing"
        parts = [
            self.fixing.made(),
            (self.baselines.written_summary() or f"found {found or nothing}{where}") if self.files else "",
            self.fixing.possible(),
            f"{self.baselines.left_out} in the baseline" if self.baselines.left_out else "",
            f"{count(self.inputs.failed, 'file')} could not be checked" if self.inputs.failed else "",
        ]
        advice = self.baselines.advice()
        return ", ".join(filter(None, parts)) + "." + (f"\n{advice}" if advice else "")

    def status(self, *, exit_zero: bool) -> int:
        """The exit status."""
        if self.inputs.failed:
            return 2
        if exit_zero:
            return 0
        return 1 if self.bad or self.fixing.would_change else 0


def fails(finding: Finding, fail_level: str | None) -> bool:
    """Whether a finding is as bad as the fail level; without one, errors are, and files that are not formatted."""
    if fail_level is None:
        return finding.severity is Severity.ERROR or finding.rule == "unformatted"
    return finding.severity.rank <= Severity(fail_level).rank
