"""`composefmt set`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composefmt.cli.editing import Output, change_values, editing_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from composefmt.edit.requests import Request

_EPILOG = """\b
Examples:
  composefmt set services.web.image=nginx:1.28
  composefmt set 'services.*.labels."com.example.team"=web'
  composefmt set 'services.web.ports[target=80].published=8081'
  composefmt set 'services.cache={image: redis, restart: always}'
"""


@click.command("set", epilog=_EPILOG)
@click.argument("assignments", nargs=-1, required=True, metavar="PATH=VALUE...")
@editing_options("follow", "here", "force", "string")
def command(assignments: tuple[str, ...], follow: bool, here: bool, force: bool, as_string: bool, **output: Unpack[Output]) -> int:
    """Set values, and keep everything else in the file as it is.

    A path leads to a value: services.web.image, services.web.ports[0], services.*.image. Its last key may be new. Numbers, booleans
    and null are read as in YAML where the field takes them, and so are lists and mappings in flow style.

    All values are set, or none. Exit status: 0 done, 1 a file would change (with --diff or --dry-run), 2 nothing was changed.
    """
    from composefmt.edit.editor import Access
    from composefmt.edit.paths import parse_assignment
    from composefmt.edit.requests import Manner, SetRequest

    def requests() -> list[Request]:
        return [SetRequest(*parse_assignment(each)) for each in assignments]

    return change_values(output, requests, Manner(Access(follow, here), not force, as_string))
