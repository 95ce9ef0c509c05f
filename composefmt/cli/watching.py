"""`format --watch`: format files again whenever they change."""

from __future__ import annotations

import os
from time import sleep
from typing import TYPE_CHECKING

import click

from composefmt.files.content import reason
from composefmt.files.discovery import identity
from composefmt.files.settings import forget_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from types import ModuleType

    from watchfiles.main import FileChange

# Changes within this time are handled together, because editors write a file in several steps.
_TOGETHER_MILLISECONDS = 200


def watch(paths: Sequence[str], run: Callable[[frozenset[str] | None], None], *, quiet: bool) -> None:
    """Run once for all files, then again for those that change, until Ctrl-C. Raises click.UsageError.

    `run` receives the real paths that changed (files of any kind and new directories), None for all.
    """
    try:
        import watchfiles
    except ImportError:
        from composefmt.distribution import NAME

        raise click.UsageError(f'--watch needs the package watchfiles: pip install "{NAME}[watch]"') from None
    places = [path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths]
    for place in places:
        if not os.path.isdir(place):
            raise click.UsageError(f'directory "{place}" not found.')
    everything: frozenset[str] | None = None
    while True:
        changes = _changes(watchfiles, places)
        # Start watching before the first run, so that no change during it is missed.
        next(changes, None)
        forget_settings()
        run(everything)
        if everything is None and not quiet:
            click.echo("Watching for changes. Press Ctrl-C to stop.", err=True)
        everything = frozenset(map(os.path.realpath, places))
        for found in changes:
            forget_settings()
            # A new or moved directory often got its files before it was watched.
            new = watchfiles.Change.added
            run(frozenset(os.path.realpath(path) for change, path in found if change is new or not os.path.isdir(path)))
        # Switching branches may remove a directory and restore it later.
        sleep(_TOGETHER_MILLISECONDS / 1000)
        while not all(map(os.path.isdir, places)):
            sleep(_TOGETHER_MILLISECONDS / 1000)


def _changes(watchfiles: ModuleType, places: Sequence[str]) -> Iterator[AbstractSet[FileChange]]:
    """Yield changes, first an empty set. End if a watched directory is replaced or removed.

    Also end after a change of a name that is not valid UTF-8, because the other changes are then unknown.
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
            raise click.ClickException(f"cannot watch the directory: {reason(error)}") from None
    except RuntimeError:
        # watchfiles raises it only for names that are not valid UTF-8.
        return
