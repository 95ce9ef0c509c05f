"""The plan: the values to replace. The short and long forms make it, and the layout carries it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Union

    from composefmt.syntax.write import Entry

    # By id of the node: mappings replace an item of a list; a rewrite replaces any value.
    Plan = dict[int, Union[list[Entry], "Rewrite"]]


class Piece(NamedTuple):
    """The replacement of a span of the text: lines in block style without their indentation."""

    start: int
    end: int
    lines: list[str]


class Rewrite(NamedTuple):
    """The replacement of a value: `pieces` are the elements of a block collection; without any, `text` is written inline."""

    pieces: list[Piece]
    text: str = ""
