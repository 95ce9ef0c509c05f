"""The options `--fix`, `--unsafe-fixes` and `--diff` of `check`."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from composefmt.cli.cached_results import CHECKED, CHECKED_WITH_FORMATTING
from composefmt.cli.file_work import Work
from composefmt.cli.run import STDIN, count, style_for
from composefmt.engine import CheckResult, FixResult
from composefmt.files.content import FileError, write_file
from composefmt.files.env_file import add_variables
from composefmt.markdown import check_bytes, check_with_formatting, fix_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.cli.run import FileRun
    from composefmt.findings import Finding

Command = TypeVar("Command", bound="Callable[..., object]")


class FixOptions(TypedDict):
    """The options for fixes, as Click passes them."""

    fix: bool
    unsafe_fixes: bool
    diff: bool


def fix_options(command: Command) -> Command:
    """Add the options for fixes."""
    for option in (
        click.option("--diff", is_flag=True, help="Show the changes that --fix would make; exit with 1 if there are any."),
        click.option(
            "--unsafe-fixes", is_flag=True, help="Include fixes that change the meaning of a file; without --fix, mark and count them."
        ),
        click.option("--fix", is_flag=True, help="Apply fixes that keep the meaning of a file, in place."),
    ):
        command = option(command)
    return command


class Fixing:
    """The fixes of one run; without the options, they are only counted."""

    def __init__(self, run: FileRun, fix: bool, unsafe_fixes: bool, diff: bool, *, formatting: bool = False) -> None:
        self.run = run
        self.formatting = formatting
        self.unsafe = unsafe_fixes
        self.diff = diff
        self.active = fix or diff
        self.fixed: Counter[str] = Counter()
        self.offered: Counter[bool] = Counter()

    @property
    def silent(self) -> bool:
        """Whether a diff replaces the findings."""
        return self.diff

    @property
    def takes_output(self) -> bool:
        """Whether standard output receives the new text, so that findings go to standard error."""
        return self.active and STDIN in self.run.paths

    @property
    def work(self) -> Work:
        """The work for each file."""
        if self.active:
            moving = STDIN not in self.run.paths
            return Work(partial(fix_bytes, unsafe=self.unsafe, formatting=self.formatting, moving=moving))
        return Work(check_with_formatting if self.formatting else check_bytes, CHECKED_WITH_FORMATTING if self.formatting else CHECKED)

    def apply(self, path: str, data: bytes, result: CheckResult | FixResult) -> bool:
        """Write or show the fixed text; return whether that succeeded."""
        if not isinstance(result, FixResult):
            return True
        self.fixed.update(result.fixed)
        if self.diff:
            self.show(data, result)
        elif path == STDIN:
            sys.stdout.buffer.write(data if result.data is None else result.data)
        elif result.data is not None:
            try:
                if result.variables:
                    add_variables(path, result.variables)
                write_file(path, result.data, data)
            except FileError as error:
                self.run.report_failure(path, error)
                self.fixed.subtract(result.fixed)
                return False
        return True

    def show(self, data: bytes, result: FixResult) -> None:
        """Print the diff of a file."""
        if result.data is not None:
            self.run.progress.clear()
            from composefmt.compose.secrecy import masked_lines
            from composefmt.reports.diff import unified
            from composefmt.syntax.source import Source

            before, after = Source.from_bytes(data).text, result.source.text
            if result.variables:
                # The lines that the fixes remove hold secrets.
                before, after = masked_lines(before), masked_lines(after)
            sys.stdout.write("".join(unified(result.source.filename, before, after, style_for(sys.stdout))))

    def count(self, finding: Finding) -> None:
        """Count a fixable finding."""
        if finding.fix is not None:
            self.offered[finding.fix.safe] += 1

    @property
    def would_change(self) -> bool:
        """Whether a diff was shown."""
        return self.diff and any(self.fixed.values())

    def applied(self) -> str:
        """Return a sentence that counts the applied fixes, or those that would be; "" without --fix and --diff."""
        if not self.active:
            return ""
        total = sum(self.fixed.values())
        if not total:
            return "No fixes to apply."
        rules = ", ".join(f"{rule} {number}" for rule, number in sorted(self.fixed.items()) if number)
        return f"{'Would fix' if self.diff else 'Fixed'} {count(total, 'finding')} ({rules})."

    def possible(self) -> str:
        """Return a sentence that counts the findings that more options would fix; "" without any."""
        safe, unsafe = self.offered[True], self.offered[False]
        if self.active:
            return f"{unsafe} fixable with --fix --unsafe-fixes." if unsafe and not self.unsafe else ""
        if self.unsafe:
            return f"{safe + unsafe} fixable with --fix --unsafe-fixes." if safe or unsafe else ""
        with_fix = f"{safe} fixable with --fix" if safe else ""
        with_more = f"{unsafe} {'more' if safe else 'fixable'} with --fix --unsafe-fixes" if unsafe else ""
        both = ", ".join(filter(None, (with_fix, with_more)))
        return f"{both}." if both else ""
