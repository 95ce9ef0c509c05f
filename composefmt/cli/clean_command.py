"""`composefmt clean`."""

from __future__ import annotations

import os

import click

from composefmt.files.cache import cache_folder, clean
from composefmt.files.discovery import reason


@click.command("clean")
@click.option(
    "--cache-dir", metavar="FOLDER", envvar="COMPOSEFMT_CACHE_DIR", help="Where results are kept (default: in your cache folder)."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def command(cache_dir: str | None, quiet: bool) -> int:
    """Remove what composefmt keeps of earlier runs; the next one takes longer."""
    folder = cache_dir or cache_folder(os.environ)
    try:
        found = folder is not None and clean(folder)
    except OSError as error:
        raise click.ClickException(f"the cache cannot be removed: {error.filename}: {reason(error)}") from None
    if not quiet:
        click.echo(f"removed the cache in {folder}" if found else "there is no cache.", err=True)
    return 0
