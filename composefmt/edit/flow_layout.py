"""Elements of flow collections: `[a, b]` and `{a: b}`, on one line or with lines of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.edit.layout import NodeLayout
from composefmt.edit.steps import StepEdits
from composefmt.syntax.edits import Edit
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from composefmt.syntax.nodes import Mapping, Sequence

_COMMA = re.compile(r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\r\n]*)*,")


class FlowNodeLayout(NodeLayout):
    """Changes of flow collections."""

    __slots__ = ()

    def insert_flow_text(self, holder: Mapping | Sequence, index: int, made: str) -> tuple[Edit, ...]:
        """Return the edits that insert an element."""
        parts = self.elements(holder)
        if not parts:
            start, end = holder.content + 1, holder.end - 1
            return (Edit(start, start if self.comments.any_within(start, end) else end, made),)
        if index == len(parts):
            return self._append(holder, made)
        start = parts[index].start
        lead = self.text[line_start(self.text, start) : start]
        above = self._comma(holder, index - 1) if index else holder.content
        if self.is_own_line(start) and above is not None and self._ends_line(above + 1):
            offset = self.line_end(above)
            return (Edit(offset, offset, f"{self.newline}{lead}{made},"),)
        return (Edit(start, start, f"{made}, "),)

    def _append(self, holder: Mapping | Sequence, made: str) -> tuple[Edit, ...]:
        last = len(self.elements(holder)) - 1
        start, end = self.elements(holder)[last].start, self.element_end(holder, last)
        lead = self.text[line_start(self.text, start) : start]
        comma = self._comma(holder, last)
        own_line = self.is_own_line(start) and "\n" in self.text[holder.content : start]
        if comma is not None:
            if own_line and self._ends_line(comma + 1):
                offset = self.line_end(comma)
                return (Edit(offset, offset, f"{self.newline}{lead}{made},"),)
            return (Edit(comma + 1, comma + 1, f" {made},"),)
        comma_text = " ," if self.text[end - 1] == ":" else ","
        if not own_line:
            return (Edit(end, end, f"{comma_text} {made}"),)
        if self._ends_line(end):
            offset = self.line_end(end)
            if offset == end:
                return (Edit(end, end, f"{comma_text}{self.newline}{lead}{made}"),)
            return (Edit(end, end, comma_text), Edit(offset, offset, f"{self.newline}{lead}{made}"))
        return (Edit(end, end, f"{comma_text}{self.newline}{lead}{made}"),)

    def delete_in_flow(self, holder: Mapping | Sequence, index: int) -> StepEdits:
        """Delete an element: its lines if nothing else is on them, otherwise the element and one comma."""
        parts = self.elements(holder)
        start, end = parts[index].start, self.element_end(holder, index)
        comma = self._comma(holder, index)
        behind = end if comma is None else comma + 1
        if self.is_own_line(start) and "\n" in self.text[holder.content : start] and self._ends_line(behind):
            begin, last = line_start(self.text, start), self.line_end(behind)
            return StepEdits((Edit(begin, self.text.find("\n", last) + 1 or last, ""),), (Span(begin, last),))
        if index + 1 < len(parts):
            following = parts[index + 1].start
            stop = behind if "\n" in self.text[behind:following] else following
            return StepEdits((Edit(start, stop, ""),), (Span(start, stop),))
        before = self.element_end(holder, index - 1) if index else holder.content + 1
        if self.comments.any_within(before, start):
            return StepEdits((Edit(start, behind, ""),), (Span(start, behind),))
        return StepEdits((Edit(before, behind if not index else end, ""),), (Span(before, end),))

    def _comma(self, holder: Mapping | Sequence, index: int) -> int | None:
        """Return the offset of the comma after an element, None without one."""
        found = _COMMA.match(self.text, self.element_end(holder, index), holder.end - 1)
        return found.end() - 1 if found else None

    def _ends_line(self, offset: int) -> bool:
        """Return whether nothing but a comment follows on the line of an offset."""
        rest = self.text[offset : self.line_end(offset)].strip()
        return not rest or (rest.startswith("#") and self.text[offset : offset + 1] in (" ", "\t"))
