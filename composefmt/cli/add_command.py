"""`composefmt add`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composefmt.cli.editing import Output, change_values, editing_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from composefmt.edit.requests import Request

_EPILOG = """\b
Examples:
  composefmt add services.web.ports 8443:443
  composefmt add services.web.environment DEBUG=1 LOG_LEVEL=info
  composefmt add 'services.*.labels' com.example.team=web
  composefmt add services.web.depends_on db
"""


@click.command("add", epilog=_EPILOG)
@click.argument("path")
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
@editing_options("follow", "force", "string")
def command(path: str, values: tuple[str, ...], follow: bool, force: bool, as_string: bool, **output: Unpack[Output]) -> int:
    """Add items to a list or entries to a mapping, unless they are there.

    The new item takes the form of its neighbors: short or long, quoted or not. NAME=VALUE becomes an entry where the field is a mapping.

    All values are added, or none. Exit status: 0 done, 1 a file would change (with --diff or --dry-run), 2 nothing was changed.
    """
    from composefmt.edit.editor import Access
    from composefmt.edit.paths import parse_path
    from composefmt.edit.requests import Manner, SetRequest

    def requests() -> list[Request]:
        return [SetRequest(parse_path(path), value, add=True) for value in values]

    return change_values(output, requests, Manner(Access(follow), not force, as_string))
