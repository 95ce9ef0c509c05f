"""Split a command into words like Docker Compose: quotes and backslashes are interpreted, nothing is run.

Source: compose-go, types/command.go, which uses go-shellwords (Parser.Parse).
"""

from __future__ import annotations

from typing import NamedTuple

_SPACES = frozenset(" \t\r\n")
OPERATORS = ";&|<>"


class Unsplittable(ValueError):
    """A command that Docker Compose rejects; `offset` is the character, from 0, that causes it."""

    def __init__(self, message: str, offset: int, remedy: str = "quote the argument") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.remedy = remedy


class Command(NamedTuple):
    """The words of a command. `dropped` is the offset, from 0, of the operator at which it ends; None if it is read completely."""

    words: list[str]
    dropped: int | None


class _Reading:
    """The state of one reading; each flag is the offset of its opening quote, -1 outside of quotes."""

    __slots__ = ("backquoted", "dollar", "double", "single", "started", "word", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.single = self.double = self.backquoted = self.dollar = -1
        self.started = False

    @property
    def opened(self) -> int:
        """Return the offset of the open quote, or -1."""
        return max(self.single, self.double, self.backquoted, self.dollar)

    def end(self) -> None:
        """Finish a word."""
        if self.started:
            self.words.append("".join(self.word))
        self.word.clear()
        self.started = False

    def read(self, character: str, offset: int) -> bool:
        """Read a character that is not a space; return False if the rest is dropped. Raises Unsplittable."""
        if character == "`" and max(self.single, self.double, self.dollar) < 0:
            self.backquoted = -1 if self.backquoted >= 0 else offset
        elif character == ")" and max(self.single, self.double, self.backquoted) < 0:
            self.dollar = -1 if self.dollar >= 0 else offset
        elif character == "(" and max(self.single, self.double, self.backquoted) < 0:
            if self.dollar >= 0 or not (self.word and self.word[-1] == "$"):
                raise Unsplittable("unquoted parenthesis", offset)
            self.dollar = offset
            self.word.append(character)
            return True
        elif character == '"' and max(self.single, self.dollar) < 0:
            self.started = self.started or self.double >= 0
            self.double = -1 if self.double >= 0 else offset
            return True
        elif character == "'" and max(self.double, self.dollar) < 0:
            self.started = self.started or self.single >= 0
            self.single = -1 if self.single >= 0 else offset
            return True
        elif character in OPERATORS and self.opened < 0:
            if character == ">" and self.word and "0" <= self.word[0][:1] <= "9":
                self.started = False
            return False
        self.started = True
        self.word.append(character)
        return True


def split(text: str) -> Command:
    """Return the words of a command. Raises Unsplittable.

    The command ends at a `;`, `&`, `|`, `<` or `>` outside of quotes; Docker Compose drops the rest without a warning.
    """
    state = _Reading()
    dropped: int | None = None
    escaped = -1
    for offset, character in enumerate(text):
        if escaped >= 0:
            state.word.append(character)
            state.started = True
            escaped = -1
        elif character == "\\":
            if state.single >= 0:
                state.word.append(character)
            else:
                escaped = offset
        elif character in _SPACES:
            if state.opened >= 0:
                state.word.append(character)
            elif state.started:
                state.end()
        elif not state.read(character, offset):
            dropped = offset
            break
    state.end()
    if escaped >= 0:
        raise Unsplittable("nothing follows the last backslash", escaped, "remove the backslash")
    if state.opened >= 0:
        sign = text[state.opened]
        if sign in "()":
            raise Unsplittable("unquoted parenthesis", state.opened)
        raise Unsplittable("unterminated quote", state.opened, "close the quote")
    return Command(state.words, dropped)
