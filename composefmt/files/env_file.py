"""Add variables to the `.env` file beside a Compose file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.files.content import FileError, read_file, reason, write_file
from composefmt.project.dotenv import known_variables
from composefmt.syntax.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = ".env"


def add_variables(path: str, variables: Mapping[str, str]) -> None:
    """Append variables to the `.env` file in the directory of a Compose file; a new one is readable for its owner only.

    Variables that the file sets to the same value are skipped. Raises FileError, before anything is written, if the file sets one
    of them to another value or cannot be written.
    """
    target = os.path.join(os.path.dirname(path), _NAME)
    exists = os.path.lexists(target)
    before = read_file(target) if exists else b""
    known = known_variables(before)
    for name, value in variables.items():
        if known.get(name, value) != value:
            raise FileError("unwritable", f'fixes not applied: "{target}" sets "{name}" to another value')
    lines = [f"{name}={_written(value)}\n" for name, value in variables.items() if name not in known]
    if not lines:
        return
    start = b"\n" if before and not before.endswith(b"\n") else b""
    data = before + start + "".join(lines).encode()
    if exists:
        write_file(target, data, before)
        return
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as error:
        raise FileError("unwritable", f'"{target}" cannot be written: {reason(error)}') from None


def _written(value: str) -> str:
    """Return a value without quotes, or in single quotes, in which Docker Compose reads everything literally."""
    return value if pattern(r"[\w./:@%+,=-]+").fullmatch(value) else f"'{value}'"
