"""Fingerprints: identify a finding in later runs, even if lines were added above it.

A fingerprint covers the rule, the text of the line (without indentation, repeated spaces and quotes, which the layout
changes), and the finding's number among equal ones.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding, Found
    from composefmt.syntax.source import Source

_QUOTES = {ord("'"): None, ord('"'): None}


class Fingerprints:
    """The fingerprints of one file's findings; call `of` once per finding, in order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.seen: Counter[tuple[str, str]] = Counter()

    def of(self, finding: Finding, prefix: str = "") -> str:
        """Return 32 hexadecimal digits that are unique within the file."""
        from hashlib import sha256

        # A file that is not formatted is one finding, wherever its first change is.
        line = "" if finding.is_about_formatting else _line(self.source, finding)
        self.seen[finding.rule, line] += 1
        parts = (prefix, _first_name(finding.rule), line, str(self.seen[finding.rule, line]))
        return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _first_name(name: str) -> str:
    """Return the original name of a rule, so that fingerprints survive its renaming."""
    from composefmt.rules.registry import all_rules

    rule = all_rules().get(name)
    return rule.formerly if rule is not None and rule.formerly else name


def _line(source: Source, finding: Finding) -> str:
    start, end = source.line_span(source.position(finding.span.start).line)
    return " ".join(source.text[start:end].translate(_QUOTES).split())


def with_fingerprints(found: Iterable[Found]) -> Iterator[tuple[Source, Finding, str]]:
    """Yield the findings of several files with fingerprints that are unique in the repository."""
    from composefmt.reports.locations import repository_path

    current: Fingerprints | None = None
    path = ""
    for source, finding in found:
        if current is None or current.source is not source:
            current, path = Fingerprints(source), repository_path(source.filename)
        yield source, finding, current.of(finding, path)
