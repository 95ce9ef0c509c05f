"""The canonical objects: pydantic models that read both the short and the long syntax.

They are for programs that use composefmt as a library. The formatter compares plain values instead because importing
pydantic takes longer than formatting a file.
"""

from __future__ import annotations


class ShortSyntaxError(ValueError):
    """A short form that the reference rejects; `start` and `end` are offsets in the string, from 0, half-open."""

    def __init__(self, rule: str, message: str, advice: str, start: int, end: int) -> None:
        super().__init__(f"{message} ({advice})" if advice else message)
        self.rule = rule
        self.message = message
        self.advice = advice
        self.start = start
        self.end = end
