"""What the commands share: their options, colours, and the work on files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO, TypedDict, TypeVar

import click

from composefmt.cli.file_work import NO_NAME, FileWork, Outcome, Trouble, Work, is_much, lost
from composefmt.cli.progress import Progress
from composefmt.cli.workers import default_jobs, in_order
from composefmt.files.content import FileTrouble, read_stream
from composefmt.files.discovery import Missing, discover, reason
from composefmt.files.exclusion import Exclusion
from composefmt.options import Chosen
from composefmt.reports.text import COLOURED, PLAIN, Style, printable

if TYPE_CHECKING:
    from composefmt.files.cache import Cache

Command = TypeVar("Command", bound=Callable[..., object])

STDIN = "-"


def shared_options(command: Command) -> Command:
    """The arguments and options that every command on files takes."""
    for option in reversed(
        (
            click.argument("paths", nargs=-1, metavar="[PATHS]..."),
            click.option("--stdin-filename", metavar="NAME", help='The name to report for standard input (the path "-").'),
            click.option("--long-form", metavar="NAMES", help='The fields to write in long form, "all" for all (default: ports,volumes).'),
            click.option(
                "--short-form", metavar="NAMES", help="The fields to write in short form where that loses nothing (default: none)."
            ),
            click.option(
                "--order",
                type=click.Choice(["keep", "spec"]),
                help="keep: keys stay in their order; spec: they go in that of the specification (default: keep).",
            ),
            click.option(
                "--engine",
                type=click.Choice(["compose", "swarm"]),
                help="What the files are for: swarm knows fewer long forms (default: compose).",
            ),
            click.option("--max-range", type=click.IntRange(1), metavar="N", help="Expand port ranges of up to N ports (default: 16)."),
            click.option(
                "--mount-options",
                type=click.Choice(["exact", "brief"]),
                help="exact: keep Docker's configuration hash; brief: omit default options of mounts (default: exact).",
            ),
            click.option("--write-defaults", is_flag=True, help="Also write what short forms leave to defaults (protocol: tcp)."),
            click.option(
                "--variables",
                type=click.Choice(["assume-scalar", "keep"]),
                help="assume-scalar: entries with variables become long, too; keep: they stay short (default: assume-scalar).",
            ),
            click.option("--exclude", multiple=True, metavar="PATTERN", help="Do not look at these below folders; replaces the settings'."),
            click.option("--extend-exclude", multiple=True, metavar="PATTERN", help="Do not look at these below folders, either."),
            click.option("--force-exclude", is_flag=True, help="Exclude files that are named, too."),
            click.option("--config", metavar="FILE", help="Use this settings file for all files, not the nearest one above each."),
            click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors and results."),
        )
    ):
        command = option(command)
    return command


class SpeedOptions(TypedDict):
    """The options about workers and the cache, as click passes them; `jobs` is None where composefmt is to choose."""

    jobs: int | None
    no_cache: bool
    cache_dir: str | None


def speed_options(command: Command) -> Command:
    """The options about workers and the cache."""
    for option in (
        click.option(
            "--cache-dir", metavar="FOLDER", envvar="COMPOSEFMT_CACHE_DIR", help="Where results are kept (default: in your cache folder)."
        ),
        click.option("--no-cache", is_flag=True, envvar="COMPOSEFMT_NO_CACHE", help="Neither use nor keep results of other runs."),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1),
            metavar="N",
            envvar="COMPOSEFMT_JOBS",
            help="Work in N processes (default: as many as pay off).",
        ),
    ):
        command = option(command)
    return command


class FormOptions(TypedDict):
    """The options about forms and about what is excluded, as click passes them."""

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
    """What the command line says of the options that settings have as well. Raises click.UsageError."""
    given = Chosen()
    if options["long_form"] is not None:
        given["long_form"] = _fields("--long-form", options["long_form"])
    if options["short_form"] is not None:
        given["short_form"] = _fields("--short-form", options["short_form"])
    if options["order"] is not None:
        given["order"] = options["order"]
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
    """The options of all commands that work on files."""


def exclusion_of(options: FormOptions, config: str | None) -> Exclusion:
    """What the settings and the command line exclude."""
    return Exclusion(config, options["exclude"], options["extend_exclude"], force=options["force_exclude"])


def _fields(option: str, text: str) -> tuple[str, ...]:
    from composefmt.files.settings_model import field_problem

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        problem = field_problem(name, short=option == "--short-form")
        if problem:
            raise click.UsageError(f"{option}: {problem}")
    return names


class Inputs:
    """The files of a run and what the engine makes of them; what can't be read is told, and the others are still done."""

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
        # What came by standard input, where that is excluded: who wants text back gets it as it was.
        self.left_alone = b""
        self.quiet = quiet
        self.failed = 0
        self.told: set[str] = set()
        self.progress = Progress(shown=False)
        # Where only some of the files are asked for: their real paths, or those of folders above them.
        self.only: frozenset[str] | None = None

    def results(self, work: Work) -> Iterator[tuple[str, bytes, Any]]:
        """Path, bytes and result of each file, in order; the path is "-" for standard input. What went wrong is told."""
        if STDIN in self.paths:
            if len(self.paths) > 1:
                raise click.UsageError('"-" (standard input) cannot be mixed with other paths.')
            outcomes: Iterable[Outcome] = self.from_standard_input(work)
        else:
            outcomes = self.from_files(work)
        for outcome in outcomes:
            if outcome.trouble is None:
                yield outcome.path, outcome.data, outcome.result
            elif outcome.trouble.rule == "settings":
                self.settings_trouble(outcome.trouble.message)
            else:
                self.trouble(outcome.path, outcome.trouble)

    def from_standard_input(self, work: Work) -> list[Outcome]:
        """What is made of standard input; nothing, where that is excluded."""
        try:
            data = _standard_input()
        except FileTrouble as trouble:
            return [Outcome(STDIN, trouble=Trouble.of(trouble))]
        if self.exclusion.names(self.stdin_filename):
            self.left_alone = data
            return []
        return [FileWork(work, self.given, self.config).of_stream(STDIN, data, self.stdin_filename)]

    def from_files(self, work: Work) -> Iterator[Outcome]:
        """What is made of each file."""
        found = list(discover(self.paths, self.exclusion))
        if self.only is not None:
            found = [path for path in found if isinstance(path, str) and _stands_in(os.path.realpath(path), self.only)]
        jobs = self.speed["jobs"] or default_jobs(len(found))
        cache = self.cache(work, found)
        new: list[tuple[bytes, str]] = []
        self.progress = Progress(shown=not self.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb", total=len(found))
        for outcome in in_order(FileWork(work, self.given, self.config, cache), found, jobs, lost):
            self.progress.step()
            if outcome.entry is not None:
                new.append(outcome.entry)
            yield outcome
        self.progress.clear()
        if cache is not None:
            cache.put(new)

    def cache(self, work: Work, found: Sequence[str | Missing]) -> Cache | None:
        """The cache, where there is one and using it takes less time than the work itself."""
        if self.speed["no_cache"] or work.memory is None or not is_much(found):
            return None
        from composefmt.files.cache import Cache, cache_folder

        folder = self.speed["cache_dir"] or cache_folder(os.environ)
        return Cache(folder) if folder else None

    def settings_trouble(self, message: str, rule: str = "settings") -> None:
        """Tell that settings, or a file that they name, are wrong, once; the files that they hold for are left as they are."""
        self.failed += 1
        if message not in self.told:
            self.told.add(message)
            self.progress.clear()
            click.echo(f"error[{rule}] {printable(message)}", err=True)

    def trouble(self, path: str, trouble: FileTrouble | Trouble) -> None:
        """Tell that a file could not be read, done or written."""
        self.failed += 1
        self.progress.clear()
        advice = f" ({trouble.advice})" if trouble.advice else ""
        click.echo(f"{printable(self.name(path))}: error[{trouble.rule}] {trouble.message}{advice}", err=True)

    def name(self, path: str) -> str:
        """The name to report for a path."""
        return self.stdin_filename if path == STDIN else path


def _stands_in(path: str, only: frozenset[str]) -> bool:
    """Whether a path, or a folder above it, is one of some."""
    while path not in only:
        above = os.path.dirname(path)
        if above == path:
            return False
        path = above
    return True


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise FileTrouble("unreadable", "standard input is closed")
    try:
        return read_stream(sys.stdin.buffer)
    except OSError as error:
        raise FileTrouble("unreadable", reason(error)) from None


def style_for(stream: TextIO) -> Style:
    """Colours where NO_COLOR is not set and a person looks, or where FORCE_COLOR asks for them (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return PLAIN
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return COLOURED
    return COLOURED if stream.isatty() and os.environ.get("TERM") != "dumb" else PLAIN


def write_utf8(stream: TextIO) -> None:
    """Have a stream written in UTF-8 whatever the terminal speaks: what programs read must not depend on it."""
    if isinstance(stream, TextIOWrapper):
        # What is no character (of a file name) becomes an escape, which JSON has too.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def count(number: int, noun: str) -> str:
    """A number and its noun: `1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
