"""Shared by the commands on projects: options for files and variables, and errors on one line each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from composefmt.reports.text import printable

if TYPE_CHECKING:
    from composefmt.project.discovery import Wanted
    from composefmt.project.project import Project, Request
    from composefmt.project.values import ProjectError

Command = TypeVar("Command", bound=Callable[..., object])


def project_options(command: Command) -> Command:
    """Add the options that select a project."""
    for option in reversed(
        (
            click.option(
                "-f", "--file", "files", multiple=True, metavar="FILE", help='A Compose file, "-" for standard input; repeatable.'
            ),
            click.option("--project-directory", default="", metavar="DIR", help="Project directory (default: that of the first file)."),
            click.option("-p", "--project-name", default="", metavar="NAME", help="Project name."),
            click.option(
                "--env-file", "env_files", multiple=True, metavar="FILE", help="Env file for interpolation; repeatable (default: .env)."
            ),
            click.option("--profile", "profiles", multiple=True, metavar="NAME", help='Enable a profile; "*" enables all.'),
        )
    ):
        command = option(command)
    return command


def check_services(names: Sequence[str]) -> None:
    """Raise click.UsageError if an argument is a file where services are expected; other commands accept files."""
    for name in names:
        if name.endswith((".yaml", ".yml")) and os.path.isfile(name):
            raise click.UsageError(f'"{name}" is a file, not a service: name it with --file.')


def request_for(wanted: Wanted) -> Request:
    """Return the request for the files on the command line. Exit with an error if none are found."""
    from composefmt.cli.settings_projects import completed
    from composefmt.project.discovery import STDIN, find
    from composefmt.project.project import Request
    from composefmt.project.values import ProjectError

    data = None
    if STDIN in wanted.files or (not wanted.files and STDIN in os.environ.get("COMPOSE_FILE", "").split(os.pathsep)):
        import sys

        data = sys.stdin.buffer.read() if sys.stdin else b""
    try:
        found = find(completed(wanted), os.environ, data)
    except ProjectError as error:
        fail(error)
    return Request(found.files, found.directory, found.environment, found.name, found.profiles)


def loaded(request: Request) -> Project:
    """Load the project. Exit with an error if that fails."""
    from composefmt.project.project import load
    from composefmt.project.values import ProjectError

    try:
        return load(request)
    except ProjectError as error:
        fail(error)


@contextmanager
def errors_reported(project: Project) -> Iterator[None]:
    """Exit with an error, after its location, if an operation on a project fails."""
    from composefmt.project.values import ProjectError

    try:
        yield
    except ProjectError as error:
        error.place = error.place or project.place(*error.path)
        fail(error)


def warn_of_unset(project: Project) -> None:
    """Print a warning for each unset variable."""
    from composefmt.project.provenance import shown_place

    for name, place in project.unset.items():
        where = f"{printable(shown_place(place))}: " if place is not None else ""
        click.echo(f'{where}warning: variable "{name}" is not set, defaulting to an empty string', err=True)


def fail(error: ProjectError) -> NoReturn:
    """Print an error and exit."""
    print_error(error)
    raise click.exceptions.Exit(2)


def print_error(error: ProjectError) -> None:
    """Print an error on one line, after its location if it is known."""
    from composefmt.project.provenance import shown_path

    place = ""
    if error.place is not None:
        source = error.place.source
        line, column = source.position(error.place.offset)
        place = f"{printable(shown_path(source.filename))}:{line}:{column}: "
    click.echo(f"{place}error: {printable(' '.join(error.message.split()))}", err=True)
