"""One file of a run: it is read, its options are found, and the engine, or the cache, tells what becomes of it.

All of it can be sent to another process. What goes wrong is a value, for the process in charge to tell.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from composefmt.files.content import FileTrouble, read_file
from composefmt.files.discovery import Missing
from composefmt.files.settings import settings_in_force
from composefmt.files.surroundings import OnDisk, environment_beside
from composefmt.options import Chosen, Options
from composefmt.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from composefmt.cli.memory import Memory
    from composefmt.files.cache import Cache

NO_NAME = "<stdin>"
_REPORT = "a mistake in composefmt: please report it with this file"

# Opening the cache takes as long as so many files, or so many bytes.
_FEW_FILES = 10
_FEW_BYTES = 30_000


class Work(NamedTuple):
    """What the engine is to do with each file; without a `memory` its results are not kept."""

    call: Callable[[bytes, Options, str], Any]
    memory: Memory | None = None


class Trouble(NamedTuple):
    """Why nothing became of a file; see `FileTrouble`. With the rule "settings" the trouble is that of its settings."""

    rule: str
    message: str
    advice: str = ""

    @classmethod
    def of(cls, trouble: FileTrouble) -> Trouble:
        """The same, as a value."""
        return cls(trouble.rule, trouble.message, trouble.advice)


class Outcome(NamedTuple):
    """What became of a file: its result or what the trouble was, and what the cache is to keep."""

    path: str
    data: bytes = b""
    result: Any = None
    trouble: Trouble | None = None
    entry: tuple[bytes, str] | None = None


class FileWork:
    """Does the work on one file after the other."""

    def __init__(self, work: Work, given: Chosen, config: str | None, cache: Cache | None = None) -> None:
        self.work = work
        self.given = given
        self.config = config
        self.cache = cache

    def __call__(self, path: str | Missing) -> Outcome:
        """What becomes of a file."""
        if isinstance(path, Missing):
            return Outcome(path.path, trouble=Trouble("unreadable", path.message))
        try:
            data = read_file(path)
        except FileTrouble as trouble:
            return Outcome(path, trouble=Trouble.of(trouble))
        return self.done(path, data, path)

    def done(self, path: str, data: bytes, name: str) -> Outcome:
        """What becomes of a file that was read; `name` is what it is called."""
        try:
            options = self.options_for(name, data)
        except FileTrouble as trouble:
            return Outcome(path, trouble=Trouble.of(trouble))
        try:
            return self.remembered(path, data, options, name)
        except Exception as error:  # noqa: BLE001 (whatever it is, the next file is to be done)
            return Outcome(path, trouble=Trouble("internal-error", _described(error), _REPORT))

    def remembered(self, path: str, data: bytes, options: Options, name: str) -> Outcome:
        """The result that the cache knows, else a new one."""
        memory, cache = self.work.memory, self.cache
        if memory is None or cache is None:
            return Outcome(path, data, self.work.call(data, options, name))
        from composefmt.cli.memory import kept, key_for, recalled

        key = key_for(memory, data, options, name)
        known = cache.get(key)
        if known is not None:
            result = recalled(memory, known, data, options, name)
            if result is not None:
                return Outcome(path, data, result)
        result = self.work.call(data, options, name)
        text = kept(memory, result, options)
        return Outcome(path, data, result, entry=None if text is None else (key, text))

    def options_for(self, name: str, data: bytes) -> Options:
        """The options for one file: the settings above it, over them the command line; its surroundings and its `.env`.

        Raises FileTrouble where the settings are wrong.
        """
        settings = settings_in_force(name, self.config)
        options = settings.options_for(name, Options()) if settings is not None else Options()
        # Text that has no name has no folder either.
        surroundings = OnDisk(os.path.dirname(name)) if name != NO_NAME else None
        environment = environment_beside(surroundings, data) if surroundings else {}
        return options._replace(environment=environment, surroundings=surroundings, **self.given)


def lost(path: str | Missing) -> Outcome:
    """What became of a file whose worker died."""
    return Outcome(
        path.path if isinstance(path, Missing) else path,
        trouble=Trouble("internal-error", "the process that worked on it was ended", "by somebody, or for want of memory; try --jobs 1"),
    )


def is_much(paths: Iterable[str | Missing]) -> bool:
    """Whether the work on some files takes longer than opening the cache."""
    count = size = 0
    for path in paths:
        count += 1
        if isinstance(path, str):
            try:
                size += os.stat(path).st_size
            except OSError:
                continue
        if count >= _FEW_FILES or size >= _FEW_BYTES:
            return True
    return False


def _described(error: Exception) -> str:
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f" ({os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno})" if where else ""
    return printable(f"{type(error).__name__}: {error}"[:200]) + place
