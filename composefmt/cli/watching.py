"""Formatting again whatever changes: `format --watch`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from composefmt.files.settings import forget_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Editors write a file in several steps; what happens within this time is one change.
_TOGETHER_MILLISECONDS = 200


def watch(paths: Sequence[str], run: Callable[[frozenset[str] | None], None], *, quiet: bool) -> None:
    """Run once for all files, and again for those that change, until Ctrl-C. Raises click.UsageError.

    `run` is given the real paths of what has changed, whether it is a file of ours, a folder that is new, or neither; None
    for all.
    """
    try:
        import watchfiles
    except ImportError:
        raise click.UsageError('--watch needs the package watchfiles: pip install "composefmt[watch]"') from None
    places = [path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths]
    for place in places:
        if not os.path.isdir(place):
            raise click.UsageError(f'there is no folder "{place}" to watch.')
    changes = watchfiles.watch(
        *places,
        debounce=_TOGETHER_MILLISECONDS,
        rust_timeout=_TOGETHER_MILLISECONDS,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    # It is watched from here on, so that nothing that changes during the first run is missed.
    next(changes, None)
    run(None)
    if not quiet:
        click.echo("watching for changes; Ctrl-C ends it.", err=True)
    for found in changes:
        if found:
            forget_settings()
            # Of a folder that is new, or was moved here, what it holds was often there before it was watched.
            new = watchfiles.Change.added
            run(frozenset(os.path.realpath(path) for change, path in found if change is new or not os.path.isdir(path)))
