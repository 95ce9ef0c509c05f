"""Paths to values: `services.web.image`, `services.*.ports[0]`, `services.web.ports[target=80]`, `labels."com.example.name"`.

A path is a tuple of parts: a key, an index, a selection of items, or `ANY`. A backslash makes the next character a part of a key.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, Union

from composefmt.edit.errors import EditError


class Selection(NamedTuple):
    """Items of a list whose canonical form has these values; an item that is a scalar is selected by the key ""."""

    wanted: tuple[tuple[str, str], ...]


class _Any:
    def __repr__(self) -> str:
        return "*"


ANY: Final = _Any()
Part = Union[str, int, Selection, _Any]
Path = tuple[Part, ...]
# A path to one value.
Exact = tuple[Union[str, int], ...]

_BARE_KEY = re.compile(r"[^\s.\[\]=\"'*\\]+")
_BARE = re.compile(r"(?:[^.\[\]=\\]|\\.)+", re.DOTALL)
_INDEX = re.compile(r"-?[0-9]{1,9}")
_TEXT = re.compile(r"(?:[^,\]\\]|\\.)*", re.DOTALL)


def parse_path(text: str) -> Path:
    """Parse a whole path. Raises EditError."""
    reader = _PathReader(text)
    path = reader.path()
    if reader.offset < len(text):
        raise reader.problem('quote keys with such characters: labels."com.example.name"')
    return path


def parse_assignment(text: str) -> tuple[Path, str]:
    """Parse `PATH=VALUE`. Raises EditError."""
    reader = _PathReader(text)
    path = reader.path()
    if not text.startswith("=", reader.offset):
        if reader.offset == len(text):
            raise EditError(f'"{text}" has no value', "write PATH=VALUE; an empty string is PATH=")
        raise reader.problem('quote keys with such characters: labels."com.example.name"=value')
    return path, text[reader.offset + 1 :]


class _PathReader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0

    def problem(self, advice: str) -> EditError:
        at = f"at column {self.offset + 1}" if self.offset < len(self.text) else "at the end"
        return EditError(f'invalid path "{self.text}" {at}', advice)

    def path(self) -> Path:
        parts: list[Part] = [self.selector() if self.text.startswith("[") else self.key()]
        while self.text.startswith((".", "["), self.offset):
            if self.text[self.offset] == ".":
                self.offset += 1
                parts.append(self.key())
            else:
                parts.append(self.selector())
        return tuple(parts)

    def key(self) -> Part:
        if self.text.startswith(('"', "'"), self.offset):
            return self.quoted()
        found = _BARE.match(self.text, self.offset)
        if found is None:
            raise self.problem("a key is missing; write a path such as services.web.image")
        self.offset = found.end()
        return ANY if found.group() == "*" else _unescaped(found.group())

    def quoted(self) -> str:
        quote = self.text[self.offset]
        found = re.compile(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}", re.DOTALL).match(self.text, self.offset)
        if found is None:
            raise self.problem("the quote is not closed")
        self.offset = found.end()
        return _unescaped(found[1])

    def selector(self) -> Part:
        self.offset += 1
        part = self.inside()
        if not self.text.startswith("]", self.offset):
            raise self.problem('select an item by its number, [0], or by a value, [target=80]; "]" ends the selection')
        self.offset += 1
        return part

    def inside(self) -> Part:
        if self.text.startswith("*]", self.offset):
            self.offset += 1
            return ANY
        found = _INDEX.match(self.text, self.offset)
        if found is not None and self.text.startswith("]", found.end()):
            self.offset = found.end()
            return int(found.group())
        if self.text.startswith(('"', "'"), self.offset):
            key = self.quoted()
            if self.text.startswith("]", self.offset):
                return key
            raise self.problem("a quoted key ends with a bracket")
        wanted: list[tuple[str, str]] = []
        while True:
            key_found = re.compile(r"[^=\],]*").match(self.text, self.offset)
            end = key_found.end() if key_found else self.offset
            if not self.text.startswith("=", end):
                raise self.problem("select an item by its number, [0], or by a value, [target=80]")
            key, self.offset = self.text[self.offset : end].strip(), end + 1
            wanted.append((key, self.value()))
            if not self.text.startswith(",", self.offset):
                return Selection(tuple(wanted))
            self.offset += 1

    def value(self) -> str:
        if self.text.startswith(('"', "'"), self.offset):
            return self.quoted()
        found = _TEXT.match(self.text, self.offset)
        self.offset = found.end() if found else self.offset
        return _unescaped(found.group()) if found else ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def shown(path: Path) -> str:
    """Return a path as it is written."""
    made = ""
    for part in path:
        if isinstance(part, int):
            made += f"[{part}]"
        elif isinstance(part, Selection):
            made += "[" + ",".join(f"{key}={value}" for key, value in part.wanted) + "]"
        else:
            made += ("." if made else "") + (_key(part) if isinstance(part, str) else "*")
    return made


def _key(key: str) -> str:
    if _BARE_KEY.fullmatch(key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
