"""`composefmt rename`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composefmt.cli.editing import Output, edit, editing_options, fail

if TYPE_CHECKING:
    from typing_extensions import Unpack

_EPILOG = """\b
Examples:
  composefmt rename services.db database
  composefmt rename volumes.data pgdata --diff
  composefmt rename profiles.dev development
  composefmt rename services.web.environment.PORT HTTP_PORT
"""


@click.command("rename", epilog=_EPILOG)
@click.argument("path")
@click.argument("name")
@editing_options()
def command(path: str, name: str, **output: Unpack[Output]) -> int:
    """Rename a service, network, volume, secret, config, model or profile with all references to it, or any other key.

    References are renamed in all files of the project: overrides, included files, and services that extend the renamed one. What
    may be a host name, such as a part of a URL, is reported and stays.

    Exit status: 0 done, 1 a file would change (with --diff or --dry-run), 2 nothing was changed.
    """
    from composefmt.edit.errors import EditError
    from composefmt.edit.paths import parse_path
    from composefmt.edit.requests import Manner

    try:
        wanted = parse_path(path)
    except EditError as error:
        fail(error)
    return edit(output, Manner(), lambda project: project.rename(wanted, name))
