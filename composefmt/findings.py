"""Findings, and the fixes they carry."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

    from composefmt.syntax.edits import Edit
    from composefmt.syntax.source import Position, Source, Span

    # A finding with the file that it is about.
    Found: TypeAlias = "tuple[Source, Finding]"


# The rule that reports files that are not formatted. The formatter fixes its findings, after all other fixes.
FORMATTING_RULE = "unformatted"
# The rules whose findings mark a secret.
SECRET_RULES = frozenset(
    {
        "leaked-token",
        "secret-as-default",
        "secret-in-build-arg",
        "secret-in-command",
        "secret-in-config",
        "secret-in-environment",
        "secret-in-label",
    }
)


class Severity(str, Enum):
    """The severity of a finding. Docker Compose refuses an error, or it must fail at run time; a warning is doubtful."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """The rank: 0 for the most severe."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Fix(NamedTuple):
    """A change that resolves a finding.

    `safe`: Docker Compose loads the same model before and after; only such changes are made unless unsafe fixes are
    requested. `comments`: the change is about comments; all other changes keep every comment. `deletes_definition`: it
    removes a definition without uses, which another fix may restore. `variables`: values that the fix moves to the project's
    `.env` file, by name; they are secrets, and never shown.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True
    comments: bool = False
    deletes_definition: bool = False
    variables: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, title: str, edits: tuple[Edit, ...], *, safe: bool, comments: bool = False) -> Fix | None:
        """Return the fix; None without edits, when the layout is not supported."""
        return cls(title, edits, safe, comments) if edits else None

    def __reduce__(self) -> tuple[object, ...]:
        # Plain tuples are sent to another process in a fraction of the time.
        return _sent, (self.title, tuple(map(tuple, self.edits)), *self[2:])


def _sent(
    title: str,
    edits: tuple[tuple[int, int, str], ...],
    safe: bool,
    comments: bool,
    deletes_definition: bool,
    variables: tuple[tuple[str, str], ...],
) -> Fix:
    from composefmt.syntax.edits import Edit

    return Fix(title, tuple(map(Edit._make, edits)), safe, comments, deletes_definition, variables)


class OtherFile(NamedTuple):
    """A location in another file: its path as reports show it, and the first and last position, the last one exclusive."""

    path: str
    start: Position
    end: Position


class Related(NamedTuple):
    """A related location, such as the first of two duplicate keys. `file`: where it is in another file, None in the same."""

    span: Span
    message: str
    file: OtherFile | None = None


class Finding(NamedTuple):
    """One finding in a file; `span` is in characters of the file's text, `help` states the remedy.

    `project`: the files of the project in which it was found, as reports show them; () if it is about the file alone.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    help: str = ""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    project: tuple[str, ...] = ()

    @property
    def is_about_secret(self) -> bool:
        """Whether the finding's span may hold a secret, which must not be shown."""
        return self.rule in SECRET_RULES

    @property
    def is_about_formatting(self) -> bool:
        """Whether the finding states that the file is not formatted."""
        return self.rule == FORMATTING_RULE
