"""Options, colors and file processing that the commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO, TypedDict, TypeVar

import click

from composefmt.cli.file_work import NO_NAME, FileFailure, FileWork, Outcome, Work, worker_died, worth_caching
from composefmt.cli.progress import Progress
from composefmt.cli.workers import default_jobs, ordered_results
from composefmt.files.content import FileError, read_stream, reason
from composefmt.files.discovery import Missing, discover
from composefmt.files.exclusion import Exclusion
from composefmt.options import Chosen
from composefmt.reports.text import COLORED, PLAIN, Style, printable

if TYPE_CHECKING:
    from composefmt.files.cache import Cache

Command = TypeVar("Command", bound=Callable[..., object])

STDIN = "-"


def shared_options(command: Command) -> Command:
    """Add the arguments and options of every command on files."""
    for option in reversed(
        (
            click.argument("paths", nargs=-1, metavar="[PATHS]..."),
            click.option("--stdin-filename", metavar="NAME", help='The name to report for standard input (the path "-").'),
            click.option("--long-form", metavar="NAMES", help='Fields to write in long form; "all" for all (default: ports,volumes).'),
            click.option("--short-form", metavar="NAMES", help="Fields to write in short form if nothing is lost (default: none)."),
            click.option(
                "--order",
                metavar="ORDER",
                help="Key order: keep, spec (Compose Specification), dclint, or service keys: image,...,deploy (default: keep).",
            ),
            click.option(
                "--engine",
                type=click.Choice(["compose", "swarm"]),
                help="Target platform: Docker Compose or Swarm (docker stack deploy) (default: compose).",
            ),
            click.option("--max-range", type=click.IntRange(1), metavar="N", help="Expand port ranges of up to N ports (default: 6)."),
            click.option(
                "--mount-options",
                type=click.Choice(["exact", "brief"]),
                help="exact: preserve the configuration hash; brief: omit mount defaults, recreating containers once (default: exact).",
            ),
            click.option("--write-defaults", is_flag=True, help="Also write the defaults that short forms imply (protocol: tcp)."),
            click.option(
                "--variables",
                type=click.Choice(["assume-scalar", "keep"]),
                help="assume-scalar: also expand entries with variables; keep: leave them short (default: assume-scalar).",
            ),
            click.option("--exclude", multiple=True, metavar="PATTERN", help="Patterns to exclude; replaces the configured ones."),
            click.option(
                "--extend-exclude", multiple=True, metavar="PATTERN", help="Patterns to exclude in addition to the configured ones."
            ),
            click.option("--force-exclude", is_flag=True, help="Apply exclusions to paths named on the command line, too."),
            click.option("--config", metavar="FILE", help="Settings file for all files (default: the nearest one above each file)."),
            click.option("-q", "--quiet", is_flag=True, help="Only print results and errors."),
        )
    ):
        command = option(command)
    return command


class SpeedOptions(TypedDict):
    """The options for workers and the cache, as Click passes them; `jobs` is None for automatic."""

    jobs: int | None
    no_cache: bool
    cache_dir: str | None


def speed_options(command: Command) -> Command:
    """Add the options for workers and the cache."""
    for option in (
        click.option(
            "--cache-dir", metavar="DIR", envvar="COMPOSEFMT_CACHE_DIR", help="Cache directory (default: below the user's cache directory)."
        ),
        click.option("--no-cache", is_flag=True, envvar="COMPOSEFMT_NO_CACHE", help="Disable the cache."),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1),
            metavar="N",
            envvar="COMPOSEFMT_JOBS",
            help="Number of worker processes (default: automatic).",
        ),
    ):
        command = option(command)
    return command


class FormOptions(TypedDict):
    """The options for forms and exclusions, as Click passes them."""

    exclude: tuple[str, ...]
    extend_exclude: tuple[str, ...]
    force_exclude: bool
    long_form: str | None
    short_form: str | None
    order: str | None
    engine: str | None
    max_range: int | None
    write_defaults: bool
    mount_options: str | None
    variables: str | None


def given_options(options: FormOptions) -> Chosen:
    """Return the options given on the command line that settings have as well. Raises click.UsageError."""
    given = Chosen()
    if options["long_form"] is not None:
        given["long_form"] = _fields("--long-form", options["long_form"])
    if options["short_form"] is not None:
        given["short_form"] = _fields("--short-form", options["short_form"])
    if options["order"] is not None:
        given["order"] = _order(options["order"])
    if options["engine"] is not None:
        given["engine"] = options["engine"]
    max_range, variables, write_defaults = options["max_range"], options["variables"], options["write_defaults"]
    if max_range is not None:
        given["max_range"] = max_range
    if write_defaults:
        given["write_defaults"] = True
    if options["mount_options"] is not None:
        given["mount_options"] = options["mount_options"]
    if variables is not None:
        given["variables"] = variables
    return given


class InputOptions(FormOptions, SpeedOptions):
    """The options of all commands on files."""


def exclusion_of(options: FormOptions, config: str | None) -> Exclusion:
    """Return the exclusions of the settings and the command line."""
    return Exclusion(config, options["exclude"], options["extend_exclude"], force=options["force_exclude"])


def _order(text: str) -> str | tuple[str, ...]:
    from composefmt.compose.spec_order import PRESETS, order_problem

    if text == "keep" or text in PRESETS:
        return text
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if problem := order_problem(keys):
        raise click.UsageError(f"--order: {problem}; use keep, {', '.join(PRESETS)}, or a list of service keys")
    return keys


def _fields(option: str, text: str) -> tuple[str, ...]:
    from composefmt.files.settings_model import field_problem

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        problem = field_problem(name, short=option == "--short-form")
        if problem:
            raise click.UsageError(f"{option}: {problem}")
    return names


class FileRun:
    """The files of a run and their results; a file that cannot be read is reported, and the run continues."""

    def __init__(
        self,
        paths: Sequence[str],
        given: Chosen,
        stdin_filename: str | None,
        config: str | None,
        speed: SpeedOptions,
        *,
        exclusion: Exclusion | None = None,
        quiet: bool = False,
    ) -> None:
        self.paths = paths or (".",)
        self.given = given
        self.stdin_filename = stdin_filename or NO_NAME
        self.config = config
        self.speed = speed
        self.exclusion = exclusion or Exclusion(config)
        # Standard input that is excluded; commands that print text return it unchanged.
        self.excluded_input = b""
        self.quiet = quiet
        self.failed = 0
        self.reported: set[str] = set()
        self.progress = Progress(shown=False)
        # With a restricted run: the real paths of the files, or of directories above them.
        self.only: frozenset[str] | None = None

    def results(self, work: Work) -> Iterator[tuple[str, bytes, Any]]:
        """Yield path, bytes and result of each file, in order, and print errors; the path is "-" for standard input."""
        if STDIN in self.paths:
            if len(self.paths) > 1:
                raise click.UsageError('"-" (standard input) cannot be mixed with other paths.')
            outcomes: Iterable[Outcome] = self.from_standard_input(work)
        else:
            outcomes = self.from_files(work)
        for outcome in outcomes:
            if outcome.failure is None:
                yield outcome.path, outcome.data, outcome.result
            elif outcome.failure.rule == "settings":
                self.report_settings_error(outcome.failure.message)
            else:
                self.report_failure(outcome.path, outcome.failure)

    def from_standard_input(self, work: Work) -> list[Outcome]:
        """Return the outcome for standard input; nothing if it is excluded."""
        try:
            data = _standard_input()
        except FileError as error:
            return [Outcome(STDIN, failure=FileFailure.of(error))]
        if self.exclusion.names(self.stdin_filename):
            self.excluded_input = data
            return []
        return [FileWork(work, self.given, self.config).of_stream(STDIN, data, self.stdin_filename)]

    def from_files(self, work: Work) -> Iterator[Outcome]:
        """Yield the outcome of each file."""
        found = list(discover(self.paths, self.exclusion))
        if self.only is not None:
            found = [path for path in found if isinstance(path, str) and _stands_in(os.path.realpath(path), self.only)]
        jobs = self.speed["jobs"] or default_jobs(len(found))
        cache = self.cache(work, found)
        new: list[tuple[bytes, str]] = []
        self.progress = Progress(shown=not self.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb", total=len(found))
        for outcome in ordered_results(FileWork(work, self.given, self.config, cache), found, jobs, worker_died):
            self.progress.step()
            if outcome.entry is not None:
                new.append(outcome.entry)
            yield outcome
        self.progress.clear()
        if cache is not None:
            cache.put(new)

    def cache(self, work: Work, found: Sequence[str | Missing]) -> Cache | None:
        """Return the cache; None if it is disabled or slower than the work itself."""
        if self.speed["no_cache"] or work.result_kind is None or not worth_caching(found):
            return None
        from composefmt.files.cache import Cache, cache_directory

        folder = self.speed["cache_dir"] or cache_directory(os.environ)
        return Cache(folder) if folder else None

    def report_settings_error(self, message: str, rule: str = "settings") -> None:
        """Print an error in settings, or in a file that they name, once; the files they apply to are skipped."""
        self.failed += 1
        if message not in self.reported:
            self.reported.add(message)
            self.progress.clear()
            click.echo(f"error[{rule}] {printable(message)}", err=True)

    def report_failure(self, path: str, error: FileError | FileFailure) -> None:
        """Print that a file could not be read, processed or written."""
        self.failed += 1
        self.progress.clear()
        advice = f" ({error.advice})" if error.advice else ""
        click.echo(f"{printable(self.name(path))}: error[{error.rule}] {error.message}{advice}", err=True)

    def name(self, path: str) -> str:
        """Return the name to report for a path."""
        return self.stdin_filename if path == STDIN else path


def _stands_in(path: str, only: frozenset[str]) -> bool:
    """Return whether `only` contains a path or a directory above it."""
    while path not in only:
        above = os.path.dirname(path)
        if above == path:
            return False
        path = above
    return True


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise FileError("unreadable", "standard input is closed")
    try:
        return read_stream(sys.stdin.buffer)
    except OSError as error:
        raise FileError("unreadable", reason(error)) from None


def style_for(stream: TextIO) -> Style:
    """Return the colors for a stream: for terminals unless NO_COLOR is set, or if FORCE_COLOR is set (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return PLAIN
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return COLORED
    return COLORED if stream.isatty() and os.environ.get("TERM") != "dumb" else PLAIN


def write_utf8(stream: TextIO) -> None:
    """Switch a stream to UTF-8, because machine-readable output must not depend on the terminal."""
    if isinstance(stream, TextIOWrapper):
        # Unpaired surrogates (of file names) become escapes, which JSON supports.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def count(number: int, noun: str) -> str:
    """Return a number and its noun: `1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
