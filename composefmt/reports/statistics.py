"""The number of findings per rule."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found, Severity
    from composefmt.reports.text import Style


def report(found: Iterable[Found], style: Style) -> Iterator[str]:
    """Yield a line per rule, most frequent first: count, severity, name, and "fix" or "(fix)" as in `composefmt rules`."""
    for (name, severity), number, fix in _counted(found):
        mark = {"safe": "  fix", "unsafe": "  (fix)"}.get(fix, "")
        yield f"{style.bold}{number:>6}{style.reset}  {style.severity(severity)}{severity.value:<7}{style.reset}  {name}{mark}\n"


def as_json(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (data has no colors)
    """Yield an array of objects: rule, severity, count, fix."""
    from json import dumps

    entries = [{"rule": name, "severity": severity.value, "count": number, "fix": fix} for (name, severity), number, fix in _counted(found)]
    yield dumps(entries, indent=1) + "\n"


def _counted(found: Iterable[Found]) -> list[tuple[tuple[str, Severity], int, str]]:
    counts: Counter[tuple[str, Severity]] = Counter()
    fixes: dict[tuple[str, Severity], str] = {}
    for _, finding in found:
        key = finding.rule, finding.severity
        counts[key] += 1
        if finding.fix is not None and fixes.get(key) != "safe":
            fixes[key] = "safe" if finding.fix.safe else "unsafe"
    return [(key, counts[key], fixes.get(key, "none")) for key in sorted(counts, key=lambda key: (-counts[key], key[0], key[1].rank))]
