"""Results of earlier runs: one SQLite file in the user's cache directory.

SQLite provides what a cache shared by several processes needs: a write is complete or absent, whenever a process is
killed. Nothing here fails: if the cache cannot be read or written, composefmt works without it.
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
# Files beside the database that a killed process may leave.
_FILES = (_NAME, f"{_NAME}-journal", f"{_NAME}-wal", f"{_NAME}-shm")
# Another process that writes takes milliseconds.
_PATIENCE_SECONDS = 1.0
_DAY_SECONDS = 86_400
_KEPT_DAYS = 30
_MAX_BYTES = 200_000_000


def cache_directory(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """Return the cache directory: COMPOSEFMT_CACHE_DIR, or the platform's default; None on a platform without one."""
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
    """Texts by key. Each process opens the file on first use."""

    def __init__(self, directory: str) -> None:
        self._path = os.path.join(directory, _NAME)
        self._connection: Connection | None = None
        self._owner = 0
        self._usable = True

    def get(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        """Return the stored texts of some keys, at most a few hundred."""
        if not self._usable:
            return {}
        try:
            import sqlite3
        except ImportError:
            self._usable = False
            return {}
        try:
            # Reading must not create the file.
            self._usable = self._connection is not None or os.path.exists(self._path)
            if self._usable:
                places = ",".join("?" * len(keys))
                rows = self._connected().execute(f"SELECT key, value FROM results WHERE key IN ({places})", keys)  # noqa: S608
                return {key: value for key, value in rows if isinstance(value, str)}
        except (sqlite3.Error, OSError, ValueError):
            # Damaged, not a cache, or locked for too long.
            self._usable = False
        return {}

    def put(self, entries: Iterable[tuple[bytes, str]]) -> None:
        """Store some texts, all or none of them; old entries are dropped."""
        # Writing in SQLite's own order saves a third of the time.
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
                # Not writable, or locked for too long.
                return
            except sqlite3.DatabaseError:
                # A damaged file, or not a database: it is created anew.
                self._forget()
            except (OSError, ValueError):
                return

    def _put(self, rows: list[tuple[bytes, str, int]]) -> None:
        directory = os.path.dirname(self._path)
        os.makedirs(directory, mode=0o700, exist_ok=True)
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
        """The connection of this process: a connection must not be used after a fork."""
        if self._connection is None or self._owner != os.getpid():
            from sqlite3 import connect

            self._connection = connect(self._path, timeout=_PATIENCE_SECONDS, isolation_level=None)
            self._owner = os.getpid()
            # A power failure may damage the file, which is then created anew.
            self._connection.execute("PRAGMA synchronous = OFF")
        return self._connection


def clean(directory: str) -> bool:
    """Remove the cache; return whether there was one. Raises OSError if it cannot be removed."""
    paths = [path for path in (os.path.join(directory, name) for name in _FILES) if os.path.lexists(path)]
    for path in paths:
        os.unlink(path)
    # Other files in the directory are not ours.
    with suppress(OSError):
        os.rmdir(directory)
    return bool(paths)
