"""The variables of an env file such as `.env`, changed one at a time; all other characters of the file stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.edit.edited_file import EditedFile, read_source
from composefmt.edit.errors import EditError
from composefmt.project.dotenv import EnvFileError, parse_env

if TYPE_CHECKING:
    from composefmt.syntax.source import Source

_PLAIN = re.compile(r"[^\s'\"$#\\`][^\s'\"$\\`]*")
_DOUBLE = re.compile(r'["\\$]')


class EditedEnvFile(EditedFile):
    """An env file."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._first = self._text = source.text

    @classmethod
    def read(cls, path: str, filename: str = "") -> EditedEnvFile:
        """Return an env file. Raises EditError if it cannot be read."""
        source, data = read_source(path, filename)
        made = cls(source)
        made.came_from(source, data, path)
        return made

    @property
    def text(self) -> str:
        """The text with all changes."""
        return self._text

    @property
    def first(self) -> str:
        """The text without changes."""
        return self._first

    def forget(self) -> None:
        """Make the current text the one from which changes are counted."""
        super().forget()
        self._first = self._text

    def variables(self) -> dict[str, str]:
        """Return the variables of the file without those of the process. Raises EditError."""
        return self._variables(self._text)

    def _variables(self, text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            parse_env(text, found, lambda _: None)
        except EnvFileError as error:
            raise EditError(f"{self.filename}:{error.line}: {error.message}") from None
        return found

    def set(self, name: str, value: str) -> None:
        """Give a variable that the file sets another value, in the same quotes if possible. Raises EditError."""
        wanted = {**self.variables(), name: value}
        line = re.compile(rf"^(?:[^\S\n]*export)?[^\S\n]*{re.escape(name)}[^\S\n]*[=:][^\S\n]*", re.MULTILINE)
        for found in reversed(list(line.finditer(self._text))):
            start, end = found.end(), _value_end(self._text, found.end())
            for made in _written(value, self._text[start : start + 1]):
                text = self._text[:start] + made + self._text[end:]
                if _without_error(self, text) == wanted:
                    self._text = text
                    return
        raise EditError(f'{self.filename}: the variable "{name}" cannot be changed safely', "change it by hand")


def _without_error(file: EditedEnvFile, text: str) -> dict[str, str] | None:
    try:
        return file._variables(text)
    except EditError:
        return None


def _value_end(text: str, start: int) -> int:
    """Return the end of a value on one line."""
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    quote = line[:1]
    if quote in ("'", '"'):
        found = re.compile(rf"{quote}(?:[^{quote}\\]|\\.)*{quote}").match(line)
        return start + (found.end() if found else len(line.rstrip()))
    return start + len(line.partition(" #")[0].rstrip())


def _written(value: str, quote: str) -> list[str]:
    """Return ways to write a value, the preferred one first."""
    double = '"' + _DOUBLE.sub(lambda found: "\\" + found.group(), value).replace("\n", "\\n") + '"'
    single = f"'{value}'"
    ways = {"'": [single, double], '"': [double, single]}.get(quote, [single, double])
    return ways if quote in ("'", '"') or not _PLAIN.fullmatch(value or "'") else [value, *ways]
