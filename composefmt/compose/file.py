"""One Compose file for rules and models: the tree, and views of it that are computed on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from composefmt.compose.fields import Use, find_uses
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, Tree, resolve
from composefmt.syntax.source import Source, Span
from composefmt.syntax.values import Entries, Values, merged_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.schema import SchemaProblem
    from composefmt.findings import Finding
    from composefmt.options import Options
    from composefmt.syntax.changes import Changes

Path = tuple["str | int", ...]
Made = TypeVar("Made")


class ComposeFile:
    """A parsed file. `root` is the mapping of its first document, None if that is not a mapping."""

    __slots__ = (
        "_changes",
        "_defined",
        "_has_reset",
        "_made",
        "_merged",
        "_problems",
        "_sections",
        "_services",
        "_uses",
        "elsewhere",
        "options",
        "refusals",
        "roots",
        "source",
        "tree",
        "unused_suppressions",
        "values",
    )

    def __init__(self, source: Source, tree: Tree, options: Options) -> None:
        self.source = source
        self.tree = tree
        self.options = options
        self.values = Values()
        self._has_reset = "!reset" in source.text
        self._made: dict[object, Any] = {}
        self._merged: dict[int, Entries] = {}
        # Documents that are mappings, in order; the reference merges them.
        self.roots: list[Mapping] = [node for node in tree.documents if type(node) is Mapping]
        self._sections: dict[str, list[tuple[str, Node]]] = {}
        self._services: list[tuple[str, Mapping]] | None = None
        self._defined: dict[str, dict[str, Node]] = {}
        self._uses: list[Use] | None = None
        self._changes: Changes | None = None
        # Unused suppressions: location, rule, and whether it applies to the whole file; known after all other rules.
        self.unused_suppressions: list[tuple[Span, str, bool]] = []
        # Findings of the file's projects that are written in other files.
        self.elsewhere: list[tuple[Source, Finding]] = []
        # Why Docker Compose would refuse the file's projects, with the location; known after all other rules.
        self.refusals: list[tuple[Span, str]] = []
        self._problems: list[tuple[Span, SchemaProblem]] | None = None

    def once(self, make: Callable[..., Made], *given: Node | str) -> Made:
        """Return the cached result of a function of this file and further arguments, such as a node."""
        asked = (make, *given)
        if asked not in self._made:
            self._made[asked] = make(self, *given)
        made: Made = self._made[asked]
        return made

    def forget(self) -> None:
        """Clear the cache: some results refer to the file and would keep it in memory."""
        self._made.clear()

    @property
    def is_declared_fragment(self) -> bool:
        """Whether settings or the comment `# composefmt: fragment` mark the file as a part of a project."""
        return self.options.is_fragment or self.once(_says_fragment)

    @property
    def root(self) -> Mapping | None:
        """Return the first document if it is a mapping."""
        return self.roots[0] if self.roots else None

    def written_root(self, node: Node) -> Mapping | None:
        """Return the root of the only document in which a node is written; None if there are several."""
        return self.roots[0] if len(self.roots) == 1 else None

    @property
    def uses(self) -> list[Use]:
        """Return the lists that are used as fields with a short and a long form."""
        if self._uses is None:
            self._uses = find_uses(self.tree)
        return self._uses

    @property
    def changes(self) -> Changes:
        """Return the converter of node changes to edits, for fixes."""
        if self._changes is None:
            from composefmt.syntax.changes import Changes

            self._changes = Changes(self.source.text, self.tree)
        return self._changes

    def entries(self, node: Node | None) -> Entries:
        """Return the (key, value) nodes of a mapping by key, merge keys and aliases followed; {} for other nodes."""
        if type(node) is Alias:
            node = node.target
        if type(node) is not Mapping:
            return {}
        known = self._merged.get(id(node))
        return merged_entries(node, self._merged) if known is None else known

    def items(self, node: Node | None) -> list[Node]:
        """Return the items of a list without those that `!reset` discards, [] for anything else."""
        node = resolve(node) if node is not None else None
        if type(node) is not Sequence:
            return []
        if not self._has_reset:
            return node.items
        return [item for item in node.items if type(item) is Alias or item.tag != "!reset"]  # type: ignore[union-attr]

    def get(self, *path: str | int) -> Node | None:
        """Return the node at a path below the first document's root, aliases followed, None if it does not exist."""
        found = self.root and self.locate(path, self.root)
        return found[1] if found else None

    def locate_in_only_document(self, path: Path) -> tuple[Node | None, Node] | None:
        """Return the (key, value) nodes at a path as `locate` does; None if the file has several documents or none."""
        return self.locate(path, self.roots[0]) if len(self.roots) == 1 else None

    def locate(self, path: Path, root: Node) -> tuple[Node | None, Node] | None:
        """Return the (key, value) nodes at a path below `root`; the key is None for list items."""
        key: Node | None = None
        node: Node = root
        for part in path:
            if isinstance(part, int):
                items = self.items(node)
                if part >= len(items):
                    return None
                key, node = None, items[part]
            else:
                entry = self.entries(node).get(part)
                if entry is None:
                    return None
                key, node = entry
        return key, node

    @property
    def schema_problems(self) -> list[tuple[Span, SchemaProblem]]:
        """Return the schema problems of each document with their spans."""
        if self._problems is None:
            self._problems = list(self._find_schema_problems())
        return self._problems

    def _find_schema_problems(self) -> Iterator[tuple[Span, SchemaProblem]]:
        from composefmt.compose.schema import problems

        for root in self.roots:
            for problem in problems(self.values.value(root)):
                yield self.place(problem.path, root, on_key=problem.on_key), problem

    def place(self, path: Path, root: Node, *, on_key: bool = False) -> Span:
        """Return the span of the key or value at a path, or of the nearest enclosing node if it has none."""
        while path:
            found = self.locate(path, root)
            if found is not None:
                key, node = found
                if key is not None and (on_key or type(node) is Mapping or node.span.start == node.span.end):
                    return key.span
                return first_line(self.source, node.span)
            path = path[:-1]
        return first_line(self.source, root.span)

    def defined(self, section: str) -> dict[str, Node]:
        """Return the names that a top-level section defines in any of the file's documents, with their values."""
        if section not in self._defined:
            self._defined[section] = dict(self._elements(section))
        return self._defined[section]

    def services(self) -> list[tuple[str, Mapping]]:
        """Return the services of all documents; a service in several documents is repeated."""
        if self._services is None:
            nodes = [(name, resolve(value)) for name, value in self._elements("services")]
            self._services = [(name, node) for name, node in nodes if type(node) is Mapping]
        return self._services

    def _elements(self, section: str) -> list[tuple[str, Node]]:
        """Return the names and values of a top-level section in each document, in order; duplicate sections are joined."""
        found = self._sections.get(section)
        if found is None:
            found = self._sections[section] = list(self._find_elements(section))
        return found

    def _find_elements(self, section: str) -> Iterator[tuple[str, Node]]:
        for root in self.roots:
            hidden = [value for key, value in root.entries if type(key) is Scalar and key.value == section][:-1]
            entry = self.entries(root).get(section)
            for node in (*hidden, entry[1] if entry else None):
                for name, (_, value) in self.entries(node).items():
                    yield name, value

    def interpolated_scalars(self) -> Iterator[Scalar]:
        """Return the interpolated scalars: all values but no keys, in the order of the text."""
        stack = list(reversed(self.tree.documents))
        while stack:
            node = stack.pop()
            if type(node) is Scalar:
                if "$" in node.value:
                    yield node
            elif type(node) is Sequence:
                stack += reversed(node.items)
            elif type(node) is Mapping:
                stack += [value for _, value in reversed(node.entries)]


_FRAGMENT = r"(?m)^\s*#\s*composefmt:\s*fragment\b"


def _says_fragment(file: ComposeFile) -> bool:
    return "composefmt:" in file.source.text and pattern(_FRAGMENT).search(file.source.text) is not None


def first_line(source: Source, span: Span) -> Span:
    """Cut a span at the end of its first line, so that a caret fits under it."""
    end = source.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.start, max(end, span.start + 1))


def text_span(source: Source, node: Scalar, start: int, end: int) -> Span:
    """Return the span in the file of a part of a scalar's value.

    Offsets in the value are offsets in the text only where it is written on one line and without escapes; elsewhere the
    place is the whole scalar.
    """
    content = node.content + (1 if node.style in ("'", '"') else 0)
    if node.style in ("|", ">") or not source.text.startswith(node.value, content):
        return first_line(source, node.span)
    span = Span(content + start, content + end)
    # An empty part is shown by the character at its position.
    return span if end > start else Span(span.start, span.start + 1)
