"""`composefmt check`."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from composefmt.cli.fixing import Fixing, fix_options
from composefmt.cli.run import STDIN, Inputs, count, given_options, shared_options, style_for, write_utf8
from composefmt.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from composefmt.cli.run import FormOptions
    from composefmt.syntax.source import Source

_EPILOG = """\b
Examples:
  composefmt check                          all Compose files below this folder
  composefmt check --output-format json .   for programs
  composefmt check --fail-level warning     warnings fail too
  composefmt check --ignore unformatted     mistakes only
  composefmt check --fix                    mend what can be mended safely

\b
Exit status: 0 nothing at or above the fail level, 1 findings, 2 a file could not be read.
An error is what the reference implementation refuses or what must fail when it runs; a warning is doubtful.
"""


@click.command("check", epilog=_EPILOG)
@shared_options
@fix_options
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How findings are told.")
@click.option(
    "--fail-level", type=click.Choice([s.value for s in Severity]), help="The least severity that fails (error, and unformatted files)."
)
@click.option("--select", multiple=True, metavar="RULES", help="Check these rules or groups only; names are joined by commas.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not check these rules or groups.")
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    config: str | None,
    quiet: bool,
    output_format: str,
    fail_level: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    **forms: Unpack[FormOptions],
) -> int:
    """Find what is wrong in Compose files, and say how to mend it.

    PATHS are files, folders to search, or "-" for standard input; the default is this folder.
    """
    given = given_options(forms)
    if select:
        given["select"] = _rules(select)
    if ignore:
        given["ignore"] = _rules(ignore)
    inputs = Inputs(paths, given, stdin_filename, config)
    fixing = Fixing(inputs, fix, unsafe_fixes, diff)
    run = _Run(inputs, fail_level, fixing)
    out = sys.stderr if fixing.takes_output else sys.stdout
    if fixing.silent:
        run.count_all()
    elif output_format == "json":
        from composefmt.reports.data import as_json

        write_utf8(out)
        for piece in as_json(run.findings()):
            out.write(piece)
    else:
        from composefmt.reports.text import render

        style = style_for(out)
        for source, finding in run.findings():
            out.write(render(source, finding, style) + "\n")
    if not quiet:
        sys.stdout.flush()
        click.echo(run.summary(), err=True)
    return run.status()


def _rules(given: tuple[str, ...]) -> frozenset[str]:
    """The rules and groups that an option names. Raises BadParameter for one that there is not."""
    names = frozenset(name.strip() for part in given for name in part.split(",") if name.strip())
    if names:
        from composefmt.rules.registry import known_names, unknown_name

        for name in sorted(names - known_names()):
            raise click.BadParameter(unknown_name(name))
    return names


class _Run:
    """One run over all files: what was found, and how bad it is."""

    def __init__(self, inputs: Inputs, fail_level: str | None, fixing: Fixing) -> None:
        self.inputs = inputs
        self.fixing = fixing
        self.fail_rank = Severity(fail_level or "error").rank
        self.unformatted_fails = fail_level is None
        self.files = 0
        self.severities: Counter[Severity] = Counter()
        self.bad = False

    def findings(self) -> Iterator[tuple[Source, Finding]]:
        for path, data, options in self.inputs:
            result = self.fixing.result(path, data, options)
            if result is None:
                continue
            self.files += 1
            for finding in result.findings:
                self.severities[finding.severity] += 1
                fails = finding.severity.rank <= self.fail_rank or (self.unformatted_fails and finding.rule == "unformatted")
                self.bad = self.bad or fails
                self.fixing.count(finding)
                yield result.source, finding

    def count_all(self) -> None:
        """Go through all files without telling what is found."""
        for _ in self.findings():
            pass

    def summary(self) -> str:
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

    def status(self) -> int:
        if self.inputs.failed:
            return 2
        return 1 if self.bad or self.fixing.would_change else 0
