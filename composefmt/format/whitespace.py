"""Gaps: what stands between two elements of a file, which is comments, blank lines and white space."""

from __future__ import annotations

import re
from typing import NamedTuple

# A line of a gap: white space (and what is only punctuation where a collection changes its style), then a comment.
_LINE = re.compile(r"([ \t]*)(#[^\r\n]*)?(\r\n?|\n|\Z)")
_MARKED_LINE = r"([ \t,\[\]{}-]*)(#[^\r\n]*)?(\r\n?|\n|\Z)"
_COMMENTED_ITEM = r"#+[ \t]*-(?:[ \t]|$)"
_COMMENTED_KEY = r"#[ \t]?([a-z][a-z_]*):(?:[ \t]|$)"
_COMMENTED_NESTING = r"#+[ \t]{2}"

# A comment at the end of a value's line; inside brackets the comma stands before it.
END_COMMENT = re.compile(r"(?:[ \t]*,)?[ \t]+(#[^\r\n]*)(?=[\r\n]|\Z)")


class UnsupportedLayout(Exception):
    """The text is written in a way that the layout does not understand; it stays as it is. `offset`: where."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Comment(NamedTuple):
    """A comment on a line of its own: its text, its column from 0, and whether a blank line stands above it."""

    text: str
    column: int
    blank: bool


class Gap(NamedTuple):
    """What a gap holds: the comment at the end of the line where it begins ("" for none), the comments on lines of
    their own, and whether a blank line stands before what follows.
    """

    end_comment: str
    comments: list[Comment]
    blank: bool

    @property
    def is_empty(self) -> bool:
        """Whether no comment stands in it."""
        return not self.end_comment and not self.comments


class Level(NamedTuple):
    """A collection that a comment may belong to: the column of its elements, from 0, as it was and as it will be.

    `is_closed`: the keys of a service cannot stand in it, as in a list.
    """

    old: int
    new: int
    is_closed: bool = False


def read_gap(text: str, start: int, end: int, *, marked: bool = False) -> Gap:
    """Take a gap apart. `marked`: brackets, commas and dashes are skipped. Raises UnsupportedLayout where it holds anything else."""
    region = text[start:end]
    if not region.strip(" \t\r\n"):
        # Nothing but white space, as mostly.
        return Gap("", [], region.count("\n") > 1 or region.count("\r") > 1)
    line = (re.compile(_MARKED_LINE) if marked else _LINE).match
    end_comment = ""
    comments: list[Comment] = []
    blank = False
    offset, first = start, True
    while True:
        found = line(text, offset, end)
        if found is None:
            raise UnsupportedLayout(offset)
        comment, line_break = found[2], found[3]
        if comment:
            if found.start(2) > 0 and text[found.start(2) - 1] not in " \t\r\n":
                # Readers differ on a number sign right behind something else.
                raise UnsupportedLayout(offset)
            if first:
                end_comment = comment.rstrip()
            else:
                comments.append(Comment(comment.rstrip(), len(found[1]), blank))
            blank = False
        elif not first and line_break and not found[1].strip():
            blank = True
        offset, first = found.end(), False
        if not line_break:
            return Gap(end_comment, comments, blank)


def _is_commented_key(text: str) -> bool:
    """Whether a comment is a key of a service that somebody switched off: below a list, it belongs to the service."""
    found = re.compile(_COMMENTED_KEY).match(text)
    if found is None:
        return False
    from composefmt.compose.spec_order import SERVICE_KEYS

    return found[1] in SERVICE_KEYS


def place_comments(comments: list[Comment], levels: list[Level]) -> list[int]:
    """For each comment the index of the level that it belongs to; `levels` run from the innermost to that of what follows.

    A comment belongs to the innermost collection whose elements do not stand right of it; and once one belongs to an
    outer collection, those below it do not belong to an inner one again.
    """
    places: list[int] = []
    index, last = 0, len(levels) - 1
    for comment in comments:
        while index < last and not _belongs(comment, index, levels, index in places[-1:]):
            index += 1
        places.append(index)
    return places


# A key or item that an editor has commented out in column 0, with its indentation behind the sign.
_SWITCHED_OFF = r"""#[ \t]{2,}(?:-[ \t]|["'\w./-]+[ \t]*:(?:[ \t]|$))"""


def comment_columns(comments: list[Comment], places: list[int], levels: list[Level]) -> list[int]:
    """Return the new column of each comment, given the levels that they belong to.

    The first comment of a block goes to the column of its level, and the others keep their distance from it: a block of
    YAML that is commented out keeps its inner steps. A line that an editor has commented out in column 0 stays there, so
    that uncommenting it gives the line back.
    """
    columns: list[int] = []
    first: Comment | None = None
    previous = -1
    for comment, place in zip(comments, places, strict=True):
        column = levels[place].new
        if comment.column == 0 < column and re.compile(_SWITCHED_OFF).match(comment.text):
            columns.append(0)
            first = None
            continue
        if first is None or place != previous or comment.blank or comment.column < first.column:
            first, previous = comment, place
        columns.append(column + comment.column - first.column)
    return columns


def _belongs(comment: Comment, index: int, levels: list[Level], continues: bool) -> bool:
    column = levels[index].old
    if comment.column < column or (levels[index].is_closed and _is_commented_key(comment.text)):
        return False
    # A list may stand in its key's column: what follows it is then told by what the comment says.
    if column == levels[index + 1].old and comment.column == column:
        return re.compile(_COMMENTED_ITEM).match(comment.text) is not None or (
            continues and not comment.blank and re.compile(_COMMENTED_NESTING).match(comment.text) is not None
        )
    return True
