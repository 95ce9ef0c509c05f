"""The options of `check` for the files that are checked together: as in `config`, for one project or for all that are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, TypeVar, cast

import click

from composefmt.options import Chosen

Command = TypeVar("Command", bound=Callable[..., object])


class CheckProjectOptions(TypedDict):
    """The options for projects, as Click passes them."""

    files: tuple[str, ...]
    project_directory: str
    env_files: tuple[str, ...]
    profiles: tuple[str, ...]


def check_project_options(command: Command) -> Command:
    """Add the options for files that are checked together."""
    for option in reversed(
        (
            click.option(
                "-f",
                "--file",
                "files",
                multiple=True,
                type=click.Path(dir_okay=False, allow_dash=True),
                metavar="FILE",
                help="Check these files as one project, in this order; repeatable.",
            ),
            click.option(
                "--project-directory",
                default="",
                type=click.Path(file_okay=False),
                metavar="DIR",
                help="Project directory of --file (default: that of the first file).",
            ),
            click.option(
                "--env-file",
                "env_files",
                multiple=True,
                type=click.Path(exists=True, dir_okay=False),
                metavar="FILE",
                help="Env file for interpolation; repeatable (default: .env of each project).",
            ),
            click.option(
                "--profile",
                "profiles",
                multiple=True,
                metavar="NAME",
                help='Enable a profile; "*" enables all; repeatable (default: services run together if their profiles allow it).',
            ),
            click.option("--show-projects", is_flag=True, help="Print which files are checked together, and why, instead of the findings."),
        )
    ):
        command = option(command)
    return command


def given_project_options(options: CheckProjectOptions) -> Chosen:
    """Return the options for projects that were given. Raises click.UsageError."""
    if options["project_directory"] and not options["files"]:
        raise click.UsageError("--project-directory requires --file.")
    given = Chosen(
        project=options["files"],
        project_directory=options["project_directory"],
        env_files=options["env_files"],
        profiles=options["profiles"],
    )
    return cast("Chosen", {name: value for name, value in given.items() if value})
