"""Env files: `NAME=value` lines with quotes, escapes, comments and variables, as Compose reads them.

Source: compose-go, dotenv/. The work is linear in the size of the text.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.project.limits import MAX_CHARACTERS, Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Lookup = Callable[[str], str | None]

# The only named format: values are used verbatim, without quotes, escapes and variables.
RAW = "raw"

# White space within a line, as Docker Compose defines it.
_BLANK = "\t\v\f\r \x85\xa0"
_SKIP = re.compile(r"(?:\s+|#[^\n]*)*")
_EXPORT = re.compile(r"export(?=[\t\n\f\r ])[\t\v\f\r \x85\xa0]*")
_KEY_END = re.compile(r"[=:\n]")
_BAD_KEY = re.compile(r"[^\w.\-\[\]\t\v\f\r \x85\xa0]")
_QUOTED = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*", re.DOTALL) for quote in "\"'"}
_ESCAPE = re.compile(r'\\(?:[abcfnrtv$"\\]|0[0-9]{0,3})')
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\", "$": "$$"}


class EnvFileError(ValueError):
    """An env file cannot be read: the problem, its character offset from 0, and its line from 1."""

    def __init__(self, message: str, offset: int, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.line = line


class _Scope(dict[str, str]):
    """Variables for the values of an env file: those of a lookup, then those set earlier in the file."""

    def __init__(self, lookup: Lookup, known: Mapping[str, str]) -> None:
        super().__init__()
        self.lookup = lookup
        self.known = known
        self.budget = Budget()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        found = self.lookup(key)
        return found if found is not None else self.known.get(key, default)


def parse_env(text: str, variables: dict[str, str], lookup: Lookup) -> None:
    """Add the variables of an env file to `variables`; `lookup` takes precedence over the file. Raises EnvFileError."""
    text = text.removeprefix("\ufeff")
    scope = _Scope(lookup, variables)
    offset = 0
    while True:
        found = _SKIP.match(text, offset)
        offset = found.end() if found else offset
        if offset >= len(text):
            return
        if (export := _EXPORT.match(text, offset)) is not None:
            offset = export.end()
        end = _KEY_END.search(text, offset)
        key = _name(text, offset, end.start() if end else len(text))
        if end is None:
            # Docker Compose reads a last line without `=` and line break as the value of an unnamed variable.
            variables[""] = key
            return
        offset = end.end()
        if end.group() != "\n":
            variables[key], offset = _value(text, offset, scope)
        elif (value := lookup(key)) is not None:
            variables[key] = value


def parse_raw(text: str, variables: dict[str, str], lookup: Lookup) -> None:
    """Add the variables of an env file in raw format, as `docker run --env-file` reads it. Raises EnvFileError."""
    text = text.removeprefix("\ufeff")
    end = -1
    for line in text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        name, equals, value = line.removesuffix("\r").lstrip().partition("=")
        if name.startswith("#") or not (name or equals):
            continue
        if not name:
            raise _error(text, start, "missing variable name")
        if " " in name or "\t" in name:
            raise _error(text, start, "a variable name contains a space")
        found = value if equals else lookup(name)
        if found is not None:
            variables[name] = found


def _name(text: str, start: int, end: int) -> str:
    """Return the name of a variable."""
    name = text[start:end]
    bad = _BAD_KEY.search(name)
    if bad is not None:
        raise _error(text, start, f'invalid character "{bad.group()}" in a variable name')
    if not name and end == len(text):
        raise _error(text, start, "missing variable name after export")
    key = name.rstrip()
    if " " in key.lstrip(_BLANK) and end < len(text):
        raise _error(text, start, "a variable name contains a space")
    return key


def _value(text: str, offset: int, scope: _Scope) -> tuple[str, int]:
    """Return a value and the offset after it."""
    while offset < len(text) and text[offset] in _BLANK:
        offset += 1
    quote = text[offset : offset + 1]
    if quote in ("'", '"'):
        return _quoted(text, offset, quote, scope)
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return _expanded(text[offset:end].partition(" #")[0].rstrip(), scope, text, offset), end + 1


def _quoted(text: str, start: int, quote: str, scope: _Scope) -> tuple[str, int]:
    found = _QUOTED[quote].match(text, start + 1)
    end = found.end() if found else start + 1
    if end >= len(text) or text[end] != quote:
        raise _error(text, start, "unterminated quoted value")
    value = text[start + 1 : end].replace(f"\\{quote}", quote)
    if quote == '"':
        value = _expanded(_ESCAPE.sub(_unescaped, value), scope, text, start)
    return value, end + 1


def _unescaped(found: re.Match[str]) -> str:
    body = found.group()[1:]
    if body[0] != "0":
        return _ESCAPES.get(body, found.group())
    digits = body[1:]
    octal = len(digits) == 3 and not digits.strip("01234567") and int(digits, 8) < 256
    return chr(int(digits, 8)) if octal else f"\\{digits}"


def _expanded(value: str, scope: _Scope, text: str, offset: int) -> str:
    if not scope.budget.spend(value, scope.get):
        raise _error(text, offset, f"the values of this file exceed {MAX_CHARACTERS:,} characters")
    try:
        return interpolation.substitute(value, scope)
    except interpolation.InvalidInterpolation:
        raise _error(text, offset, 'invalid interpolation: a "${" starts no variable') from None
    except interpolation.MissingVariable as error:
        from composefmt.project.interpolate import required

        raise _error(text, offset, required(str(error), value, scope)) from None


def _error(text: str, offset: int, message: str) -> EnvFileError:
    return EnvFileError(message, offset, text.count("\n", 0, offset) + 1)


def known_variables(*files: bytes) -> dict[str, str]:
    """Return the variables of env files by name, later files over earlier ones; of a broken file those before the mistake.

    The variables of the process do not count.
    """
    variables: dict[str, str] = {}
    for data in files:
        with suppress(EnvFileError):
            parse_env(data.decode("utf-8", "replace"), variables, lambda _: None)
    return variables
