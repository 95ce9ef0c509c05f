"""Let the C parser create tree nodes directly.

For each event the parser creates an instance of one of ruamel.yaml's event classes, which costs three Python calls for an
object that is read once: a tenth of the run time. In our own process, as on the command line, it creates nodes instead.
Nothing happens on import; in a program that uses composefmt as a library, ruamel.yaml stays unchanged.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from composefmt.syntax.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Mark(Protocol):
        """A location in the text, as the parser reports it."""

        index: int


@cache
def use_fast_events() -> None:
    """Make the C parser, which must be installed, create nodes for everything without an anchor or tag."""
    import _ruamel_yaml as module
    from ruamel.yaml import events as ev

    makers = {
        "ScalarEvent": (ev.ScalarEvent, _scalar_maker(ev.ScalarEvent)),
        "MappingStartEvent": (ev.MappingStartEvent, _collection_maker(Mapping, ev.MappingStartEvent)),
        "SequenceStartEvent": (ev.SequenceStartEvent, _collection_maker(Sequence, ev.SequenceStartEvent)),
        "MappingEndEvent": (ev.MappingEndEvent, _end),
        "SequenceEndEvent": (ev.SequenceEndEvent, _end),
    }
    # If a version of the parser looks the classes up differently, it keeps creating events.
    if all(getattr(module, name, None) is usual for name, (usual, _) in makers.items()):
        for name, (_, maker) in makers.items():
            setattr(module, name, maker)


def _scalar_maker(usual: type) -> Callable[..., object]:
    def make(anchor: str | None, tag: str | None, implicit: object, value: str, start_mark: Mark, end_mark: Mark, style: str) -> object:
        if tag is None and anchor is None and style != "|" and style != ">":
            start = start_mark.index
            return Scalar(start, end_mark.index, start, None, None, value, style)
        return usual(anchor, tag, implicit, value, start_mark, end_mark, style)

    return make


def _collection_maker(kind: type[Mapping] | type[Sequence], usual: type) -> Callable[..., object]:
    def make(anchor: str | None, tag: str | None, implicit: object, start_mark: Mark, end_mark: Mark, flow_style: bool | None) -> object:
        if tag is None and anchor is None:
            start = start_mark.index
            return kind(start, start, None, None, flow_style is True)
        return usual(anchor, tag, implicit, start_mark, end_mark, flow_style)

    return make


def _end(_: Mark, end_mark: Mark) -> Mark:
    return end_mark
