"""What is known of files from earlier runs: one SQLite file in the user's cache folder.

SQLite does what a cache for several processes at once needs: what is written is there as a whole or not at all, whoever
is killed on the way. Nothing here ever fails: where the cache cannot be read or written, there is none.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from time import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from sqlite3 import Connection

_NAME = "results.sqlite3"
# What came with it or is left of it, where a process was killed.
_FILES = (_NAME, f"{_NAME}-journal", f"{_NAME}-wal", f"{_NAME}-shm")
# Another process that writes takes milliseconds.
_PATIENCE_SECONDS = 1.0
_DAY_SECONDS = 86_400
_KEPT_DAYS = 30
_MAX_BYTES = 200_000_000


def cache_folder(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """The folder for the cache: COMPOSEFMT_CACHE_DIR, or where the platform keeps such things; None where that is not known."""
    chosen = environment.get("COMPOSEFMT_CACHE_DIR")
    if chosen:
        return chosen
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return os.path.join(local, "composefmt", "Cache") if local else None
    home = environment.get("HOME") or os.path.expanduser("~")
    xdg = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):
        return os.path.join(xdg, "composefmt") if os.path.isabs(xdg) else None
    caches = os.path.join(home, "Library", "Caches") if platform == "darwin" else os.path.join(home, ".cache")
    return os.path.join(xdg if os.path.isabs(xdg) else caches, "composefmt")


class Cache:
    """Texts by key. Each process that uses it opens the file for itself, when it first needs it."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, _NAME)
        self._connection: Connection | None = None
        self._owner = 0
        self._usable = True

    def get(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        """What is known under some keys, by key; of some hundred at most."""
        if not self._usable:
            return {}
        try:
            import sqlite3
        except ImportError:
            self._usable = False
            return {}
        try:
            # Reading makes no file.
            self._usable = self._connection is not None or os.path.exists(self._path)
            if self._usable:
                places = ",".join("?" * len(keys))
                rows = self._connected().execute(f"SELECT key, value FROM results WHERE key IN ({places})", keys)  # noqa: S608
                return {key: value for key, value in rows if isinstance(value, str)}
        except (sqlite3.Error, OSError, ValueError):
            # Damaged, none of ours, or locked for longer than we wait.
            self._usable = False
        return {}

    def put(self, entries: Iterable[tuple[bytes, str]]) -> None:
        """Remember some texts, all or none of them; what is old is forgotten."""
        # In the order in which SQLite keeps them, it is done in two thirds of the time.
        rows = [(key, value, int(time() // _DAY_SECONDS)) for key, value in sorted(entries)]
        try:
            import sqlite3
        except ImportError:
            return
        for _ in range(2 if rows else 0):
            try:
                self._put(rows)
                return
            except sqlite3.OperationalError:
                # It may not be written, or somebody else writes for longer than we wait.
                return
            except sqlite3.DatabaseError:
                # A damaged file, or none of SQLite's: it is made anew, since a cache is no loss.
                self._forget()
            except (OSError, ValueError):
                return

    def _put(self, rows: list[tuple[bytes, str, int]]) -> None:
        folder = os.path.dirname(self._path)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.path.exists(self._path) and os.path.getsize(self._path) > _MAX_BYTES:
            self._forget()
        connection = self._connected()
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value TEXT, day INTEGER) WITHOUT ROWID")
            connection.execute("DELETE FROM results WHERE day < ?", (rows[0][2] - _KEPT_DAYS,))
            connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        for name in _FILES:
            with suppress(OSError):
                os.unlink(os.path.join(os.path.dirname(self._path), name))

    def _connected(self) -> Connection:
        """The connection of this process: one that was opened before a fork must not be used after it."""
        if self._connection is None or self._owner != os.getpid():
            from sqlite3 import connect

            self._connection = connect(self._path, timeout=_PATIENCE_SECONDS, isolation_level=None)
            self._owner = os.getpid()
            # After a power failure the file may be damaged, and is then made anew.
            self._connection.execute("PRAGMA synchronous = OFF")
        return self._connection


def clean(folder: str) -> bool:
    """Remove the cache; whether there was one. Raises OSError where it cannot be removed."""
    paths = [path for path in (os.path.join(folder, name) for name in _FILES) if os.path.lexists(path)]
    for path in paths:
        os.unlink(path)
    # Other files in the folder are not ours.
    with suppress(OSError):
        os.rmdir(folder)
    return bool(paths)
