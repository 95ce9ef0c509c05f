"""`composefmt check --show-projects`: which files are checked together, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composefmt.cli.file_work import Work
from composefmt.compose.file import ComposeFile
from composefmt.project.membership import projects_of
from composefmt.reports.text import printable
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import NotText, Source

if TYPE_CHECKING:
    from composefmt.cli.run import FileRun
    from composefmt.options import Options

    Shown = list[tuple[tuple[str, ...], str]]


def show_projects(run: FileRun) -> int:
    """Print each project once: its files in the order of merging, and the reason. Return the exit status."""
    known = set()
    for _, _, projects in run.results(Work(_projects)):
        for paths, reason in projects:
            if paths not in known:
                known.add(paths)
                click.echo(f"{printable(', '.join(paths))} ({printable(reason)})")
    return 2 if run.failed else 0


def _projects(data: bytes, options: Options, filename: str) -> Shown:
    try:
        source = Source.from_bytes(data, filename)
        return projects_of(ComposeFile(source, parse(source.text), options))
    except (NotText, SyntaxProblem):
        return [((filename,), "checked alone: it is not YAML")]
