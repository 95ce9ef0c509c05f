"""Unified diffs.

Lines that occur once in both texts are matched first, and only the regions between them are compared line by line, so the
time is linear in the size of the file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from composefmt.reports.text import PLAIN, Style, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Lines = Sequence[str]

# Unchanged lines around a change.
_CONTEXT = 3
# Larger regions without a unique line (lines before times lines after) count as replaced.
_LARGE = 250_000


class LineChange(NamedTuple):
    """Lines `start` to `end` of the old text become lines `new_start` to `new_end` of the new one, from 0, half-open."""

    start: int
    end: int
    new_start: int
    new_end: int


def unified(filename: str, before: str, after: str, style: Style = PLAIN) -> Iterator[str]:
    """Yield the lines of a unified diff, with their line breaks."""
    old, new = _lines(before), _lines(after)
    name = printable(filename)
    hunks = _hunks(list(changed(old, new)))
    if hunks:
        yield f"{style.bold}--- a/{name}{style.reset}\n"
        yield f"{style.bold}+++ b/{name}{style.reset}\n"
    for hunk in hunks:
        first, last = hunk[0], hunk[-1]
        start, new_start = max(first.start - _CONTEXT, 0), max(first.new_start - _CONTEXT, 0)
        end, new_end = min(last.end + _CONTEXT, len(old)), min(last.new_end + _CONTEXT, len(new))
        yield f"{style.dim}@@ -{_range(start, end)} +{_range(new_start, new_end)} @@{style.reset}\n"
        for change in hunk:
            yield from (_shown(" ", old[i], "", "") for i in range(start, change.start))
            yield from (_shown("-", old[i], style.removed, style.reset) for i in range(change.start, change.end))
            yield from (_shown("+", new[i], style.added, style.reset) for i in range(change.new_start, change.new_end))
            start = change.end
        yield from (_shown(" ", old[i], "", "") for i in range(start, end))


def _lines(text: str) -> list[str]:
    return list(StringIO(text, newline=""))


def _shown(sign: str, line: str, color: str, reset: str) -> str:
    """Return one line of the diff; a final carriage return stays, so that the diff can be applied."""
    text = line.rstrip("\r\n")
    ending = line[len(text) :]
    shown = "\t".join(printable(part) for part in text.split("\t"))
    if not ending.endswith("\n"):
        ending += "\n" if ending else "\n\\ No newline at end of file\n"
    return f"{color}{sign}{shown}{reset}{ending}"


def _range(start: int, end: int) -> str:
    """Return a range of lines in the format's notation; an empty range is named by the line before it."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _hunks(changes: list[LineChange]) -> list[list[LineChange]]:
    hunks: list[list[LineChange]] = []
    for change in changes:
        if hunks and change.start - hunks[-1][-1].end <= 2 * _CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
    return hunks


def changed(old: Lines, new: Lines) -> Iterator[LineChange]:
    """Yield the changes between two lists of lines, in order, in linear time."""
    anchors = [(-1, -1), *_anchors(old, new), (len(old), len(new))]
    for (i, j), (next_i, next_j) in pairwise(anchors):
        yield from _between(old, new, _trimmed(old, new, LineChange(i + 1, next_i, j + 1, next_j)))


def _anchors(old: Lines, new: Lines) -> list[tuple[int, int]]:
    """Return the index pairs of the longest common subsequence of lines that occur once in both texts."""
    counts, new_counts = Counter(old), Counter(new)
    place = {line: j for j, line in enumerate(new) if new_counts[line] == 1}
    pairs = [(i, place[line]) for i, line in enumerate(old) if counts[line] == 1 and line in place]
    # The longest increasing subsequence of indexes: for each length, the pair with the lowest end.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [number]
    run: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _trimmed(old: Lines, new: Lines, change: LineChange) -> LineChange:
    """Return a region without the equal lines at its ends."""
    start, end, new_start, new_end = change
    while start < end and new_start < new_end and old[start] == new[new_start]:
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return LineChange(start, end, new_start, new_end)


def _between(old: Lines, new: Lines, stretch: LineChange) -> Iterator[LineChange]:
    """Yield the changes within a region."""
    start, end, new_start, new_end = stretch
    if start == end and new_start == new_end:
        return
    if start == end or new_start == new_end or (end - start) * (new_end - new_start) > _LARGE:
        yield stretch
        return
    from difflib import SequenceMatcher

    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old[start:end], new[new_start:new_end], autojunk=False).get_opcodes():
        if tag != "equal":
            yield LineChange(start + i1, start + i2, new_start + j1, new_start + j2)
