"""The choice of a report and its destination."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from errno import EISDIR
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import click

from composefmt.cli.run import style_for, write_utf8
from composefmt.files.content import FileError, reason, write_output
from composefmt.files.names import COMPOSE_NAME
from composefmt.reports import FOR_PEOPLE, Report, report_named
from composefmt.reports.text import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from composefmt.findings import Found


class ChosenReport(NamedTuple):
    """A report, whether it is for people, and whether it marks unsafe fixes."""

    report: Report
    for_people: bool
    unsafe: bool = False


def chosen_report(output_format: str | None, output_file: str | None, *, statistics: bool, unsafe: bool) -> ChosenReport:
    """Return the requested report; by default annotations in GitHub Actions. Raises click.UsageError."""
    if statistics:
        from composefmt.reports import statistics as counts

        if output_format not in (None, "text", "json"):
            raise click.UsageError(f"--statistics are text or json, not {output_format}.")
        return ChosenReport(counts.as_json if output_format == "json" else counts.report, output_format != "json")
    if output_format is None and output_file is None and os.environ.get("GITHUB_ACTIONS") == "true":
        output_format = "github"
    name = output_format or "text"
    return ChosenReport(report_named(name), name in FOR_PEOPLE, unsafe)


def write_report(found: Iterable[Found], chosen: ChosenReport, output_file: str | None, out: TextIO) -> None:
    """Write a report of the findings as they arrive, to a file or to `out`. Raises click.ClickException if that fails."""
    with _destination(output_file, out) as stream:
        if not chosen.for_people or output_file:
            write_utf8(stream)
        style = PLAIN if output_file else style_for(stream)
        for piece in chosen.report(found, style._replace(unsafe=chosen.unsafe)):
            stream.write(piece)
        stream.flush()


@contextmanager
def _destination(output_file: str | None, out: TextIO) -> Iterator[TextIO]:
    if output_file is None:
        yield out
        return
    with writable(output_file, "--output-file") as stream:
        yield stream


@contextmanager
def writable(path: str, option: str, *, may_be_compose: bool = False) -> Iterator[TextIO]:
    """Open a file that is written on exit, after creating its parent directories. Raises click.ClickException.

    It must not overwrite a Compose file unless it is one.
    """
    if not may_be_compose and COMPOSE_NAME.fullmatch(os.path.basename(path)):
        raise click.UsageError(f'{option}: "{path}" has the name of a Compose file, which would be overwritten.')
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if os.path.isdir(path):
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    except (OSError, ValueError) as error:
        raise click.ClickException(f'{option}: "{path}" cannot be written: {reason(error)}') from None
    text = StringIO()
    yield text
    try:
        write_output(path, text.getvalue())
    except FileError as error:
        raise click.ClickException(f'{option}: "{path}" {error.message}') from None


def put(text: str, output: str | None) -> None:
    """Write text to the file of --output, else to standard output. Raises click.ClickException."""
    if output is None:
        write_utf8(sys.stdout)
        sys.stdout.write(text)
        return
    with writable(output, "--output", may_be_compose=True) as stream:
        stream.write(text)
