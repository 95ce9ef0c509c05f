"""The proof of a change: the text says what was asked for and nothing else, and every comment is still where it was.

Nothing is written without it. It uses the two texts only, not the way in which the edits were made.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from composefmt.edit.attachments import Attachment, attachments
from composefmt.edit.errors import EditError
from composefmt.edit.steps import Delete, Insert, Rename, Set, moved
from composefmt.edit.writer import StepWriter
from composefmt.edit.written import Written, after, written
from composefmt.syntax.edits import apply_edits
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Listed

    from composefmt.edit.rendering import Look
    from composefmt.edit.steps import IndexPath, Step, StepEdits
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.nodes import Scalar


class Snapshot:
    """A text with its tree, and what the proof compares, computed on demand."""

    __slots__ = ("_attachments", "_writer", "_written", "text", "tree")

    def __init__(self, text: str) -> None:
        """Parse a text. Raises SyntaxProblem."""
        self.text = text
        self.tree = parse(text)
        self._written: list[Written] | None = None
        self._attachments: list[Attachment] | None = None
        self._writer: StepWriter | None = None

    @property
    def written(self) -> list[Written]:
        """What each document says."""
        if self._written is None:
            self._written = written(self.tree)
        return self._written

    @property
    def attachments(self) -> list[Attachment]:
        """The comments with their elements."""
        if self._attachments is None:
            self._attachments = attachments(self.text, self.tree)
        return self._attachments

    @property
    def writer(self) -> StepWriter:
        """The maker of changes."""
        if self._writer is None:
            self._writer = StepWriter(self.text, self.tree)
        return self._writer


def changed(before: Snapshot, step: Step, look: Look) -> tuple[StepEdits, Snapshot]:
    """Carry out a step. Raises EditError if the change cannot be made or proved."""
    change = before.writer.change(step, look)
    made = proved(before, step, change)
    for another in _others(before, step, look, change) if isinstance(made, str) else ():
        now = proved(before, step, another)
        if not isinstance(now, str):
            return another, now
    if isinstance(made, str):
        raise EditError(f"the change cannot be made safely: {made}")
    return change, made


def _others(before: Snapshot, step: Step, look: Look, change: StepEdits) -> Iterator[StepEdits]:
    """Yield other ways to make a change, for block scalars next to blank lines or at the end of a text without a line break."""
    last = max(change.edits, default=None)
    if last is not None and last.end == len(before.text):
        longer = last._replace(text=last.text + before.writer.newline)
        yield change._replace(edits=tuple(longer if edit is last else edit for edit in change.edits))
    if not isinstance(step, (Delete, Rename)):
        yield before.writer.change(step, look._replace(literals=False))


def proved(before: Snapshot, step: Step, change: StepEdits) -> Snapshot | str:
    """Return the text after a change, or the reason why the change cannot be proved."""
    try:
        now = Snapshot(apply_edits(before.text, change.edits))
    except SyntaxProblem as problem:
        return f"the text would not be YAML: {problem.message}"
    except ValueError:
        return "its edits would overlap"
    if now.written != after(before.written, step):
        return "other values would change"
    return _comment_problem(before, now, step, change) or now


def renamed(before: Snapshot, edits: Listed[Edit], old: str, new: str) -> Snapshot | str:
    """Return the text after edits that rename something within scalars, or the reason why the change cannot be proved."""
    try:
        now = Snapshot(apply_edits(before.text, edits))
    except SyntaxProblem as problem:
        return f"the text would not be YAML: {problem.message}"
    starts = sorted(edit.start for edit in edits)
    if len(now.tree.scalars) != len(before.tree.scalars):
        return "other values would change"
    touched: list[tuple[Scalar, Scalar]] = []
    for was, is_now in zip(before.tree.scalars, now.tree.scalars, strict=True):
        first = bisect_left(starts, was.content)
        if first < len(starts) and starts[first] < was.end:
            touched.append((was, is_now))
            shift = starts[first] - was.content - (was.style in ("'", '"'))
            meant = {was.value[:shift] + new + was.value[shift + len(old) :]} if was.value.startswith(old, max(shift, 0)) else set()
            if is_now.value not in meant | ({new} if was.value == old else set()) or not isinstance(scalar_value(is_now), str):
                return f'"{was.value}" would become "{is_now.value}"'
    if len(touched) != len(starts):
        return "the edits are not all in different values"
    if written(before.tree, {id(pair[0]) for pair in touched}) != written(now.tree, {id(pair[1]) for pair in touched}):
        return "other values would change"
    comments = [[each._replace(span=Span(0, 0)) for each in snapshot.attachments] for snapshot in (before, now)]
    return now if comments[0] == comments[1] else "a comment would be lost or would move"


def _comment_problem(before: Snapshot, now: Snapshot, step: Step, change: StepEdits) -> str:
    """Return which comment would be lost or would move; "" if none."""
    kept = [each for each in before.attachments if not any(span.start <= each.span.start < span.end for span in change.removed)]
    if len(kept) != len(now.attachments):
        lost = next((old for old, new in zip(kept, now.attachments, strict=False) if old.text != new.text), None)
        return f'the comment "{lost.text if lost else kept[-1].text if kept else now.attachments[-1].text}" would be lost or joined'
    for old, new in zip(kept, now.attachments, strict=True):
        if old.text != new.text:
            return f'the comment "{old.text}" would be lost'
        if not _stays(old, new, step):
            return f'the comment "{old.text}" would move to another element'
    return ""


def _stays(old: Attachment, new: Attachment, step: Step) -> bool:
    path = moved(step, old.path) if old.path is not None else None
    if path is None:
        # The comments at the top stay there; an element may be removed, or hold another value now.
        return old.path is not None or new.path is None
    inner = moved(step, old.inner) if old.inner is not None else None
    if old.kind == new.kind and (path == new.path or inner == new.inner):
        return True
    if new.path is None:
        # The first elements were deleted.
        return isinstance(step, Delete) and old.kind == "above"
    if isinstance(step, Set) and path[: len(step.path)] == step.path == new.path[: len(step.path)]:
        return True
    if isinstance(step, Delete) and old.kind == "below" and old.before is not None:
        # What preceded it was removed, and the comment belongs to the element before that.
        return _is_below(old.before, step.path)
    # A new element follows a comment at the end of a collection.
    return isinstance(step, Insert) and (old.kind, new.kind) == ("below", "above") and new.path == (*step.path, step.number)


def _is_below(path: IndexPath, holder: IndexPath) -> bool:
    return path[: len(holder)] == holder
