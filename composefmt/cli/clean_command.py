"""`composefmt clean`."""

from __future__ import annotations

import os

import click

from composefmt.files.cache import cache_directory, clean
from composefmt.files.content import reason


@click.command("clean")
@click.option(
    "--cache-dir", metavar="DIR", envvar="COMPOSEFMT_CACHE_DIR", help="Cache directory (default: below the user's cache directory)."
)
@click.option("-q", "--quiet", is_flag=True, help="Only print errors.")
def command(cache_dir: str | None, quiet: bool) -> int:
    """Delete the cached results of earlier runs."""
    directory = cache_dir or cache_directory(os.environ)
    try:
        found = directory is not None and clean(directory)
    except OSError as error:
        raise click.ClickException(f"cannot remove the cache: {error.filename}: {reason(error)}") from None
    if not quiet:
        click.echo(f"Removed the cache in {directory}." if found else "No cache found.", err=True)
    return 0
