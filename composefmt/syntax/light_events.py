"""The C parser made to fill the tree's nodes itself.

For each event it makes an object of one of ruamel.yaml's event classes, which takes three calls of Python, only to be
read once: a tenth of a run. Where the process is ours alone, as on the command line, it makes most nodes at once.
Nothing here is done on import, and a program that uses composefmt as a library keeps its ruamel.yaml as it is.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from composefmt.syntax.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.syntax.parse import Mark


@cache
def use_light_events() -> None:
    """Have the C parser, which must be installed, make nodes for all that has neither an anchor nor a tag."""
    import _ruamel_yaml as module
    from ruamel.yaml import events as ev

    makers = {
        "ScalarEvent": (ev.ScalarEvent, _scalar_maker(ev.ScalarEvent)),
        "MappingStartEvent": (ev.MappingStartEvent, _collection_maker(Mapping, ev.MappingStartEvent)),
        "SequenceStartEvent": (ev.SequenceStartEvent, _collection_maker(Sequence, ev.SequenceStartEvent)),
        "MappingEndEvent": (ev.MappingEndEvent, _end),
        "SequenceEndEvent": (ev.SequenceEndEvent, _end),
    }
    # A version that looks them up in another way goes on to make events.
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
