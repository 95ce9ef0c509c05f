"""`composefmt check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from composefmt.cli.baselines import Baselines, baseline_options
from composefmt.cli.checking import Check
from composefmt.cli.fixing import Fixing, fix_options
from composefmt.cli.reporting import chosen_report, tell
from composefmt.cli.run import Inputs, exclusion_of, given_options, shared_options, speed_options
from composefmt.cli.selecting import given_selection, selection_options
from composefmt.findings import Severity
from composefmt.reports import REPORTS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from composefmt.cli.baselines import BaselineOptions
    from composefmt.cli.fixing import FixOptions
    from composefmt.cli.run import InputOptions
    from composefmt.cli.selecting import SelectionOptions

    class _Options(InputOptions, SelectionOptions, BaselineOptions, FixOptions):
        """What the parts of the command need."""


_EPILOG = """\b
Examples:
  composefmt check                          all Compose files below this folder
  composefmt check --output-format json .   for programs
  composefmt check --fail-level warning     warnings fail too
  composefmt check --select unformatted     only report files that are not formatted
  composefmt check --fix                    mend what can be mended safely

\b
The options of form (--long-form to --variables) say which form counts as formatted, and what --fix writes;
without --fix nothing is written.
Exit status: 0 nothing at or above the fail level, 1 findings, 2 a file could not be read.
An error is what the reference implementation refuses or what must fail when it runs; a warning is doubtful.
"""


@click.command("check", epilog=_EPILOG)
@fix_options
@selection_options
@click.option("--output-format", type=click.Choice(list(REPORTS)), help="How findings are told (default: text; in GitHub Actions github).")
@baseline_options
@click.option("--output-file", metavar="FILE", help="Write the report into this file.")
@click.option("--statistics", is_flag=True, help="Tell how often each rule finds something, not where.")
@click.option(
    "--fail-level",
    type=click.Choice([s.value for s in Severity]),
    help="Lowest severity that fails the run (default: error, and the rule unformatted if selected).",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@shared_options
@speed_options
def command(
    paths: tuple[str, ...],
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
    """Find what is wrong in Compose files, and say how to mend it.

    PATHS are files, folders to search, or "-" for standard input; the default is this folder.
    """
    inputs = Inputs(
        paths,
        given_options(options) | given_selection(options),
        stdin_filename,
        config,
        options,
        exclusion=exclusion_of(options, config),
        quiet=quiet,
    )
    told = chosen_report(output_format, output_file, statistics=statistics, unsafe=options["unsafe_fixes"])
    formatting = told.for_people and not quiet
    fixing = Fixing(inputs, options["fix"], options["unsafe_fixes"], options["diff"], formatting=formatting)
    check = Check(inputs, fail_level, fixing, Baselines(options))
    if fixing.silent and output_file is None:
        check.count_all()
    else:
        out = sys.stderr if fixing.takes_output else sys.stdout
        tell(check.findings(), told, output_file, out)
    check.baselines.finish()
    if fixing.takes_output and not fixing.diff:
        sys.stdout.buffer.write(inputs.left_alone)
    if not quiet:
        click.echo(check.summary(), err=True)
    return check.status(exit_zero=exit_zero)
