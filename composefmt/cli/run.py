"""What the commands share: their options, colours, and the reading of files one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from typing import TextIO, TypedDict, TypeVar

import click

from composefmt.files.content import FileTrouble, read_file, read_stream
from composefmt.files.discovery import Missing, discover, reason
from composefmt.files.settings import Settings, read_settings, settings_for
from composefmt.files.surroundings import OnDisk, environment_beside
from composefmt.options import Chosen, Options
from composefmt.reports.text import COLOURED, PLAIN, Style, printable

Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., object])

STDIN = "-"
NO_NAME = "<stdin>"


def shared_options(command: Command) -> Command:
    """The arguments and options that every command on files takes."""
    for option in reversed(
        (
            click.argument("paths", nargs=-1, metavar="[PATHS]..."),
            click.option("--stdin-filename", metavar="NAME", help='The name to report for standard input (the path "-").'),
            click.option("--long-form", metavar="NAMES", help='Write these fields in long form (ports,volumes); "all" for all.'),
            click.option("--short-form", metavar="NAMES", help="Write these fields in short form where that loses nothing."),
            click.option("--order", type=click.Choice(["keep", "spec"]), help="Whether keys go in the order of the specification."),
            click.option("--engine", type=click.Choice(["compose", "swarm"]), help="What the files are for: swarm knows fewer long forms."),
            click.option("--max-range", type=click.IntRange(1), metavar="N", help="Expand port ranges of up to N ports (16)."),
            click.option("--write-defaults", is_flag=True, help="Also write what short forms leave to defaults (protocol: tcp)."),
            click.option(
                "--variables", type=click.Choice(["assume-scalar", "keep"]), help="Whether entries with variables may become long."
            ),
            click.option("--config", metavar="FILE", help="Use this settings file for all files, not the nearest one above each."),
            click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors and results."),
        )
    ):
        command = option(command)
    return command


class FormOptions(TypedDict):
    """The options about forms, as click passes them."""

    long_form: str | None
    short_form: str | None
    order: str | None
    engine: str | None
    max_range: int | None
    write_defaults: bool
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
    if variables is not None:
        given["variables"] = variables
    return given


def _fields(option: str, text: str) -> tuple[str, ...]:
    from composefmt.files.settings_model import field_problem

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        problem = field_problem(name, short=option == "--short-form")
        if problem:
            raise click.UsageError(f"{option}: {problem}")
    return names


class Inputs:
    """The files of a run, read one after the other; what can't be read is told, and the others are still done."""

    def __init__(self, paths: Sequence[str], given: Chosen, stdin_filename: str | None, config: str | None) -> None:
        self.paths = paths or (".",)
        self.given = given
        self.defaults = Options()
        self.stdin_filename = stdin_filename or NO_NAME
        self.config = config
        self.failed = 0
        self.told: set[str] = set()

    def __iter__(self) -> Iterator[tuple[str, bytes, Options]]:
        """Path, bytes and options of each file; the path is "-" for standard input."""
        if STDIN in self.paths:
            if len(self.paths) > 1:
                raise click.UsageError('"-" (standard input) cannot be mixed with other paths.')
            try:
                data = _standard_input()
            except FileTrouble as trouble:
                self.trouble(STDIN, trouble)
            else:
                try:
                    options = self.options_for(self.stdin_filename, data)
                except FileTrouble as trouble:
                    self.settings_trouble(trouble)
                else:
                    yield STDIN, data, options
            return
        for path in discover(self.paths):
            if isinstance(path, Missing):
                self.trouble(path.path, FileTrouble("unreadable", path.message))
                continue
            try:
                data = read_file(path)
            except FileTrouble as trouble:
                self.trouble(path, trouble)
                continue
            try:
                options = self.options_for(path, data)
            except FileTrouble as trouble:
                self.settings_trouble(trouble)
                continue
            yield path, data, options

    def options_for(self, path: str, data: bytes) -> Options:
        """The options for one file: the settings above it, over them the command line; its surroundings and its `.env`.

        Raises FileTrouble where the settings are wrong.
        """
        settings = self.settings_for(path)
        options = settings.options_for(path, self.defaults) if settings is not None else self.defaults
        # Text that has no name has no folder either.
        surroundings = OnDisk(os.path.dirname(path)) if path != NO_NAME else None
        environment = environment_beside(surroundings, data) if surroundings else {}
        return options._replace(environment=environment, surroundings=surroundings, **self.given)

    def settings_for(self, path: str) -> Settings | None:
        """The settings that hold for a file. Raises FileTrouble where they are wrong."""
        if not self.config:
            return settings_for(path)
        settings = read_settings(self.config)
        return settings._replace(folder=os.getcwd()) if settings is not None else None

    def settings_trouble(self, trouble: FileTrouble) -> None:
        """Tell that settings are wrong, once; the files that they hold for are left as they are."""
        self.failed += 1
        if trouble.message not in self.told:
            self.told.add(trouble.message)
            click.echo(f"error[{trouble.rule}] {printable(trouble.message)}", err=True)

    def trouble(self, path: str, trouble: FileTrouble) -> None:
        """Tell that a file could not be read, done or written."""
        self.failed += 1
        advice = f" ({trouble.advice})" if trouble.advice else ""
        click.echo(f"{printable(self.name(path))}: error[{trouble.rule}] {trouble.message}{advice}", err=True)

    def result_of(self, work: Callable[[bytes, Options, str], Result], path: str, data: bytes, options: Options) -> Result | None:
        """What the engine makes of a file; None, told, where it breaks: a mistake of ours must not stop the other files."""
        try:
            return work(data, options, self.name(path))
        except Exception as error:  # noqa: BLE001 (whatever it is, the next file is to be done)
            where = error.__traceback__
            while where and where.tb_next:
                where = where.tb_next
            place = f" ({os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno})" if where else ""
            message = printable(f"{type(error).__name__}: {error}"[:200]) + place
            self.trouble(path, FileTrouble("internal-error", message, "a mistake in composefmt: please report it with this file"))
            return None

    def name(self, path: str) -> str:
        """The name to report for a path."""
        return self.stdin_filename if path == STDIN else path


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
