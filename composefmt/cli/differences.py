"""Print the differences between projects, as text or JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from composefmt.cli.run import count
from composefmt.project.compare import masked, words
from composefmt.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from composefmt.cli.comparison import Comparison
    from composefmt.project.compare import Change

_SINGULAR = {"services": "service", "jobs": "job", "networks": "network", "volumes": "volume"}


def as_text(comparisons: Sequence[Comparison]) -> str:
    """Return the differences for people; each project has a heading if it has a name."""
    lines: list[str] = []
    for comparison in comparisons:
        if not comparison.name:
            lines += _lines(comparison)
        elif comparison.kind:
            lines.append(f"project {comparison.name}: {comparison.kind}")
        elif comparison.changes:
            lines.append(f"project {comparison.name}")
            lines += [f"  {line}" for line in _lines(comparison)]
    lines.append(_summary(comparisons))
    return "".join(printable(line) + "\n" for line in lines)


def _summary(comparisons: Sequence[Comparison]) -> str:
    total = sum(comparison.differences for comparison in comparisons)
    found = count(total, "difference") if total else "no difference"
    if len(comparisons) < 2:
        return found
    different = sum(1 for comparison in comparisons if comparison.differences)
    return f"{found} in {f'{different} of ' if different else ''}{len(comparisons)} projects"


def _lines(comparison: Comparison) -> Iterator[str]:
    for head, group in groupby(map(masked, comparison.changes), key=lambda change: change.path[:2]):
        title = f"{_SINGULAR.get(head[0], head[0])} {head[1]}" if len(head) > 1 else head[0]
        if head[0] == "services" and head[-1] in comparison.recreated:
            title += " (container will be recreated)"
        yield from _of_one(title, list(group))


def _of_one(title: str, changes: Sequence[Change]) -> Iterator[str]:
    """Return the lines for the differences of one service or resource."""
    for index, change in enumerate(changes):
        rest = ".".join(change.path[2:])
        if not rest:
            value = "" if isinstance(change.after or change.before, dict) else f": {words(change.before)} -> {words(change.after)}"
            yield f"{title}{value}" if value else f"{title}: {change.kind}"
            continue
        if not index:
            yield title
        if change.kind == "changed":
            yield f"  {rest}: {words(change.before)} -> {words(change.after)}"
        else:
            shown = words(change.after if change.kind == "added" else change.before)
            # An item of a list is called by its value.
            rest = ".".join(change.path[2:-1]) if change.path[-1] == shown else rest
            yield f"  {rest}: {change.kind} {shown}"


def as_json(comparisons: Sequence[Comparison]) -> str:
    """Return the differences as a JSON array; each names its project if several were compared."""
    from json import dumps

    return dumps([entry for comparison in comparisons for entry in _entries(comparison)], indent=2, ensure_ascii=False) + "\n"


def _entries(comparison: Comparison) -> Iterator[dict[str, object]]:
    name = {"project": comparison.name} if comparison.name else {}
    if comparison.kind:
        yield name | {"path": [], "kind": comparison.kind, "before": None, "after": None, "source": None, "recreates": False}
    for change in map(masked, comparison.changes):
        recreates = change.path[0] == "services" and change.path[1] in comparison.recreated
        yield name | change._asdict() | {"path": list(change.path), "recreates": recreates}
