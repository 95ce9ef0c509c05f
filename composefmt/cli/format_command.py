"""`composefmt format`."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import click

from composefmt.cli.cached_results import FORMATTED
from composefmt.cli.file_work import Work
from composefmt.cli.format_kinds import FORMS, ORDER, formatted_in_style, kinds_of_change, restricted, table
from composefmt.cli.no_files import no_files
from composefmt.cli.run import STDIN, FileRun, count, exclusion_of, given_options, shared_options, speed_options, style_for
from composefmt.engine import FormatResult, with_hash_change
from composefmt.files.content import FileError, write_file
from composefmt.findings import Severity
from composefmt.markdown import format_bytes, is_markdown
from composefmt.reports.text import PLAIN, Style, printable, render

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from composefmt.cli.run import InputOptions
    from composefmt.options import Options

_EPILOG = """\b
Examples:
  composefmt format                    all Compose files below the current directory, in place
  composefmt format --check .          list the files that would change (exit status 1)
  composefmt format --diff web.yaml    show the changes
  composefmt format - < compose.yaml   from standard input to standard output

\b
Directories are searched for compose*.y(a)ml, docker-compose*.y(a)ml and the
names that the setting "include" adds; .gitignore applies.
In Markdown files that are named, fenced blocks with "services:" are formatted.
A file is only written after verifying that its meaning and its comments are unchanged.
Exit status: 0 success, 1 files would change (--check, --diff), 2 a file could not be formatted and is unchanged.
"""


class _Mode(NamedTuple):
    """What to do with the new text."""

    check: bool
    diff: bool
    quiet: bool
    verbose: bool
    only: str | None = None
    statistics: bool = False

    @property
    def writes(self) -> bool:
        return not (self.check or self.diff or self.statistics)


class _Tally:
    """The number of files by outcome."""

    def __init__(self) -> None:
        self.changed = self.unchanged = self.unsupported = self.failed = self.recreating = 0

    @property
    def is_quiet(self) -> bool:
        """Whether no file was changed, refused or unreadable."""
        return not self.changed and not self.failed

    def summary(self, *, writes: bool) -> str:
        """Return the counts as a sentence; "" without files."""
        would = "" if writes else "would be "
        parts = [f"{count(self.changed, 'file')} {would}reformatted"] if self.changed else []
        if self.unchanged:
            parts.append(f"{count(self.unchanged, 'file')} {would}left unchanged")
        if self.unsupported:
            parts.append(f"{count(self.unsupported, 'file')} left unformatted")
        if self.failed:
            parts.append(f"{count(self.failed, 'file')} {'not' if writes else 'could not be'} formatted")
        return ", ".join(parts) + "." if parts else ""


@click.command("format", epilog=_EPILOG)
@click.option("--check", is_flag=True, help="Do not write files; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Do not write files; show the changes, and exit with 1 if there are any.")
@shared_options
@speed_options
@click.option("-v", "--verbose", is_flag=True, help="List every file, and each short form that stays short, with the reason.")
@click.option("--lines", metavar="A-B", help="Format only these lines, counted from 1.")
@click.option(
    "--only",
    type=click.Choice(["style", "long-forms", "order"]),
    help="Make only one kind of change. Start with style: the others skip files in another style.",
)
@click.option("--statistics", is_flag=True, help="Do not write files; count the kinds of change, in how many files.")
@click.option("--watch", is_flag=True, help="Watch the files and format each one when it changes; stop with Ctrl-C.")
@click.option("--fast", is_flag=True, help="Skip the verification of meaning and comments.")
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    config: str | None,
    quiet: bool,
    check: bool,
    diff: bool,
    verbose: bool,
    watch: bool,
    fast: bool,
    lines: str | None,
    only: str | None,
    statistics: bool,
    **options: Unpack[InputOptions],
) -> int:
    """Format Compose files in place.

    PATHS are files, directories to search, or "-" for standard input; the default is the current directory.
    """
    given = given_options(options)
    if fast:
        given["verify"] = False
    if lines is not None:
        given["lines"] = _lines(lines)
    given = restricted(given, only)
    mode = _Mode(check, diff, quiet, verbose, only, statistics)
    if not watch:
        return _run(FileRun(paths, given, stdin_filename, config, options, exclusion=exclusion_of(options, config), quiet=quiet), mode)
    if STDIN in paths:
        raise click.UsageError("standard input cannot be watched.")
    from composefmt.cli.watching import watch as watch_files

    def again(changed: frozenset[str] | None) -> None:
        run = FileRun(paths, given, None, config, options, exclusion=exclusion_of(options, config), quiet=quiet)
        run.only = changed
        _run(run, mode, watched=changed is not None)

    with suppress(KeyboardInterrupt):
        watch_files(paths or (".",), again, quiet=quiet)
    return 0


def _run(run: FileRun, mode: _Mode, *, watched: bool = False) -> int:
    """Format all files and return the exit status. With `watched`, print nothing about unchanged files."""
    tally = _Tally()
    style = style_for(sys.stderr)
    counted: list[dict[str, int]] = []
    for path, data, answer in run.results(_work(mode)):
        result, kinds = answer if mode.statistics else (answer, {})
        counted.append(kinds)
        _print_findings(result, mode, style, run)
        if result.failed:
            run.failed += 1
        elif _apply(path, data, result, mode, run):
            tally.unsupported += result.is_unsupported
            tally.unchanged += result.data is None and not result.is_unsupported
            tally.changed += result.data is not None
            tally.recreating += result.recreates
    if mode.writes:
        sys.stdout.buffer.write(run.excluded_input)
    if mode.statistics:
        click.echo(table(counted), nl=False)
    tally.failed = run.failed
    if not mode.quiet and STDIN not in run.paths and not (watched and tally.is_quiet):
        click.echo(tally.summary(writes=mode.writes) or no_files(run.paths, run.config), err=True)
    if tally.recreating and not mode.quiet:
        click.echo(_notice(tally.recreating), err=True)
    if tally.failed:
        return 2
    return 1 if (tally.changed or tally.unsupported) and not mode.writes else 0


def _work(mode: _Mode) -> Work:
    """Return what to do with each file."""
    if mode.statistics:
        return Work(kinds_of_change)
    return Work(formatted_in_style) if mode.only in (FORMS, ORDER) else Work(_formatted, FORMATTED)


def _notice(files: int) -> str:
    """Return what happens to the containers of files whose mount options are omitted."""
    return (
        f'mount-options = "brief" changes the configuration hash of services in {count(files, "file")}: '
        'the next "docker compose up" recreates their containers once.'
    )


def _lines(given: str) -> tuple[int, int]:
    """Parse a range of lines such as "10-20". Raises click.UsageError."""
    first, _, last = given.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and 1 <= int(first) <= int(last or first)):
        raise click.UsageError(f'invalid --lines "{given}"; use a range such as 10-20.')
    return int(first), int(last or first)


def _formatted(data: bytes, options: Options, name: str) -> FormatResult:
    """Format one file. Without the edits, which only editors need and which are as long as the text to send between processes."""
    result = format_bytes(data, options, name)._replace(edits=())
    return result if is_markdown(name) else with_hash_change(result, data, options, name)


def _print_findings(result: FormatResult, mode: _Mode, style: Style, run: FileRun) -> None:
    for finding in result.findings:
        if finding.severity is not Severity.INFO or mode.verbose:
            run.progress.clear()
            click.echo(render(result.source, finding, style), nl=False, err=True, color=style is not PLAIN)


def _apply(path: str, data: bytes, result: FormatResult, mode: _Mode, run: FileRun) -> bool:
    """Write or show the result; return whether that succeeded."""
    name = printable(run.name(path))
    if mode.diff and result.data is not None and not mode.statistics:
        run.progress.clear()
        _show_diff(result)
    if path == STDIN:
        if mode.writes:
            sys.stdout.buffer.write(data if result.data is None else result.data)
        return True
    if result.data is None:
        if mode.verbose:
            run.progress.clear()
            click.echo(f"unchanged {name}", err=True)
        return True
    if mode.writes:
        try:
            write_file(path, result.data, data)
        except FileError as error:
            run.report_failure(path, error)
            return False
    if not mode.quiet and not mode.diff and not mode.statistics:
        run.progress.clear()
        click.echo(f"{'' if mode.writes else 'would '}reformat{'ted' if mode.writes else ''} {name}", err=True)
    return True


def _show_diff(result: FormatResult) -> None:
    from composefmt.reports.diff import unified

    lines = unified(result.source.filename, result.source.text, result.text, style_for(sys.stdout))
    sys.stdout.write("".join(lines))
