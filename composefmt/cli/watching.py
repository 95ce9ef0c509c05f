"""Formatting again whatever changes: `format --watch`."""

from __future__ import annotations

import os
from time import sleep
from typing import TYPE_CHECKING

import click

from composefmt.files.discovery import identity, reason
from composefmt.files.settings import forget_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from types import ModuleType

    from watchfiles.main import FileChange

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
        from composefmt.distribution import NAME

        raise click.UsageError(f'--watch needs the package watchfiles: pip install "{NAME}[watch]"') from None
    places = [path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths]
    for place in places:
        if not os.path.isdir(place):
            raise click.UsageError(f'there is no folder "{place}" to watch.')
    everything: frozenset[str] | None = None
    while True:
        changes = _changes(watchfiles, places)
        # It is watched from here on, so that nothing that changes during the first run is missed.
        next(changes, None)
        forget_settings()
        run(everything)
        if everything is None and not quiet:
            click.echo("watching for changes; Ctrl-C ends it.", err=True)
        everything = frozenset(map(os.path.realpath, places))
        for found in changes:
            forget_settings()
            # Of a folder that is new, or was moved here, what it holds was often there before it was watched.
            new = watchfiles.Change.added
            run(frozenset(os.path.realpath(path) for change, path in found if change is new or not os.path.isdir(path)))
        # A folder that was removed may come back, as when one goes from branch to branch.
        sleep(_TOGETHER_MILLISECONDS / 1000)
        while not all(map(os.path.isdir, places)):
            sleep(_TOGETHER_MILLISECONDS / 1000)


def _changes(watchfiles: ModuleType, places: Sequence[str]) -> Iterator[AbstractSet[FileChange]]:
    """What changes, first of all nothing; until another folder stands in the place of one that is watched, or none.

    It also ends where something has changed whose name is no text in UTF-8: what else has changed is then not known.
    """
    known = list(map(identity, places))
    try:
        changes = watchfiles.watch(
            *places,
            debounce=_TOGETHER_MILLISECONDS,
            rust_timeout=_TOGETHER_MILLISECONDS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )
        yield next(changes, set())
        for found in changes:
            if found:
                yield found
            if list(map(identity, places)) != known:
                return
    except OSError as error:
        if all(map(os.path.isdir, places)):
            raise click.ClickException(f"the folder cannot be watched: {reason(error)}") from None
    except RuntimeError:
        # The only thing that watchfiles says so.
        return
