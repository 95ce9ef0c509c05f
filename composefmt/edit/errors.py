"""Why an edit is refused. Nothing is changed then."""

from __future__ import annotations


class EditError(Exception):
    """An edit cannot be made. `advice` says what can be done, "" if nothing is known.

    `missing` is the part of a path that does not exist, "" for other problems.
    """

    def __init__(self, message: str, advice: str = "", *, missing: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.missing = missing

    def __str__(self) -> str:
        """Return the message with the advice on one line."""
        return f"{self.message}; {self.advice}" if self.advice else self.message


class MissingPath(EditError, KeyError):
    """A path does not exist. A `KeyError` for mappings."""

    __str__ = EditError.__str__


class InvalidValue(EditError, ValueError):
    """A value is not valid for its field, or cannot be written as YAML."""

    __str__ = EditError.__str__
