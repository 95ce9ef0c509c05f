"""The stored form of cached results, and the keys that they are stored under.

A key covers the text, its name, the options and the version of composefmt. The answers to questions about surrounding
files are stored with the result, and a result is valid only if the answers are still the same.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from composefmt import __version__
from composefmt.engine import CheckResult, FormatResult
from composefmt.findings import Finding, Fix, OtherFile, Related, Severity
from composefmt.syntax.edits import Edit
from composefmt.syntax.source import Position, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.options import Options

_SEVERITIES = tuple(Severity)


class ResultKind(NamedTuple):
    """How to store one kind of result: `rows` converts it to plain data (None: do not store it), `result` converts it back."""

    name: str
    rows: Callable[[Any], list[Any] | None]
    result: Callable[[Source, list[Any]], Any]


def _check_rows(result: CheckResult) -> list[Any]:
    others = [[source.filename, source.text, _finding_row(finding)] for source, finding in result.others]
    return [result.is_formatted, others, *map(_finding_row, result.findings)]


def _checked(source: Source, rows: list[Any]) -> CheckResult:
    is_formatted, others, *findings = rows
    if not isinstance(is_formatted, bool):
        raise TypeError
    elsewhere = tuple((Source(text, filename), _finding(row)) for filename, text, row in others)
    return CheckResult(source, tuple(map(_finding, findings)), is_formatted, elsewhere)


def _format_rows(result: FormatResult) -> list[Any] | None:
    # New text never comes from the cache: it is computed and proved before it is written.
    return None if result.data is not None or result.failed else [_finding_row(finding) for finding in result.findings]


def _unchanged(source: Source, rows: list[Any]) -> FormatResult:
    return FormatResult(source, None, tuple(map(_finding, rows)))


CHECKED = ResultKind("check", _check_rows, _checked)
CHECKED_WITH_FORMATTING = ResultKind("check and formatting", _check_rows, _checked)
FORMATTED = ResultKind("format", _format_rows, _unchanged)


def key_for(kind: ResultKind, data: bytes, options: Options, name: str) -> bytes:
    """Return the key of a result: a digest of everything it depends on except surrounding files."""
    from hashlib import blake2b

    known = (_stamp(), kind.name, _described(options), sorted(options.environment.items()), name)
    digest = blake2b(repr(known).encode("utf-8", "surrogatepass"), digest_size=20)
    digest.update(data)
    return digest.digest()


# The last options and their description; most files share the same ones apart from surroundings and variables.
_LAST: list[tuple[Options, str]] = []


def _described(options: Options) -> str:
    """Return the options as text, without surroundings and variables."""
    bare = options._replace(surroundings=None, environment={})
    if not _LAST or _LAST[0][0] != bare:
        _LAST[:] = [(bare, repr([_plain(value) for value in bare]))]
    return _LAST[0][1]


def _plain(value: object) -> object:
    """Return a value whose text is the same in every process."""
    if isinstance(value, frozenset):
        return sorted(value)
    return sorted(value.items()) if hasattr(value, "items") else value


@cache
def _stamp() -> str:
    """Return a digest that identifies this composefmt: its version and, in a development checkout, the state of its files."""
    from hashlib import blake2b

    package = os.path.dirname(os.path.dirname(__file__))
    found = [__version__, sys.version]
    if "site-packages" not in package:
        for directory, _, names in sorted(os.walk(package)):
            for name in sorted(names):
                if name.endswith((".py", ".json")):
                    status = os.stat(os.path.join(directory, name))
                    found.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return blake2b(" ".join(found).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def to_store(kind: ResultKind, result: object, options: Options) -> str | None:
    """Return the stored form of a result, None if it must not be stored."""
    from json import dumps

    rows = kind.rows(result)
    if rows is None:
        return None
    asked = options.surroundings.asked if options.surroundings else {}
    return dumps([asked, rows], separators=(",", ":"), ensure_ascii=True)


def load_cached(kind: ResultKind, text: str, data: bytes, options: Options, name: str) -> Any:  # noqa: ANN401 (of the kind that the kind is for)
    """Return a cached result; None if surrounding files have changed, or if the entry is unreadable."""
    from json import loads

    try:
        asked, rows = loads(text)
        now = options.surroundings.answers(asked) if options.surroundings else {}
        if any(now.get(question) != answer for question, answer in asked.items()):
            return None
        return kind.result(Source.from_bytes(data, name, errors="replace"), rows)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _finding_row(finding: Finding) -> list[Any]:
    row: list[Any] = [finding.rule, _SEVERITIES.index(finding.severity), finding.message, *finding.span, finding.help]
    if finding.fix or finding.related or finding.project:
        # The values of variables are secrets, which must not be stored; a fix itself never comes from the cache.
        fix = finding.fix and [finding.fix.title, finding.fix.edits, *finding.fix[2:-1]]
        row += [fix, [[*related.span, related.message, related.file] for related in finding.related], finding.project]
    return row


def _finding(row: list[Any]) -> Finding:
    rule, severity, message, start, end, advice, *more = row
    if not more:
        return Finding(rule, _SEVERITIES[severity], message, Span(start, end), advice)
    fix, others, project = more
    return Finding(
        rule,
        _SEVERITIES[severity],
        message,
        Span(start, end),
        advice,
        fix and Fix(fix[0], tuple(Edit(*edit) for edit in fix[1]), *fix[2:]),
        tuple(Related(Span(start, end), text, other and _other_file(*other)) for start, end, text, other in others),
        tuple(project),
    )


def _other_file(path: str, start: list[int], end: list[int]) -> OtherFile:
    return OtherFile(path, Position(*start), Position(*end))
