"""`composefmt unset`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composefmt.cli.editing import Output, change_values, editing_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from composefmt.edit.requests import Request

_EPILOG = """\b
Examples:
  composefmt unset services.web.container_name
  composefmt unset 'services.web.ports[target=80]'
  composefmt unset services.web.environment.DEBUG
"""


@click.command("unset", epilog=_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--ignore-missing", is_flag=True, help="Do nothing where a path does not exist.")
@editing_options("follow", "here", "force")
def command(paths: tuple[str, ...], ignore_missing: bool, follow: bool, here: bool, force: bool, **output: Unpack[Output]) -> int:
    """Remove values with their keys and the comments inside them.

    Comments above a removed value stay. All values are removed, or none. Exit status: 0 done, 1 a file would change (with --diff or
    --dry-run), 2 nothing was changed.
    """
    from composefmt.edit.editor import Access
    from composefmt.edit.paths import parse_path
    from composefmt.edit.requests import Manner, UnsetRequest

    def requests() -> list[Request]:
        return [UnsetRequest(parse_path(path), ignore_missing) for path in paths]

    return change_values(output, requests, Manner(Access(follow, here), not force))
