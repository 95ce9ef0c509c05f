"""What composefmt says about a file: findings, and the fixes that they carry."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.source import Span


class Severity(str, Enum):
    """How bad a finding is. An error is refused by the reference or must fail when run; a warning is doubtful."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Fix(NamedTuple):
    """A change that mends a finding.

    `safe`: the reference makes the same of the file before and after; only such changes are made without being asked for
    by name. `comments`: comments are what it changes; all other changes keep every comment.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True
    comments: bool = False

    @classmethod
    def of(cls, title: str, edits: tuple[Edit, ...], *, safe: bool, comments: bool = False) -> Fix | None:
        """The fix; None where there are no edits, since the text is written in a way that is not known."""
        return cls(title, edits, safe, comments) if edits else None

    def __reduce__(self) -> tuple[object, ...]:
        # Plain tuples are sent to another process in a fraction of the time.
        return _sent, (self.title, tuple(map(tuple, self.edits)), *self[2:])


def _sent(title: str, edits: tuple[tuple[int, int, str], ...], safe: bool, comments: bool) -> Fix:
    from composefmt.syntax.edits import Edit

    return Fix(title, tuple(map(Edit._make, edits)), safe, comments)


class Related(NamedTuple):
    """Another place that explains a finding, such as the first of two equal keys."""

    span: Span
    message: str


class Finding(NamedTuple):
    """One thing to tell about a file; `span` is in characters of the file's text, `help` says how to mend it."""

    rule: str
    severity: Severity
    message: str
    span: Span
    help: str = ""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
