"""The baselines of a run: known findings are not reported, and those that no longer occur are counted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TypedDict, TypeVar

import click

from composefmt.cli.deprecation import notify_of_renamed_rules
from composefmt.cli.reporting import writable
from composefmt.cli.run import count
from composefmt.files.content import FileError, read_file
from composefmt.files.settings import relative_path
from composefmt.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from composefmt.engine import CheckResult, FixResult
    from composefmt.files.settings import Settings
    from composefmt.findings import Finding
    from composefmt.options import Chosen
    from composefmt.syntax.source import Source

Command = TypeVar("Command", bound="Callable[..., object]")


# Added to the reasons why a baseline cannot be read.
_REMEDY = "; create it with --write-baseline"


class BaselineOptions(TypedDict):
    """The options for baselines, as Click passes them."""

    baseline: str | None
    write_baseline: str | None


def baseline_options(command: Command) -> Command:
    """Add the options for baselines."""
    for option in (
        click.option("--write-baseline", metavar="FILE", help="Record all findings in this file and report none."),
        click.option("--baseline", metavar="FILE", help="Do not report the findings recorded in this file by --write-baseline."),
    ):
        command = option(command)
    return command


class _Baseline(NamedTuple):
    """A baseline: its directory, and the marks of each file by relative path."""

    directory: str
    files: dict[str, frozenset[str]]


class _Obsolete(NamedTuple):
    """Marks of a file that were not found, what was found, and the options of its check."""

    marks: set[str]
    findings: tuple[Finding, ...]
    options: Options


class Baselines:
    """The baselines of one run: from the command line or the settings, or the one to write."""

    def __init__(self, options: BaselineOptions) -> None:
        self.given = options["baseline"]
        self.target = options["write_baseline"]
        self.known: dict[str, _Baseline] = {}
        self.written: dict[str, frozenset[str]] = {}
        self.met: set[tuple[str, str]] = set()
        self.left_out = 0
        # What the baselines have but the checks did not find, by baseline and file.
        self.obsolete: dict[tuple[str, str], _Obsolete] = {}
        self.before: dict[str, frozenset[str]] = {}
        if self.target is not None and os.path.exists(self.target):
            try:
                self.before = self._read(self.target).files
            except FileError as error:
                message = error.message.removesuffix(_REMEDY)
                raise click.ClickException(f"--write-baseline: {message}, so it is not overwritten") from None

    def unknown(self, path: str, settings: Settings | None, result: CheckResult | FixResult, given: Chosen) -> tuple[Finding, ...]:
        """Return the findings of a file that its baseline does not list. Raises FileError for an unreadable baseline."""
        if self.target is not None:
            from composefmt.reports.baseline import marks

            self.written[relative_path(path, _directory_of(self.target))] = frozenset(marks(result.source, result.findings))
            return ()
        baseline = self._of(settings)
        if baseline is None:
            return tuple(result.findings)
        from composefmt.reports.baseline import marks

        known = self._read(baseline)
        relative = relative_path(path, known.directory)
        self.met.add((baseline, relative))
        expected = known.files.get(relative, frozenset())
        found = marks(result.source, result.findings)
        unknown = tuple(finding for mark, finding in found.items() if mark not in expected)
        self.left_out += len(found) - len(unknown)
        gone = expected - found.keys()
        if gone:
            options = settings.options_for(path, Options()) if settings is not None else Options()
            self.obsolete[baseline, relative] = _Obsolete(set(gone), result.findings, options._replace(**given))
        return unknown

    def unknown_elsewhere(self, path: str, settings: Settings | None, source: Source, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the new ones of findings in a file that the check of another file has made.

        Raises FileError if the baseline cannot be read.
        """
        from composefmt.reports.baseline import marks

        found = marks(source, findings)
        if self.target is not None:
            relative = relative_path(path, _directory_of(self.target))
            self.written[relative] = self.written.get(relative, frozenset()) | found.keys()
            return ()
        baseline = self._of(settings)
        if baseline is None:
            return tuple(findings)
        known = self._read(baseline)
        relative = relative_path(path, known.directory)
        expected = known.files.get(relative, frozenset())
        if (baseline, relative) in self.obsolete:
            self.obsolete[baseline, relative].marks.difference_update(found)
        new = tuple(finding for mark, finding in found.items() if mark not in expected)
        self.left_out += len(found) - len(new)
        return new

    def _of(self, settings: Settings | None) -> str | None:
        """Return the path of the baseline for a file."""
        if self.given is not None or settings is None or settings.baseline is None:
            return self.given
        return os.path.join(settings.directory, settings.baseline)

    def _read(self, path: str) -> _Baseline:
        if path not in self.known:
            from composefmt.reports.baseline import NoBaseline, read_baseline, renamed, rule_of

            try:
                files = read_baseline(read_file(path).decode("utf-8", "replace"))
                notify_of_renamed_rules({rule_of(mark) for marks in files.values() for mark in marks}, path)
                self.known[path] = _Baseline(_directory_of(path), {file: frozenset(map(renamed, marks)) for file, marks in files.items()})
            except FileError as error:
                raise FileError("baseline", f"{path}: {error.message}{_REMEDY}") from None
            except NoBaseline as error:
                raise FileError("baseline", f"{path} {error}{_REMEDY}") from None
        return self.known[path]

    def finish(self) -> None:
        """Write the baseline if requested; its entries for files that exist but were not checked stay."""
        if self.target is None:
            return
        from composefmt.reports.baseline import written

        kept = {path: marks for path, marks in self.before.items() if os.path.exists(os.path.join(_directory_of(self.target), path))}
        with writable(self.target, "--write-baseline") as stream:
            stream.write(written(kept | self.written))

    def written_summary(self) -> str:
        """Return a sentence about the written baseline, "" without one."""
        if self.target is None:
            return ""
        findings = sum(map(len, self.written.values()))
        files = sum(1 for marks in self.written.values() if marks)
        return f"Wrote {count(findings, 'finding')} of {count(files, 'file')} to {self.target}."

    def advice(self) -> str:
        """Return a sentence about obsolete entries: no longer found in the checked files, or of deleted files; "" without any."""
        gone = sum(
            len(marks)
            for path, (directory, files) in self.known.items()
            for file, marks in files.items()
            if (path, file) not in self.met and not os.path.exists(os.path.join(directory, file))
        )
        gone += sum(_no_longer(*each) for each in self.obsolete.values())
        if self.target is not None or not gone:
            return ""
        verb = "occurs" if gone == 1 else "occur"
        return f"{count(gone, 'finding')} of the baseline no longer {verb}; update it with --write-baseline."


def _directory_of(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def _no_longer(marks: Collection[str], findings: tuple[Finding, ...], options: Options) -> int:
    """Count the marks without a finding, of rules that were checked in a file that could be read."""
    from composefmt.reports.baseline import rule_of
    from composefmt.reports.rule_page import unread
    from composefmt.rules.registry import all_rules, selection

    if any(unread(finding.rule) for finding in findings):
        return 0
    checked = selection(options)
    return sum(1 for mark in marks if rule_of(mark) in checked or rule_of(mark) not in all_rules())
