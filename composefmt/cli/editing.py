"""Shared by the commands that change files: options, the files of a run, and what is printed and written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypedDict, TypeVar

import click

from composefmt.cli.run import STDIN, count, style_for, write_utf8
from composefmt.reports.text import printable

if TYPE_CHECKING:
    from composefmt.edit.document import Document
    from composefmt.edit.edited_file import EditedFile
    from composefmt.edit.errors import EditError
    from composefmt.edit.project_edits import ProjectEdit
    from composefmt.edit.requests import Manner, Request
    from composefmt.edit.session import Session
    from composefmt.files.content import FileError
    from composefmt.options import Options

Command = TypeVar("Command", bound=Callable[..., object])

_MAX_NOTES = 10
# Another process may write the same file again and again.
_TRIES = 20

FILE_OPTION = click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    metavar="FILE",
    help='The Compose file, "-" for standard input (default: that of the project); repeatable for overrides.',
)
_OPTIONS = {
    "file": FILE_OPTION,
    "diff": click.option("--diff", is_flag=True, help="Do not write files; show the changes, and exit with 1 if there are any."),
    "dry-run": click.option("--dry-run", is_flag=True, help="Do not write files; exit with 1 if a file would change."),
    "follow": click.option(
        "--follow", is_flag=True, help="Change values where they are defined: at an anchor, in an extended service, in .env ..."
    ),
    "here": click.option("--here", is_flag=True, help="Write a value of its own in place of a shared one."),
    "force": click.option("--force", is_flag=True, help="Also write what is not valid for its field."),
    "string": click.option("--string", "as_string", is_flag=True, help="Values are strings: do not read numbers, lists or mappings."),
    "quiet": click.option("-q", "--quiet", is_flag=True, help="Only print errors and diffs."),
}


class Output(TypedDict):
    """The options for files and output, as Click passes them."""

    files: tuple[str, ...]
    diff: bool
    dry_run: bool
    quiet: bool


def editing_options(*names: str) -> Callable[[Command], Command]:
    """Add the options for files and output to a command, and some others by name."""

    def add(command: Command) -> Command:
        for name in reversed(("file", "diff", "dry-run", *names, "quiet")):
            command = _OPTIONS[name](command)
        return command

    return add


def options_of(path: str) -> Options:
    """Return the options of a file: its settings. Exit with an error if they are invalid."""
    from composefmt.files.content import FileError
    from composefmt.files.settings import settings_in_force
    from composefmt.options import Options

    try:
        settings = settings_in_force(path, None)
        return settings.options_for(path, Options()) if settings is not None else Options()
    except FileError as error:
        raise click.ClickException(printable(error.message)) from None


def chosen_files(files: tuple[str, ...]) -> list[str]:
    """Return the absolute paths of the files of a run, in the order of merging. Exit with an error if there are none."""
    from composefmt.cli.project_options import fail
    from composefmt.project.discovery import Wanted, find
    from composefmt.project.values import ProjectError

    if STDIN in files:
        if len(files) > 1:
            raise click.UsageError('"-" (standard input) cannot be mixed with other files.')
        return [STDIN]
    if files:
        return [os.path.abspath(path) for path in files]
    try:
        return [file.path for file in find(Wanted(), os.environ).files]
    except ProjectError as error:
        fail(error)


def env_files(files: list[str]) -> tuple[str, ...]:
    """Return the env files with the variables of a project: those that the environment names, else the one beside the first file."""
    named = [path for path in os.environ.get("COMPOSE_ENV_FILES", "").split(",") if path]
    if named or files == [STDIN]:
        return tuple(map(os.path.abspath, named))
    path = os.path.join(os.path.dirname(files[0]), ".env")
    return (path,) if os.path.isfile(path) else ()


def new_session() -> Session:
    """Return a session without documents."""
    from composefmt.edit.session import Session
    from composefmt.project.provenance import shown_path

    return Session(options_of, shown_path)


def change_values(output: Output, requests: Callable[[], list[Request]], manner: Manner) -> int:
    """Carry out requests; return the exit status. Exit with an error if a path is invalid."""
    from composefmt.edit.errors import EditError

    try:
        wanted = requests()
    except EditError as error:
        fail(error)
    return edit(output, manner, lambda project: project.run(wanted))


def edit(output: Output, manner: Manner, change: Callable[[ProjectEdit], None]) -> int:
    """Change files and write or show them; return the exit status. If a file changes meanwhile, its new content is changed."""
    from composefmt.edit.errors import EditError
    from composefmt.edit.project_edits import ProjectEdit
    from composefmt.edit.variables import Variables
    from composefmt.files.content import FileChanged, FileError

    files = chosen_files(output["files"])
    for tries_left in reversed(range(_TRIES)):
        session = new_session()
        try:
            if files == [STDIN]:
                session.documents[STDIN] = standard_input()
            project = ProjectEdit(session, files, manner, Variables(os.environ, env_files(files)))
            change(project)
            status = _finish(session, output, is_stream=files == [STDIN])
            if not output["quiet"]:
                _print_notes(project.notes)
            return status
        except FileChanged as error:
            if not tries_left:
                fail(error)
        except (EditError, FileError) as error:
            fail(error)
    raise AssertionError


def standard_input() -> Document:
    """Return the document of standard input. Raises EditError, FileError."""
    from composefmt.edit.document import Document
    from composefmt.files.content import read_stream

    return Document.of_bytes(read_stream(sys.stdin.buffer) if sys.stdin else b"", "<stdin>")


def _finish(session: Session, output: Output, *, is_stream: bool) -> int:
    """Write or show what was changed; return the exit status. Raises FileError."""
    changed = session.changed
    sizes = [(count(file.changed_lines, "line"), printable(file.filename)) for file in changed]
    writes = not output["diff"] and not output["dry_run"]
    if is_stream and writes:
        sys.stdout.buffer.write(session.documents[STDIN].data)
        return 0
    if writes:
        session.save()
    if output["diff"]:
        _show(changed)
    elif not output["quiet"]:
        for lines, name in sizes:
            click.echo(f"{'changed' if writes else 'would change'} {lines} in {name}", err=True)
        if not changed:
            click.echo("nothing to change", err=True)
    return 1 if changed and not writes else 0


def _show(changed: list[EditedFile]) -> None:
    write_utf8(sys.stdout)
    style = style_for(sys.stdout)
    for file in changed:
        sys.stdout.write(file.diff(style))


def _print_notes(notes: list[str]) -> None:
    """Print what was not changed although it may belong to a change."""
    for each in notes[:_MAX_NOTES]:
        click.echo(f"note: {printable(each)}", err=True)
    if len(notes) > _MAX_NOTES:
        click.echo(f"note: and {len(notes) - _MAX_NOTES} more", err=True)


def fail(error: EditError | FileError) -> NoReturn:
    """Print an error on one line and exit."""
    message = f"{error.message}; {error.advice}" if error.advice else error.message
    click.echo(f"error: {printable(' '.join(message.split()))}", err=True)
    raise click.exceptions.Exit(2)
