"""`composefmt init`."""

from __future__ import annotations

import os
import sys

import click

from composefmt.adopting import Note, Proposal, settings_proposal, texts, tool_proposals
from composefmt.cli.adoption import Effect, measure, percentage, report
from composefmt.cli.no_files import no_files
from composefmt.cli.run import FileRun, SpeedOptions, count, style_for
from composefmt.files.content import FileError, reason, write_file
from composefmt.reports.baseline import written as baseline_text
from composefmt.reports.diff import unified
from composefmt.reports.text import printable

_EPILOG = """\b
Examples:
  composefmt init              ask before writing each file
  composefmt init --dry-run    show the changes without writing files
  composefmt init --yes        write all files without asking
"""


class _Session:
    """One run: the directory and the user's choices."""

    def __init__(self, directory: str, *, yes: bool, dry_run: bool) -> None:
        self.directory = directory
        self.yes = yes
        self.dry_run = dry_run
        self.written: list[str] = []

    def confirm(self, question: str) -> bool:
        """Return the answer to a question; yes if it is not asked."""
        return self.yes or self.dry_run or click.confirm(f"\n{question}", default=True)

    def handle(self, answer: Proposal | Note) -> bool:
        """Show a proposal and write it if the user agrees; return whether it was written."""
        name = printable(answer.path)
        if isinstance(answer, Note):
            click.echo(f"\n{name}: unchanged: {answer.reason}")
            return False
        click.echo(f"\n{name}: {'new file' if answer.before is None else 'addition'}")
        click.echo("".join(unified(answer.path, answer.before or "", answer.after, style_for(sys.stdout))), nl=False)
        if self.dry_run or not (self.yes or click.confirm(f"Write {name}?", default=True)):
            return False
        self.write(answer)
        return True

    def write(self, proposal: Proposal) -> None:
        """Write a file. Raises click.ClickException if that fails."""
        name = printable(proposal.path)
        try:
            _write(os.path.join(self.directory, proposal.path), proposal)
        except FileError as error:
            raise click.ClickException(f"{name} {error.message}") from None
        except OSError as error:
            raise click.ClickException(f"{name} cannot be written: {reason(error)}") from None
        self.written.append(proposal.path)


@click.command("init", epilog=_EPILOG)
@click.argument("directory", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("-y", "--yes", is_flag=True, help="Write all files without asking.")
@click.option("--dry-run", "--diff", "dry_run", is_flag=True, help="Show the changes without writing files.")
def command(directory: str, yes: bool, dry_run: bool) -> int:
    """Set up composefmt in a repository: settings, a pre-commit hook, a job in GitHub Actions or GitLab.

    Existing content is kept: files are only created or extended. The settings include the equivalent of dclint's
    (.dclintrc), and the command names those without one. The command first prints how many files would be
    formatted, by how many lines they grow, and what the rules find. If there are many findings, it offers to record
    them in a baseline, so that only new ones are reported.
    """
    run = FileRun([directory], {}, None, None, SpeedOptions(jobs=None, no_cache=True, cache_dir=None))
    effect = measure(run, directory)
    if not effect.files:
        raise click.ClickException(no_files([directory], None))
    click.echo(report(effect))
    session = _Session(directory, yes=yes, dry_run=dry_run)
    try:
        _add_settings(session, effect)
        for answer in tool_proposals(directory):
            session.handle(answer)
    except FileError as error:
        raise click.ClickException(printable(error.message)) from None
    if session.written:
        click.echo(f"\n{_next_steps(session)}")
    return 2 if run.failed else 0


def _add_settings(session: _Session, effect: Effect) -> None:
    """Ask for the settings, and propose them; with them, the baseline. Raises FileError."""
    known = settings_proposal(session.directory, texts.settings(long=True, baseline=False))
    if isinstance(known, Note):
        session.handle(known)
        return
    long = effect.lines.long == effect.lines.short or session.confirm(
        f"Write ports and volumes in long form ({effect.lines.long:,} instead of {effect.lines.short:,} lines, {percentage(effect.lines)})?"
    )
    from composefmt.adopting.dclint import equivalent

    dclint = equivalent(session.directory)
    if dclint is not None:
        click.echo(f"\n{dclint.path}: its equivalent is part of the settings" + (", except for:" if dclint.notes else ""))
        click.echo("".join(f"  {printable(note)}\n" for note in dclint.notes), nl=False)
    findings = count(effect.findings.total(), "finding")
    baseline = _can_have_baseline(session, effect) and session.confirm(
        f"Record the {findings} in {texts.BASELINE}, so that only new ones are reported?"
    )
    is_written = session.handle(
        settings_proposal(session.directory, texts.settings(long=long, baseline=baseline, others=dclint.lines if dclint else ()))
    )
    if baseline:
        click.echo(f"\n{texts.BASELINE}: new file with {findings}")
        if is_written:
            session.write(Proposal(texts.BASELINE, None, baseline_text(effect.known)))


def _can_have_baseline(session: _Session, effect: Effect) -> bool:
    return effect.has_many_findings and not os.path.exists(os.path.join(session.directory, texts.BASELINE))


def _next_steps(session: _Session) -> str:
    hooks = ", pre-commit install enables the hooks" if ".pre-commit-config.yaml" in session.written else ""
    return f"Next: composefmt format --diff . shows the changes, composefmt format . writes them{hooks}."


def _write(path: str, proposal: Proposal) -> None:
    """Write a proposal, unless the file was changed or created in the meantime. Raises FileError or OSError."""
    if proposal.before is not None:
        write_file(path, proposal.after.encode(), proposal.before.encode())
        return
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "x", encoding="utf-8", newline="") as file:
        file.write(proposal.after)
