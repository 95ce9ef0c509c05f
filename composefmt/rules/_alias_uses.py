"""Where an anchored value with an error is used: related locations, so that a report shows the use beside the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Related, Severity

if TYPE_CHECKING:
    from collections.abc import Collection

    from composefmt.compose.file import ComposeFile
    from composefmt.findings import Finding
    from composefmt.syntax.nodes import Alias

# More uses than these say nothing new, and more comparisons take longer than all rules.
_MOST_USES = 3
_MOST_COMPARISONS = 1_000_000


def with_uses(findings: list[Finding], file: ComposeFile, ignored: Collection[str]) -> list[Finding]:
    """Return the findings; errors inside an anchored value also point at its first uses. `ignored` names rules that do not."""
    uses: dict[int, list[Alias]] = {}
    for alias in file.tree.aliases:
        uses.setdefault(id(alias.target), []).append(alias)
    if len(uses) * len(findings) > _MOST_COMPARISONS:
        return findings
    places = {alias.span: alias for alias in file.tree.aliases}
    anchored = sorted(uses.values(), key=lambda aliases: aliases[0].target.span.end - aliases[0].target.span.start)
    return [
        _with_uses(_with_anchor(finding, file, places.get(finding.span)), anchored)
        if finding.severity is Severity.ERROR and finding.rule not in ignored
        else finding
        for finding in findings
    ]


def _with_anchor(finding: Finding, file: ComposeFile, alias: Alias | None) -> Finding:
    """Add the anchored value of an alias that the finding points at."""
    if alias is None:
        return finding
    related = Related(first_line(file.source, alias.target.span), f'"*{alias.name}" is defined here')
    return finding._replace(related=(*finding.related, related))


def _with_uses(finding: Finding, anchored: list[list[Alias]]) -> Finding:
    """Add the uses of the innermost anchored value that holds the finding."""
    for aliases in anchored:
        target = aliases[0].target.span
        if target.start <= finding.span.start and finding.span.end <= target.end:
            known = {related.span for related in finding.related}
            found = [Related(alias.span, f'it is used here as "*{alias.name}"') for alias in aliases[:_MOST_USES]]
            return finding._replace(related=(*finding.related, *(each for each in found if each.span not in known)))
    return finding
