"""`composefmt init`."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import click

from composefmt.adopting import Note, Proposal, proposals
from composefmt.cli.file_work import Work
from composefmt.cli.run import Inputs, SpeedOptions, count, style_for
from composefmt.engine import CheckResult, FormatResult, check_bytes, format_bytes
from composefmt.files.content import FileTrouble, write_file
from composefmt.files.discovery import reason
from composefmt.findings import Severity
from composefmt.reports.diff import unified
from composefmt.reports.text import printable

if TYPE_CHECKING:
    from composefmt.options import Options

_EPILOG = """\b
Examples:
  composefmt init              ask before writing each file
  composefmt init --dry-run    show the changes without writing files
  composefmt init --yes        write all files without asking
"""


class _Effect(NamedTuple):
    """What adopting would change: how many files there are, how many would be formatted, and what is found, by rule."""

    files: int
    formatted: int
    findings: Counter[tuple[Severity, str]]


@click.command("init", epilog=_EPILOG)
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("-y", "--yes", is_flag=True, help="Write all files without asking.")
@click.option("--dry-run", "--diff", "dry_run", is_flag=True, help="Show the changes without writing files.")
def command(folder: str, yes: bool, dry_run: bool) -> int:
    """Set up composefmt in a repository: settings, a pre-commit hook, a job in GitHub Actions or GitLab.

    Existing content is kept: files are only created or extended. The command first prints how many files would be
    formatted and what the rules find.
    """
    inputs = Inputs([folder], {}, None, None, SpeedOptions(jobs=None, no_cache=True, cache_dir=None))
    effect = _effect(inputs)
    if not effect.files:
        raise click.ClickException(f"no Compose files below {folder}")
    click.echo(_told(effect))
    try:
        answers = list(proposals(folder))
    except FileTrouble as trouble:
        raise click.ClickException(printable(trouble.message)) from None
    written = [answer.path for answer in answers if _handle(answer, folder, yes=yes, dry_run=dry_run)]
    if written:
        click.echo("\nnext: composefmt format --diff . shows what would change, composefmt format . changes it")
    return 2 if inputs.failed else 0


def _effect(inputs: Inputs) -> _Effect:
    files = formatted = 0
    findings: Counter[tuple[Severity, str]] = Counter()
    for _, _, (format_result, check_result) in inputs.results(Work(_format_and_check)):
        files += 1
        formatted += format_result.data is not None
        findings.update((finding.severity, finding.rule) for finding in check_result.findings)
    return _Effect(files, formatted, findings)


def _format_and_check(data: bytes, options: Options, name: str) -> tuple[FormatResult, CheckResult]:
    return format_bytes(data, options, name), check_bytes(data, options, name)


def _told(effect: _Effect) -> str:
    lines = [f"{count(effect.files, 'Compose file')}: {effect.formatted} would be formatted"]
    order = list(Severity)
    for (severity, rule), number in sorted(effect.findings.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1])):
        lines.append(f"{number:>5}  {severity.value:<7}  {rule}")
    return "\n".join(lines)


def _handle(answer: Proposal | Note, folder: str, *, yes: bool, dry_run: bool) -> bool:
    """Show an answer, and write it if that is wanted; whether it was."""
    name = printable(answer.path)
    if isinstance(answer, Note):
        click.echo(f"\n{name}: left as it is: {answer.reason}")
        return False
    click.echo(f"\n{name}: {'a new file' if answer.before is None else 'an addition'}")
    click.echo("".join(unified(answer.path, answer.before or "", answer.after, style_for(sys.stdout))), nl=False)
    if dry_run or not (yes or click.confirm(f"Write {name}?", default=True)):
        return False
    try:
        _write(os.path.join(folder, answer.path), answer)
    except FileTrouble as trouble:
        raise click.ClickException(f"{name} {trouble.message}") from None
    except OSError as error:
        raise click.ClickException(f"{name} cannot be written: {reason(error)}") from None
    return True


def _write(path: str, proposal: Proposal) -> None:
    """Raises FileTrouble or OSError; a file that came into being in the meantime is left alone."""
    if proposal.before is not None:
        write_file(path, proposal.after.encode(), proposal.before.encode())
        return
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "x", encoding="utf-8", newline="") as file:
        file.write(proposal.after)
