"""What Docker Compose would refuse after a change that it accepted before."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from composefmt.compose.file import ComposeFile
from composefmt.compose.schema import problems
from composefmt.findings import Severity
from composefmt.rules.runner import findings_at
from composefmt.syntax.nodes import Mapping
from composefmt.syntax.source import Source
from composefmt.syntax.values import Values

if TYPE_CHECKING:
    from composefmt.edit.paths import Exact
    from composefmt.edit.proof import Snapshot
    from composefmt.options import Options

# The problems of a text: message and advice.
_Problems = Counter[tuple[str, str]]


def new_problems(before: Snapshot, now: Snapshot, path: Exact, options: Options, filename: str) -> list[str]:
    """Return the problems of the value at a path that the text did not have before, each on one line."""
    found = _problems(now, path, options, filename)
    if found:
        found -= _problems(before, path, options, filename)
    return [f"{message}; {advice}" if advice else message for message, advice in found]


def _problems(snapshot: Snapshot, path: Exact, options: Options, filename: str) -> _Problems:
    values = Values()
    found: _Problems = Counter()
    for root in snapshot.tree.documents:
        if type(root) is Mapping:
            found.update((problem.message, problem.help) for problem in problems(values.value(root)) if problem.rule != "ignored-key")
    file = ComposeFile(Source(snapshot.text, filename), snapshot.tree, options)
    found.update((finding.message, finding.help) for finding in findings_at(file, path) if finding.severity is Severity.ERROR)
    return found
