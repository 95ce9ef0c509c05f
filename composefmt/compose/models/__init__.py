"""The canonical objects: pydantic models that read both the short and the long syntax.

They are for programs that use composefmt as a library. The formatter itself compares the plain values that these
models are made of, since loading pydantic would take longer than formatting a file.
"""

from __future__ import annotations


class ShortSyntaxError(ValueError):
    """A short form that the reference refuses; `start` and `end` are offsets in the text, from 0, half-open."""

    def __init__(self, rule: str, message: str, advice: str, start: int, end: int) -> None:
        super().__init__(f"{message} ({advice})" if advice else message)
        self.rule = rule
        self.message = message
        self.advice = advice
        self.start = start
        self.end = end
