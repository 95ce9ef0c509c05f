"""How findings are told: which report, and where it goes."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from errno import EISDIR
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import click

from composefmt.cli.run import style_for, write_utf8
from composefmt.files.content import FileTrouble, write_output
from composefmt.files.discovery import COMPOSE_NAME, reason
from composefmt.reports import FOR_PEOPLE, Report, report_named
from composefmt.reports.text import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from composefmt.reports import Found


class Told(NamedTuple):
    """A report, whether it is for people, and whether it marks unsafe fixes, too."""

    report: Report
    for_people: bool
    unsafe: bool = False


def chosen_report(output_format: str | None, output_file: str | None, *, statistics: bool, unsafe: bool) -> Told:
    """The report that is asked for; in GitHub Actions that of its annotations, if none is. Raises click.UsageError."""
    if statistics:
        from composefmt.reports import statistics as counts

        if output_format not in (None, "text", "json"):
            raise click.UsageError(f"--statistics are text or json, not {output_format}.")
        return Told(counts.as_json if output_format == "json" else counts.report, output_format != "json")
    if output_format is None and output_file is None and os.environ.get("GITHUB_ACTIONS") == "true":
        output_format = "github"
    name = output_format or "text"
    return Told(report_named(name), name in FOR_PEOPLE, unsafe)


def tell(found: Iterable[Found], told: Told, output_file: str | None, out: TextIO) -> None:
    """Write a report of the findings, as they come, into a file or else to `out`. Raises click.ClickException where it cannot."""
    with _destination(output_file, out) as stream:
        if not told.for_people or output_file:
            write_utf8(stream)
        style = PLAIN if output_file else style_for(stream)
        for piece in told.report(found, style._replace(unsafe=told.unsafe)):
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
    """A file to be written when all is known; folders above it are made. Raises click.ClickException.

    What is no Compose file must not take the place of one.
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
    except FileTrouble as trouble:
        raise click.ClickException(f'{option}: "{path}" {trouble.message}') from None


def put(text: str, output: str | None) -> None:
    """Write a text into the file of --output, else to standard output. Raises click.ClickException."""
    if output is None:
        write_utf8(sys.stdout)
        sys.stdout.write(text)
        return
    with writable(output, "--output", may_be_compose=True) as stream:
        stream.write(text)
