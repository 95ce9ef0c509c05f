"""How findings are told: which report, and where it goes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from composefmt.cli.run import style_for, write_utf8
from composefmt.files.discovery import COMPOSE_NAME, reason
from composefmt.reports import FOR_PEOPLE, report_named
from composefmt.reports.text import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from composefmt.reports import Found


def chosen_format(given: str | None, output_file: str | None) -> str:
    """The name of the report: in GitHub Actions that of its annotations, if nothing else is asked for."""
    if given is None and output_file is None and os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return given or "text"


def tell(found: Iterable[Found], output_format: str, output_file: str | None, out: TextIO) -> None:
    """Write a report of the findings, as they come, into a file or else to `out`. Raises click.UsageError where that cannot be written."""
    report = report_named(output_format)
    with _destination(output_file, out) as stream:
        if output_format not in FOR_PEOPLE or output_file:
            write_utf8(stream)
        for piece in report(found, PLAIN if output_file else style_for(stream)):
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
def writable(path: str, option: str) -> Iterator[TextIO]:
    """A file of ours to write into; folders above it are made. Raises click.UsageError; Compose files are refused."""
    if COMPOSE_NAME.fullmatch(os.path.basename(path)):
        raise click.UsageError(f'{option}: "{path}" has the name of a Compose file, which would be overwritten.')
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        stream = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115 (it is closed below)
    except (OSError, ValueError) as error:
        raise click.UsageError(f'{option}: "{path}" cannot be written: {reason(error)}.') from None
    with stream:
        yield stream
