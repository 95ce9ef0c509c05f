"""The files of a run: read each, find its options, and take its result from the engine or the cache.

Everything here can be sent to another process. Failures are values, which the main process reports.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from composefmt.files.content import FileError, read_file
from composefmt.files.discovery import Missing
from composefmt.files.environment import environment_beside
from composefmt.files.settings import settings_in_force
from composefmt.filesystem.disk import OnDisk
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Chosen, Options
from composefmt.project.claims import variable_claims
from composefmt.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from composefmt.cli.cached_results import ResultKind
    from composefmt.files.cache import Cache

NO_NAME = "<stdin>"
_REPORT = "this is a bug in composefmt: please report it with this file"

# Opening the cache takes as long as processing this many files or bytes.
_FEW_FILES = 10
_FEW_BYTES = 30_000


class Work(NamedTuple):
    """The call for each file; without a `result_kind` its results are not cached."""

    call: Callable[[bytes, Options, str], Any]
    result_kind: ResultKind | None = None


class FileFailure(NamedTuple):
    """The reason why a file was not processed; see `FileError`. The rule "settings" means an error in its settings."""

    rule: str
    message: str
    advice: str = ""

    @classmethod
    def of(cls, error: FileError) -> FileFailure:
        """Return an exception as a value."""
        return cls(error.rule, error.message, error.advice)


class Outcome(NamedTuple):
    """The outcome for a file: its result or the reason for having none, and a new cache entry."""

    path: str
    data: bytes = b""
    result: Any = None
    failure: FileFailure | None = None
    entry: tuple[bytes, str] | None = None


class _Text(NamedTuple):
    """A file's content and everything else that its result depends on; `name` appears in messages."""

    path: str
    data: bytes
    options: Options
    name: str


class FileWork:
    """Processes files one at a time."""

    def __init__(self, work: Work, given: Chosen, config: str | None, cache: Cache | None = None) -> None:
        self.work = work
        self.given = given
        self.config = config
        self.cache = cache

    def __call__(self, paths: Sequence[str | Missing]) -> Iterator[Outcome]:
        """Yield the outcomes for some files, in order."""
        if self.cache is None or self.work.result_kind is None:
            yield from (self.done(self.read(path)) for path in paths)
            return
        from composefmt.cli.cached_results import key_for

        texts = [self.read(path) for path in paths]
        keys = [key_for(self.work.result_kind, *text[1:]) if isinstance(text, _Text) else b"" for text in texts]
        # One query for all is much faster.
        known = self.cache.get(keys)
        for text, key in zip(texts, keys, strict=True):
            yield self.done(text, key, known.get(key))

    def of_stream(self, path: str, data: bytes, name: str) -> Outcome:
        """Return the outcome for text from a stream; `name` appears in messages."""
        return self.done(self.text(path, data, name))

    def read(self, path: str | Missing) -> _Text | Outcome:
        """Read a file, or return the outcome that says why that failed."""
        if isinstance(path, Missing):
            return Outcome(path.path, failure=FileFailure("unreadable", path.message))
        try:
            return self.text(path, read_file(path), path)
        except FileError as error:
            return Outcome(path, failure=FileFailure.of(error))

    def text(self, path: str, data: bytes, name: str) -> _Text | Outcome:
        """Return content with its options, or the outcome that says what is invalid."""
        try:
            return _Text(path, data, self.options_for(name, data), name)
        except FileError as error:
            return Outcome(path, failure=FileFailure.of(error))

    def done(self, text: _Text | Outcome, key: bytes = b"", known: str | None = None) -> Outcome:
        """Return the outcome for content: the cached result if it is still valid, else a new one with a cache entry for the key."""
        if isinstance(text, Outcome):
            return text
        try:
            result = self.cached(text, known) if known is not None else None
            if result is not None:
                return Outcome(text.path, text.data, result)
            result = self.work.call(*text[1:])
            return Outcome(text.path, text.data, result, entry=self.entry(text, key, result) if key else None)
        except Exception as error:  # noqa: BLE001 (the other files must still be processed)
            return Outcome(text.path, failure=FileFailure("internal-error", _described(error), _REPORT))

    def cached(self, text: _Text, known: str) -> object | None:
        """Return the cached result, None if it is stale."""
        from composefmt.cli.cached_results import load_cached

        return load_cached(self.work.result_kind, known, *text[1:]) if self.work.result_kind is not None else None

    def entry(self, text: _Text, key: bytes, result: object) -> tuple[bytes, str] | None:
        """Return the cache entry for a new result."""
        from composefmt.cli.cached_results import to_store

        value = to_store(self.work.result_kind, result, text.options) if self.work.result_kind is not None else None
        return None if value is None else (key, value)

    def options_for(self, name: str, data: bytes) -> Options:
        """Return the options for one file: settings, overridden by the command line, with its surroundings and its `.env`.

        Raises FileError for invalid settings.
        """
        settings = settings_in_force(name, self.config)
        options = settings.options_for(name, Options()) if settings is not None else Options()
        # Text without a name has no directory.
        surroundings = Surroundings(OnDisk(), os.path.dirname(name)) if name != NO_NAME else None
        options = options._replace(surroundings=surroundings, **self.given)
        environment = environment_beside(surroundings, data, variable_claims(options, name)) if surroundings else {}
        return options._replace(environment=environment)


def worker_died(path: str | Missing) -> Outcome:
    """Return the outcome for a file whose worker died."""
    return Outcome(
        path.path if isinstance(path, Missing) else path,
        failure=FileFailure("internal-error", "the worker process was killed", "possibly out of memory; try --jobs 1"),
    )


def worth_caching(paths: Iterable[str | Missing]) -> bool:
    """Return whether processing some files takes longer than opening the cache."""
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
