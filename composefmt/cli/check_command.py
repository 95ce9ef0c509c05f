"""`composefmt check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from composefmt.cli.baselines import Baselines, baseline_options
from composefmt.cli.check_project_options import check_project_options, given_project_options
from composefmt.cli.checking import Check
from composefmt.cli.fixing import Fixing, fix_options
from composefmt.cli.reporting import chosen_report, write_report
from composefmt.cli.run import FileRun, exclusion_of, given_options, shared_options, speed_options
from composefmt.cli.selecting import given_selection, selection_options
from composefmt.findings import Severity
from composefmt.reports import REPORTS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from composefmt.cli.baselines import BaselineOptions
    from composefmt.cli.check_project_options import CheckProjectOptions
    from composefmt.cli.fixing import FixOptions
    from composefmt.cli.run import InputOptions
    from composefmt.cli.selecting import SelectionOptions

    class _Options(InputOptions, SelectionOptions, BaselineOptions, FixOptions, CheckProjectOptions):
        """The options of all parts of the command."""


_EPILOG = """\b
Examples:
  composefmt check                          all Compose files below the current directory
  composefmt check --output-format json .   machine-readable output
  composefmt check --fail-level warning     also fail on warnings
  composefmt check --select unformatted     only report files that are not formatted
  composefmt check -f a.yaml -f b.yaml      check two files as one project
  composefmt check --fix                    apply safe fixes

\b
Without --fix, no file is changed. --fix does not reformat: run composefmt format.
Exit status: 0 no findings at or above the fail level, 1 findings, 2 a file could not be read.
An error is refused by Docker Compose or fails at run time; a warning is probably a mistake.
"""


@click.command("check", epilog=_EPILOG)
@check_project_options
@fix_options
@selection_options
@click.option("--output-format", type=click.Choice(list(REPORTS)), help="Output format (default: text; github in GitHub Actions).")
@baseline_options
@click.option("--output-file", metavar="FILE", help="Write the report to this file.")
@click.option("--statistics", is_flag=True, help="Print the number of findings per rule instead of the findings.")
@click.option(
    "--fail-level",
    type=click.Choice([s.value for s in Severity]),
    help="Lowest severity that fails the run (default: error, or any finding of the rule unformatted).",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@shared_options
@speed_options
def command(
    paths: tuple[str, ...],
    show_projects: bool,
    stdin_filename: str | None,
    config: str | None,
    quiet: bool,
    output_format: str | None,
    output_file: str | None,
    statistics: bool,
    fail_level: str | None,
    exit_zero: bool,
    **options: Unpack[_Options],
) -> int:
    """Check Compose files for errors, run-time problems and bad practice.

    PATHS are files, directories to search, or "-" for standard input; the default is the current directory.
    """
    files = options["files"]
    if files and paths:
        raise click.UsageError("--file cannot be combined with PATHS.")
    run = FileRun(
        files or paths,
        given_options(options) | given_selection(options) | given_project_options(options),
        stdin_filename,
        config,
        options,
        exclusion=exclusion_of(options, config),
        quiet=quiet,
    )
    if show_projects:
        from composefmt.cli.show_projects import show_projects as show

        return show(run)
    report = chosen_report(output_format, output_file, statistics=statistics, unsafe=options["unsafe_fixes"])
    formatting = report.for_people and not quiet
    fixing = Fixing(run, options["fix"], options["unsafe_fixes"], options["diff"], formatting=formatting)
    check = Check(run, fail_level, fixing, Baselines(options))
    if fixing.silent and output_file is None:
        check.count_all()
    else:
        out = sys.stderr if fixing.takes_output else sys.stdout
        write_report(check.findings(), report, output_file, out)
    check.baselines.finish()
    if fixing.takes_output and not fixing.diff:
        sys.stdout.buffer.write(run.excluded_input)
    if not quiet:
        click.echo(check.summary(), err=True)
    return check.status(exit_zero=exit_zero)
