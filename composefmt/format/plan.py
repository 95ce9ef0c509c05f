"""The plan: what is to be written in place of what stands there, made by the forms and carried out by the layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Union

    from composefmt.syntax.write import Entry

    # By id of the node: an item of a list becomes these mappings; any other value becomes the rewrite.
    Plan = dict[int, Union[list[Entry], "Rewrite"]]


class Piece(NamedTuple):
    """What replaces a stretch of the text (`start` to `end`): lines of block text without their indentation."""

    start: int
    end: int
    lines: list[str]


class Rewrite(NamedTuple):
    """What replaces a value: `pieces` are the elements of a block collection; without any, `text` stands in the line."""

    pieces: list[Piece]
    text: str = ""
