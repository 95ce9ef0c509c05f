"""Parse text into a tree, from the events of ruamel.yaml's parser.

Events keep what composed nodes lose: the locations of aliases, and the true end of a block collection. The C parser is
used if it is installed; the pure Python parser yields the same tree many times slower.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree, parts_of
from composefmt.syntax.scalars import decoded

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from composefmt.syntax.fast_events import Mark

    class Event(Protocol):
        """The attributes of parser events; some have only part of them."""

        start_mark: Mark
        end_mark: Mark
        anchor: str | None
        tag: str | None
        ctag: object
        value: str
        style: str | None
        flow_style: bool | None

    # An Event, or the node that replaces it (see `fast_events`).
    NextEvent = Callable[[], Any]

# Compose needs fewer than 20 levels. Recursive readers fail at a few thousand, so deeper files are refused.
MAX_DEPTH = 200

_SECOND_OPINION_LIMIT = 200_000
_INNER_MARK = r"[\r\n]\ufeff"

# White space and comments between a node's anchor or tag and its value.
_GAP = r"(?:[ \t\r\n]+|(?<=[ \t\r\n])#[^\r\n]*)*"
_COLON = r"(?:[ \t\r\n]+|#[^\r\n]*)*:"
_DASH = r"(?:[ \t\r\n]+|#[^\r\n]*)*-"
_PROPERTY = r"[&!][^ \t\r\n,\[\]{}]*"


class SyntaxProblem(ValueError):
    """The text is not YAML, or not YAML that can be processed.

    `rule` names the kind of problem; `offset` is the character, from 0, where it shows; `context` describes what the
    parser was reading and `context_offset` where that started.
    """

    def __init__(self, rule: str, message: str, offset: int, context: str = "", context_offset: int | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.offset = offset
        self.context = context
        self.context_offset = context_offset


def parse(text: str, *, pure: bool = False) -> Tree:
    """Parse a whole file of one or more documents. `pure` forces the Python parser. Raises SyntaxProblem.

    The C parser refuses some valid YAML (a URL in a flow mapping), so the Python parser decides, up to a size that it
    reads within a second or two. The C parser also skips a byte order mark at the start of a line.
    """
    pure = pure or ("\ufeff" in text and re.search(_INNER_MARK, text) is not None and len(text) <= _SECOND_OPINION_LIMIT)
    events = None if pure else _c_events(text)
    if events is None:
        return _second_opinion(text)
    try:
        return _build(text, events, pure=False)
    except SyntaxProblem as problem:
        if problem.rule != "yaml-syntax" or len(text) > _SECOND_OPINION_LIMIT:
            raise
        try:
            return _second_opinion(text)
        except SyntaxProblem as second:
            # The C parser is wrong about colons in flow style.
            raise (second if "unexpected ':'" in problem.message else problem) from None


def _second_opinion(text: str) -> Tree:
    """Parse with the Python parser; it refuses tabs in flow style, so the last attempt replaces them by spaces."""
    if text.count("\n...") + text.count("\r...") > 1:
        from composefmt.syntax.document_ends import single_ends

        text = single_ends(text)
    try:
        return _build(text, _pure_events(text), pure=True)
    except SyntaxProblem:
        if "\t" not in text:
            raise
        from composefmt.syntax.tabs import is_tree_of, restored, spaced

        changed = spaced(text)
        tree = _build(changed, _pure_events(changed), pure=True)
        kept = restored(tree, text, changed)
        if kept != changed:
            changed = kept
            tree = _build(changed, _pure_events(changed), pure=True)
        if not is_tree_of(tree, text, changed):
            raise
        return tree


def _build(text: str, events: NextEvent, *, pure: bool) -> Tree:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError

    try:
        return _Builder(text, pure=pure).build(events)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        context_mark = error.context_mark if error.problem_mark else None
        raise SyntaxProblem(
            "yaml-syntax",
            str(error.problem or error.context or "not YAML"),
            mark.index if mark else 0,
            str(error.context or ""),
            context_mark.index if context_mark else None,
        ) from None
    except (YAMLError, YAMLStreamError) as error:
        raise SyntaxProblem("yaml-syntax", _reader_message(error), _reader_offset(error, text)) from None
    except AssertionError as error:
        # This is how the Python parser refuses a YAML version.
        raise SyntaxProblem("yaml-syntax", str(error), 0) from None
    except ValueError as error:
        # This is how the Python parser refuses an escape such as "\\U00110000".
        if "chr()" not in str(error):
            raise
        raise SyntaxProblem("yaml-syntax", "found invalid Unicode character escape code", 0) from None


def _reader_message(error: Exception) -> str:
    reason = str(getattr(error, "reason", "") or error).splitlines()[0]
    character = getattr(error, "character", None)
    return f"{reason} (U+{character:04X})" if isinstance(character, int) else reason


def _reader_offset(error: Exception, text: str) -> int:
    """Return the offset of a character that YAML forbids; the C parser reports bytes."""
    position = getattr(error, "position", 0)
    if not isinstance(position, int):
        return 0
    character = getattr(error, "character", None)
    found = text.find(chr(character)) if isinstance(character, int) and 0 <= character < 0x110000 else -1
    return found if found >= 0 else min(position, len(text))


def own_process() -> None:
    """Declare that only composefmt uses ruamel.yaml in this process, which allows a faster parser."""
    global _owned  # noqa: PLW0603
    _owned = True
    _c_parser.cache_clear()


_owned = False


@cache
def _c_parser() -> Callable[[str], Any] | None:
    """Return the C parser, None if it is not installed."""
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return None
    if _owned:
        from composefmt.syntax.fast_events import use_fast_events

        use_fast_events()
    return cast("Callable[[str], Any]", CParser)


def _c_events(text: str) -> NextEvent | None:
    parser = _c_parser()
    return None if parser is None else cast("NextEvent", parser(text).get_event)


def _pure_events(text: str) -> NextEvent:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    events = iter(yaml.parse(text))
    return cast("NextEvent", lambda: next(events, None))


def _short_tag(tag: str | None) -> str | None:
    """Abbreviate a tag, as in `!!int`."""
    return f"!!{tag[len(_YAML_TAGS) :]}" if tag is not None and tag.startswith(_YAML_TAGS) else tag


_YAML_TAGS = "tag:yaml.org,2002:"


class _Builder:
    """Builds the tree of one text from its events."""

    __slots__ = ("anchors", "heights", "pure", "text", "tree")

    def __init__(self, text: str, *, pure: bool) -> None:
        self.text = text
        self.pure = pure
        self.tree = Tree()
        self.anchors: dict[str, Node] = {}
        self.heights: dict[int, int] = {}

    def build(self, next_event: NextEvent) -> Tree:
        # The hot loop of the parser: no recursion, few calls, local names.
        import ruamel.yaml.events as ev

        scalar_event, mapping_start, sequence_start = ev.ScalarEvent, ev.MappingStartEvent, ev.SequenceStartEvent
        others = (ev.StreamStartEvent, ev.StreamEndEvent, ev.DocumentStartEvent, ev.DocumentEndEvent)
        tree = self.tree
        scalars = tree.scalars
        stack: list[Sequence | Mapping] = []
        keys: list[Node | None] = []
        parent: Sequence | Mapping | None = None
        key: Node | None = None
        node: Any
        collection: Any
        while (event := next_event()) is not None:
            kind = type(event)
            # Nodes come from the light events; events from everything else and from values with an anchor or tag.
            if kind is Scalar or kind is scalar_event:
                node = event if kind is Scalar else self.scalar(event)
                if node.start == node.end and parent is not None and (self.pure or parent.flow):
                    self.place_nothing(node, parent, key)
                scalars.append(node)
            elif kind is Mapping or kind is Sequence or kind is mapping_start or kind is sequence_start:
                if kind is mapping_start or kind is sequence_start:
                    collection = self.collection(Mapping if kind is mapping_start else Sequence, event)
                else:
                    collection = event
                stack.append(collection)
                keys.append(key)
                if len(stack) > MAX_DEPTH:
                    raise SyntaxProblem("too-deep", f"nested more than {MAX_DEPTH} levels deep", collection.start)
                parent, key = collection, None
                continue
            elif kind is ev.AliasEvent:
                node = self.alias(event, stack)
            elif kind in others:
                # Anchors stay known in the documents that follow, as they do to go-yaml, Docker Compose's library.
                continue
            else:
                node = collection = stack.pop()
                key = keys.pop()
                parent = stack[-1] if stack else None
                # A collection ends at its bracket, or with its last value.
                if collection.flow:
                    end_mark = cast("Mark", getattr(event, "end_mark", event))
                    collection.end = end_mark.index
                elif type(collection) is Sequence:
                    collection.end = collection.items[-1].end if collection.items else collection.content
                elif collection.entries:
                    last_key, last_value = collection.entries[-1]
                    collection.end = max(last_key.end, last_value.end)
                else:
                    collection.end = collection.content
            if parent is None:
                tree.documents.append(node)
            elif type(parent) is Sequence:
                parent.items.append(node)
            elif key is None:
                key = node
            else:
                parent.entries.append((key, node))  # type: ignore[union-attr]
                key = None
        return tree

    def place_nothing(self, node: Scalar, parent: Sequence | Mapping, key: Node | None) -> None:
        """Locate an empty value right after its `:` or `-`; the parsers report the position of the next token."""
        if key is not None:
            found = re.compile(_COLON).match(self.text, key.end)
            offset = found.end() if found else key.end
        elif type(parent) is Sequence and not parent.flow:
            offset = parent.items[-1].end if parent.items else parent.content
            found = re.compile(_DASH).match(self.text, offset)
            offset = found.end() if found else node.start
        else:
            return
        node.start = node.end = node.content = offset

    def scalar(self, event: Event) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        # `ctag` is None without a tag; the property `tag` would build a string each time.
        tag, anchor, style = None if event.ctag is None else _short_tag(event.tag), event.anchor, event.style or ""
        content = start
        if tag is not None or anchor is not None:
            content = min(self.content(start), end) if end > start else end
        if style == "|" or style == ">":
            # The parser's end of a block scalar includes the blank lines after it.
            body = self.text[content:end].rstrip(" \t\r\n")
            end = content + len(body)
        value = event.value
        if tag == "!!binary":
            value = decoded(value) or value
        node = Scalar(start, end, content, tag, anchor, value, style)
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def collection(self, kind: type[Sequence] | type[Mapping], event: Event) -> Sequence | Mapping:
        start = event.start_mark.index
        tag, anchor = None if event.ctag is None else _short_tag(event.tag), event.anchor
        content = start if tag is None and anchor is None else self.content(start)
        node = kind(start, content, tag, anchor, bool(event.flow_style))
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def alias(self, event: Event, stack: list[Sequence | Mapping]) -> Alias:
        name = str(event.anchor)
        start = event.start_mark.index
        target = self.anchors.get(name)
        if target is None:
            raise SyntaxProblem("undefined-alias", f"alias *{name} has no anchor &{name} before it", start)
        if any(target is open_node for open_node in stack):
            raise SyntaxProblem("undefined-alias", f"alias *{name} is inside its own anchor &{name}", start)
        if len(stack) + self.height(target) > MAX_DEPTH:
            raise SyntaxProblem("too-deep", f"nested more than {MAX_DEPTH} levels deep where aliases are followed", start)
        node = Alias(start, event.end_mark.index, name, target)
        self.tree.aliases.append(node)
        return node

    def height(self, node: Node) -> int:
        """Return the number of nested collections in a node, including itself, with aliases followed."""
        if type(node) is Alias:
            return self.height(node.target)
        if type(node) is Scalar:
            return 0
        known = self.heights.get(id(node))
        if known is None:
            known = 1 + max(map(self.height, parts_of(node)), default=0)
            if node.anchor is not None:  # type: ignore[union-attr]
                self.heights[id(node)] = known
        return known

    def content(self, offset: int) -> int:
        """Return where the value starts whose anchor or tag is at `offset`."""
        text = self.text
        while True:
            found = re.compile(_PROPERTY).match(text, offset)
            if found is None:
                return offset
            if text.startswith("!<", offset):
                offset = text.find(">", offset) + 1
            else:
                offset = found.end()
            gap = re.compile(_GAP).match(text, offset)
            offset = gap.end() if gap else offset
