"""Gaps: the comments, blank lines and whitespace between two elements of a file."""

from __future__ import annotations

import re
from typing import NamedTuple

# A line of a gap: whitespace, then a comment. Marked lines also hold the punctuation that a change of style removes.
_LINE = re.compile(r"([ \t]*)(#[^\r\n]*)?(\r\n?|\n|\Z)")
_MARKED_LINE = r"([ \t,\[\]{}-]*)(#[^\r\n]*)?(\r\n?|\n|\Z)"
_COMMENTED_ITEM = r"#+[ \t]*-(?:[ \t]|$)"
_COMMENTED_KEY = r"#[ \t]?([a-z][a-z_]*):(?:[ \t]|$)"
_COMMENTED_NESTING = r"#+[ \t]{2}"

# An end-of-line comment; in flow style a comma precedes it.
END_COMMENT = re.compile(r"(?:[ \t]*,)?[ \t]+(#[^\r\n]*)(?=[\r\n]|\Z)")


class UnsupportedLayout(Exception):
    """The layout does not support how the text is written at `offset`, so the text stays unchanged."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Comment(NamedTuple):
    """A comment on a line of its own: its text, its column (from 0) and whether a blank line precedes it."""

    text: str
    column: int
    blank: bool


class Gap(NamedTuple):
    """The content of a gap: the end-of-line comment at its start ("" for none), the comments on lines of their own, and
    whether a blank line precedes the next element.
    """

    end_comment: str
    comments: list[Comment]
    blank: bool

    @property
    def is_empty(self) -> bool:
        """Whether the gap has no comments."""
        return not self.end_comment and not self.comments


class Level(NamedTuple):
    """A collection that a comment may belong to: the old and the new column of its elements, from 0.

    `is_closed`: it cannot hold keys of a service, as with a list.
    """

    old: int
    new: int
    is_closed: bool = False


def read_gap(text: str, start: int, end: int, *, marked: bool = False) -> Gap:
    """Parse a gap; raise UnsupportedLayout for unexpected text. `marked`: skip brackets, commas and dashes."""
    region = text[start:end]
    if not region.strip(" \t\r\n"):
        # The usual case: only whitespace.
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
                # Parsers disagree on a number sign without a space before it.
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
    """Return whether a comment is a commented-out service key; below a list, it belongs to the service."""
    found = re.compile(_COMMENTED_KEY).match(text)
    if found is None:
        return False
    from composefmt.compose.spec_order import SERVICE_KEYS

    return found[1] in SERVICE_KEYS


def place_comments(comments: list[Comment], levels: list[Level]) -> list[int]:
    """Return the index of the level that each comment belongs to. `levels`: from the innermost to that of the next element.

    A comment belongs to the innermost collection whose elements are not to its right. After a comment of an outer
    collection, no comment belongs to an inner one.
    """
    places: list[int] = []
    index, last = 0, len(levels) - 1
    for comment in comments:
        while index < last and not _belongs(comment, index, levels, index in places[-1:]):
            index += 1
        places.append(index)
    return places


# A key or item that an editor commented out in column 0, with its indentation after the number sign.
_SWITCHED_OFF = r"""#[ \t]{2,}(?:-[ \t]|["'\w./-]+[ \t]*:(?:[ \t]|$))"""


def comment_columns(comments: list[Comment], places: list[int], levels: list[Level]) -> list[int]:
    """Return the new column of each comment, given the levels that they belong to.

    The first comment of a block goes to the column of its level and the others keep their distance from it, so that
    commented-out YAML keeps its indentation. A line that an editor commented out in column 0 stays there, so that
    uncommenting restores it.
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
    # If a list starts in its key's column, only the comment's text shows which of the two it belongs to.
    if column == levels[index + 1].old and comment.column == column:
        return re.compile(_COMMENTED_ITEM).match(comment.text) is not None or (
            continues and not comment.blank and re.compile(_COMMENTED_NESTING).match(comment.text) is not None
        )
    return True
