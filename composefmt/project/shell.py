"""The words of a command, as the reference's go-shellwords splits them: quotes and backslashes, nothing is run."""

from __future__ import annotations

_SPACES = frozenset(" \t\r\n")


class _Words:
    """The state of one reading."""

    __slots__ = ("backquoted", "dollar", "double", "escaped", "single", "started", "word", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.started = self.escaped = self.single = self.double = self.backquoted = self.dollar = False

    @property
    def inside(self) -> bool:
        """Whether spaces do not end the word."""
        return self.single or self.double or self.backquoted or self.dollar

    def end(self) -> None:
        """Finish a word."""
        if self.started:
            self.words.append("".join(self.word))
        self.word.clear()
        self.started = False

    def read(self, character: str) -> bool:
        """Take a character that is no space; False where what follows is not read."""
        if character == "`" and not (self.single or self.double or self.dollar):
            self.backquoted = not self.backquoted
        elif character == ")" and not (self.single or self.double or self.backquoted):
            self.dollar = not self.dollar
        elif character == "(" and not (self.single or self.double or self.backquoted):
            if self.dollar or not (self.word and self.word[-1] == "$"):
                raise ValueError("unquoted parenthesis in a command")
            self.dollar = True
            self.word.append(character)
            return True
        elif character == '"' and not (self.single or self.dollar):
            self.started = self.started or self.double
            self.double = not self.double
            return True
        elif character == "'" and not (self.double or self.dollar):
            self.started = self.started or self.single
            self.single = not self.single
            return True
        elif character in ";&|<>" and not self.inside:
            if character == ">" and self.word and "0" <= self.word[0][:1] <= "9":
                self.started = False
            return False
        self.started = True
        self.word.append(character)
        return True


def split(text: str) -> list[str]:
    """The words of a command. Raises ValueError where a quote is not closed.

    As in the reference, what follows a `;`, `&`, `|`, `<` or `>` outside quotes is left out: there is no shell.
    """
    state = _Words()
    for character in text:
        if state.escaped:
            state.word.append(character)
            state.escaped = False
            state.started = True
        elif character == "\\":
            if state.single:
                state.word.append(character)
            else:
                state.escaped = True
        elif character in _SPACES:
            if state.inside:
                state.word.append(character)
            elif state.started:
                state.end()
        elif not state.read(character):
            break
    state.end()
    if state.escaped or state.inside:
        raise ValueError("unterminated quote in a command")
    return state.words
