"""Write the manual page, generated from the commands: build/composefmt.1, or the given file.

    python tools/man.py [FILE]

To read it: `man -l build/composefmt.1`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from composefmt import __version__
from composefmt.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator


def page() -> str:
    """Return the page in man's language."""
    context = click.Context(app, info_name="composefmt")
    lines = [f'.TH COMPOSEFMT 1 "" "composefmt {__version__}" "User Commands"', ".SH NAME", f"composefmt \\- {_text(_first(app))}"]
    lines += [".SH SYNOPSIS", ".B composefmt", ".I COMMAND", "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]"]
    lines += [".SH DESCRIPTION", *_paragraphs(app.help or ""), *_epilog(app.epilog), ".SH COMMANDS"]
    for name in app.list_commands(context):
        command = app.get_command(context, name)
        if command is not None:
            lines += _command(command, click.Context(command, info_name=name, parent=context))
    lines += [".SH FILES", ".TP", "composefmt.toml, .composefmt.toml, pyproject.toml"]
    lines += ["The settings; the nearest file above a Compose file applies. In pyproject.toml, the table is [tool.composefmt]."]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS composefmt {context.info_name} {_text(usage)}"
    yield from _paragraphs(command.help or "")
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]))
    yield from _epilog(command.epilog)


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text.strip()):
        yield from (".PP", *_block(part)) if part.startswith("\b") else (".PP", _text(" ".join(part.split())))


def _epilog(text: str | None) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", (text or "").strip()):
        if part:
            yield from (".PP", *_block(part))


def _block(part: str) -> Iterator[str]:
    """Return lines without filling."""
    yield ".nf"
    yield from (_text(line) for line in part.removeprefix("\b").strip("\n").splitlines())
    yield ".fi"


def _first(command: click.Command) -> str:
    return (command.help or "").partition("\n")[0].rstrip(".")


def _text(text: str) -> str:
    """Escape text for man."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


def main() -> None:
    """Write the page."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "build/composefmt.1")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
