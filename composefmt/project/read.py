"""Convert one file's text to values: resolve aliases and merge keys, record `!reset` and `!override` by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.syntax_errors import explain_problem
from composefmt.project.values import Items, Location, Map, Path, ProjectError
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.scalars import Timestamp, scalar_value, timestamp_parts
from composefmt.syntax.source import NotText, Source
from composefmt.syntax.unreadable import unfit_tags, unreadable
from composefmt.syntax.values import MERGE_KEY, is_merge_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.nodes import Tree

# Aliases can expand a small text without bound; no real project comes near this.
MAX_VALUES = 1_000_000


class ParsedDocument(NamedTuple):
    """One document of a file: its value, and the paths whose earlier values its tags remove."""

    value: object
    resets: tuple[Path, ...]
    place: Location


class _Dropped:
    """The value of a node tagged `!reset`."""


_DROPPED = _Dropped()


def source_of(data: bytes, filename: str) -> Source:
    """Decode a file's bytes. Raises ProjectError."""
    try:
        return Source.from_bytes(data, filename)
    except NotText as problem:
        raise ProjectError(problem.message, Location(Source.from_bytes(data, filename, "replace"), problem.start)) from None


def documents(source: Source) -> Iterator[ParsedDocument]:
    """Return the documents of a file in order. Raises ProjectError."""
    tree = tree_of(source)
    for found in (*unreadable(source.text, tree), *unfit_tags(source.text, tree)):
        raise ProjectError(found.message, Location(source, found.span.start))
    yield from documents_of(source, tree)


def documents_of(source: Source, tree: Tree) -> Iterator[ParsedDocument]:
    """Return the documents of a parsed file in order. Raises ProjectError."""
    for root in tree.documents:
        reader = _Reader(source)
        value = reader.value(root, ())
        yield ParsedDocument(None if value is _DROPPED else value, tuple(reader.resets), reader.place(root))


def tree_of(source: Source) -> Tree:
    """Parse a file. Raises ProjectError with the explanation of a syntax error."""
    try:
        return parse(source.text)
    except SyntaxProblem as problem:
        found = explain_problem(source, problem)
        message = f"{found.message}; {found.help}" if found.help else found.message
        raise ProjectError(message, Location(source, found.span.start)) from None


class _Reader:
    """Converts the nodes of one document."""

    __slots__ = ("count", "overriding", "resets", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.resets: list[Path] = []
        self.count = 0
        self.overriding = 0

    def place(self, node: Node, key: Node | None = None) -> Location:
        start = -1 if key is None or isinstance(key, Alias) else key.content
        return Location(self.source, node.start if isinstance(node, Alias) else node.content, start)

    def value(self, node: Node, path: Path) -> object:
        """Return the value of a node; each use of an anchor gets its own copy, which may be changed."""
        target = resolve(node)
        self.count += 1
        if self.count > MAX_VALUES:
            raise ProjectError(f"aliases expand this file to more than {MAX_VALUES:,} values", self.place(node))
        tag = target.tag
        if tag == "!reset" and not self.overriding:
            self.resets.append(path)
            return _DROPPED
        if type(target) is Scalar:
            if tag == "!override" and not self.overriding:
                self.resets.append(path)
            return _scalar(target)
        overriding = tag == "!override" and not self.overriding
        if overriding:
            self.resets.append(path)
            self.overriding += 1
        # A value that is reached through an alias is written at its anchor.
        result = self.sequence(target, path) if type(target) is Sequence else self.mapping(target, path)  # type: ignore[arg-type]
        self.overriding -= overriding
        return result

    def sequence(self, node: Sequence, path: Path) -> Items:
        items = Items(self.place(node))
        for index, item in enumerate(node.items):
            value = self.value(item, (*path, str(index)))
            if value is not _DROPPED:
                items.put(value, self.place(resolve(item)))
        return items

    def mapping(self, node: Mapping, path: Path) -> Map:
        made = Map(self.place(node))
        seen: set[str] = set()
        merges: list[Node] = []
        for key, part in node.entries:
            name = self.key(key, seen)
            if name == MERGE_KEY and is_merge_key(key):
                merges.append(part)
                continue
            value = self.value(part, (*path, name))
            if value is not _DROPPED:
                made.put(name, value, self.place(resolve(part), resolve(key)))
        for merge in merges:
            self.merge(made, merge, path)
        return made

    def key(self, node: Node, seen: set[str]) -> str:
        target = resolve(node)
        if type(target) is not Scalar:
            raise ProjectError("a key must be a string, not a list or mapping", self.place(node))
        name = target.value
        if name in seen:
            raise ProjectError(f'duplicate key "{name}"', self.place(node))
        if type(scalar_value(target)) is not str:
            raise ProjectError(f'key "{name}" is not a string; quote it', self.place(node))
        seen.add(name)
        return name

    def merge(self, made: Map, node: Node, path: Path) -> None:
        """Add the entries of a merge key that the mapping does not have."""
        target = resolve(node)
        for item in target.items if type(target) is Sequence else [target]:
            source = resolve(item)
            if type(source) is not Mapping:
                raise ProjectError('"<<" must be a mapping or a list of mappings', self.place(item))
            value = self.value(source, path)
            if isinstance(value, Map):
                for key in value:
                    if key not in made:
                        made.take(key, value)


def _scalar(node: Scalar) -> object:
    value = scalar_value(node)
    return Timestamp(_printed(value), value) if type(value) is Timestamp else value


def _printed(value: Timestamp) -> str:
    """Return a timestamp as Docker Compose prints it."""
    parts = timestamp_parts(value)
    if parts is None:
        return value
    year, month, day, hour, minute, second, fraction, zone = parts
    decimals = f".{fraction[:9].rstrip('0')}" if fraction[:9].strip("0") else ""
    offset = "+0000 UTC" if zone in ("", "Z") else f"{zone.replace(':', '')} {zone.replace(':', '')}"
    return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute:0>2}:{second:0>2}{decimals} {offset}"
