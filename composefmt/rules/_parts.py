"""A hint for files that look like parts of a project: what is missing again and again is probably defined in another file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from composefmt.project.membership import is_project
from composefmt.rules.registry import all_rules

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile
    from composefmt.findings import Finding

# A rule that finds more than this in such a file is explained.
MANY = 3

_HINT = 'if another file of the project defines these, list both in COMPOSE_FILE, or add "# composefmt: fragment" to this one'


def with_hint(findings: list[Finding], file: ComposeFile) -> list[Finding]:
    """Add the hint to the last finding of the kind that is repeated; `findings` are in the order of the text."""
    if len(findings) <= MANY:
        return findings
    counts = Counter(finding.rule for finding in findings)
    repeated = {rule for rule, number in counts.items() if number > MANY and _is_missing(rule)}
    if not repeated or not _may_be_part(file):
        return findings
    last = max(at for at, finding in enumerate(findings) if finding.rule in repeated)
    advice = findings[last].help
    findings[last] = findings[last]._replace(help=f"{advice}; {_HINT}" if advice else _HINT)
    return findings


def _is_missing(rule: str) -> bool:
    """Return whether a rule reports what another file may define."""
    return rule in all_rules() and all_rules()[rule].may_be_elsewhere


def _may_be_part(file: ComposeFile) -> bool:
    """Whether the name of a file, or its directory inside the repository, lets it be a part of a project."""
    return not is_project(file) or (file.options.surroundings is not None and bool(file.options.surroundings.above()))
