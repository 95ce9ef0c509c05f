"""The files of a run: read each, find its options, and take its result from the engine or the cache.

Everything here can be sent to another process. Failures are values, which the main process reports.
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
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from composefmt.cli.cached_results import ResultKind
    from composefmt.files.cache import Cache

NO_NAME = "<stdin>"
_REPORT = "a mistake in composefmt: please report it with this file"

# Opening the cache takes as long as so many files, or so many bytes.
_FEW_FILES = 10
_FEW_BYTES = 30_000


class Work(NamedTuple):
    """What the engine is to do with each file; without a `result_kind` its results are not kept."""

    call: Callable[[bytes, Options, str], Any]
    result_kind: ResultKind | None = None


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


class _Text(NamedTuple):
    """A file that was read, and all that its result depends on; `name` is what it is called."""

    path: str
    data: bytes
    options: Options
    name: str


class FileWork:
    """Does the work on one file after the other."""

    def __init__(self, work: Work, given: Chosen, config: str | None, cache: Cache | None = None) -> None:
        self.work = work
        self.given = given
        self.config = config
        self.cache = cache

    def __call__(self, paths: Sequence[str | Missing]) -> Iterator[Outcome]:
        """What becomes of some files, in order."""
        if self.cache is None or self.work.result_kind is None:
            yield from (self.done(self.read(path)) for path in paths)
            return
        from composefmt.cli.cached_results import key_for

        texts = [self.read(path) for path in paths]
        keys = [key_for(self.work.result_kind, *text[1:]) if isinstance(text, _Text) else b"" for text in texts]
        # To ask for all at once takes a fraction of the time.
        known = self.cache.get(keys)
        for text, key in zip(texts, keys, strict=True):
            yield self.done(text, key, known.get(key))

    def of_stream(self, path: str, data: bytes, name: str) -> Outcome:
        """What becomes of a text that came by a stream; `name` is what it is called."""
        return self.done(self.text(path, data, name))

    def read(self, path: str | Missing) -> _Text | Outcome:
        """A file's text, or the trouble with it."""
        if isinstance(path, Missing):
            return Outcome(path.path, trouble=Trouble("unreadable", path.message))
        try:
            return self.text(path, read_file(path), path)
        except FileTrouble as trouble:
            return Outcome(path, trouble=Trouble.of(trouble))

    def text(self, path: str, data: bytes, name: str) -> _Text | Outcome:
        """A text with its options, or the trouble with them."""
        try:
            return _Text(path, data, self.options_for(name, data), name)
        except FileTrouble as trouble:
            return Outcome(path, trouble=Trouble.of(trouble))

    def done(self, text: _Text | Outcome, key: bytes = b"", known: str | None = None) -> Outcome:
        """What becomes of a text: what is known of it if that still holds, else a new result, to be kept under the key if there is one."""
        if isinstance(text, Outcome):
            return text
        try:
            result = self.remembered(text, known) if known is not None else None
            if result is not None:
                return Outcome(text.path, text.data, result)
            result = self.work.call(*text[1:])
            return Outcome(text.path, text.data, result, entry=self.entry(text, key, result) if key else None)
        except Exception as error:  # noqa: BLE001 (whatever it is, the next file is to be done)
            return Outcome(text.path, trouble=Trouble("internal-error", _described(error), _REPORT))

    def remembered(self, text: _Text, known: str) -> object | None:
        """The result that the cache knows, None where it no longer holds."""
        from composefmt.cli.cached_results import load_cached

        return load_cached(self.work.result_kind, known, *text[1:]) if self.work.result_kind is not None else None

    def entry(self, text: _Text, key: bytes, result: object) -> tuple[bytes, str] | None:
        """What the cache is to keep of a new result."""
        from composefmt.cli.cached_results import to_store

        value = to_store(self.work.result_kind, result, text.options) if self.work.result_kind is not None else None
        return None if value is None else (key, value)

    def options_for(self, name: str, data: bytes) -> Options:
        """The options for one file: the settings above it, over them the command line; its surroundings and its `.env`.

        Raises FileTrouble where the settings are wrong.
        """
        settings = settings_in_force(name, self.config)
        options = settings.options_for(name, Options()) if settings is not None else Options()
        # Text without a name has no directory.
        surroundings = OnDisk(os.path.dirname(name)) if name != NO_NAME else None
        environment = environment_beside(surroundings, data) if surroundings else {}
        return options._replace(environment=environment, surroundings=surroundings, **self.given)


def lost(path: str | Missing) -> Outcome:
    """What became of a file whose worker died."""
    return Outcome(
        path.path if isinstance(path, Missing) else path,
        trouble=Trouble("internal-error", "the process that worked on it was ended", "by somebody, or for want of memory; try --jobs 1"),
    )


def worth_caching(paths: Iterable[str | Missing]) -> bool:
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
