"""`composefmt get`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from composefmt.cli.editing import FILE_OPTION, chosen_files, fail, new_session, standard_input
from composefmt.cli.run import STDIN, write_utf8

if TYPE_CHECKING:
    from composefmt.edit.document import Document
    from composefmt.edit.paths import Path

    # A path as it is shown, and its value.
    Found = tuple[str, Any]

_EPILOG = """\b
Examples:
  composefmt get services.web.image
  composefmt get --paths 'services.*.image'
  composefmt get --format json services.web.ports
  composefmt get 'services.web.ports[target=80].published' --default none
"""


@click.command("get", epilog=_EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@FILE_OPTION
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "yaml", "json"]),
    default="text",
    help="text: strings as they are, everything else as YAML (default); yaml; json.",
)
@click.option("--paths", "with_paths", is_flag=True, help="Print the path before each value.")
@click.option("--default", "otherwise", metavar="VALUE", help="Print this if a path does not exist.")
def command(paths: tuple[str, ...], files: tuple[str, ...], output_format: str, with_paths: bool, otherwise: str | None) -> int:
    """Print values as they are written in a file: variables are not replaced.

    Several values are printed one after the other. Of several files, the last one that has the value counts. Exit status: 0 found,
    2 a path does not exist.
    """
    from composefmt.edit.errors import EditError
    from composefmt.edit.paths import parse_path
    from composefmt.files.content import FileError

    found: list[Found] = []
    try:
        session, names = new_session(), chosen_files(files)
        if names == [STDIN]:
            session.documents[STDIN] = standard_input()
        documents = [session.document(name) for name in names]
        for path in paths:
            found += _values(documents, parse_path(path), otherwise)
    except (EditError, FileError) as error:
        fail(error)
    write_utf8(sys.stdout)
    for name, value in found:
        text = _text(value, output_format)
        separator = " " if "\n" not in text else "\n"
        sys.stdout.write(f"{name}:{separator}{text}\n" if with_paths else f"{text}\n")
    return 0


def _values(documents: list[Document], path: Path, otherwise: str | None) -> list[Found]:
    """Return the values of the last document that has a path. Raises EditError."""
    from composefmt.edit.errors import EditError, MissingPath
    from composefmt.edit.paths import shown

    missing: MissingPath | None = None
    for document in reversed(documents):
        try:
            return [(shown(one), value) for one, value in document.find(path)]
        except MissingPath as error:
            missing = MissingPath(f"{document.filename}: {error.message}", error.advice)
        except EditError as error:
            raise EditError(f"{document.filename}: {error.message}", error.advice) from None
    if otherwise is None and missing is not None:
        raise missing
    return [(shown(path), otherwise)]


def _text(value: object, output_format: str) -> str:
    """Return a value as text."""
    if output_format == "json":
        from json import dumps

        return dumps(value, indent=2, ensure_ascii=False)
    if output_format == "text" and isinstance(value, str):
        return value
    from composefmt.edit.rendering import Look, block_lines, inline_text, is_collection

    look = Look()
    return "\n".join(block_lines(value, look)) if is_collection(value) else inline_text(value, look)
