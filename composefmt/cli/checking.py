"""A run of `check` over all files: what is found, how much of it, and whether that fails."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from composefmt.cli.file_work import settings_of
from composefmt.cli.run import STDIN, Inputs, count
from composefmt.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.cli.fixing import Fixing
    from composefmt.findings import Finding
    from composefmt.reports import Found


class Check:
    """One run over all files."""

    def __init__(self, inputs: Inputs, fail_level: str | None, fixing: Fixing) -> None:
        self.inputs = inputs
        self.fixing = fixing
        self.fail_level = fail_level
        self.files = 0
        self.severities: Counter[Severity] = Counter()
        self.bad = False

    def findings(self) -> Iterator[Found]:
        """What is found, file by file."""
        for path, data, result in self.inputs.results(self.fixing.work):
            if not self.fixing.apply(path, data, result):
                continue
            self.files += 1
            if result.findings:
                self.inputs.progress.clear()
            fail_level = self.fail_level_of(path) if result.findings else None
            for finding in result.findings:
                self.severities[finding.severity] += 1
                self.bad = self.bad or fails(finding, fail_level)
                self.fixing.count(finding)
                yield result.source, finding

    def fail_level_of(self, path: str) -> str | None:
        """The least severity that fails in a file: that of the command line, else that of its settings."""
        settings = None if self.fail_level else settings_of(self.inputs.name(path), self.inputs.config)
        return self.fail_level or (settings.fail_level if settings else None)

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
        parts = [f"found {found or 'nothing'}{where}"] if self.files else []
        mended = self.fixing.summary()
        if mended:
            parts.insert(0 if self.fixing.active else 1, mended)
        if self.inputs.failed:
            parts.append(f"{count(self.inputs.failed, 'file')} could not be checked")
        return ", ".join(parts) + "."

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
