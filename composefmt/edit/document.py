"""A Compose file that can be changed: every change keeps all other bytes of the text, or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from composefmt.edit import additions
from composefmt.edit.edited_file import EditedFile, read_source, source_of
from composefmt.edit.editor import Access, Editor
from composefmt.edit.errors import EditError, MissingPath
from composefmt.edit.locate import expand, locate_all
from composefmt.edit.paths import Exact, parse_path, shown
from composefmt.edit.views import MappingView, plain, view_of
from composefmt.options import Options
from composefmt.syntax.parse import SyntaxProblem
from composefmt.syntax.source import Source

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from composefmt.edit.paths import Path
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.nodes import Node


class Document(EditedFile):
    """The text of a Compose file as mappings and lists.

    `document["services"]["web"]["image"] = "nginx:1.28"` changes the text; `text`, `edits` and `diff()` show the result, `save()`
    writes it. Paths are tuples of keys and indexes, or strings such as `services.web.ports[target=80]`. A value takes the style of
    its neighbors: flow or block, quotes, indentation, short or long form.

    Raises EditError if the text is not YAML, or a change cannot be made without changing anything else.
    """

    def __init__(self, text: str, filename: str = "<text>", options: Options | None = None) -> None:
        super().__init__(Source(text, filename))
        try:
            self.editor = Editor(text, options or Options())
        except SyntaxProblem as problem:
            raise _not_yaml(self._source, problem) from None

    @classmethod
    def read(cls, path: str | os.PathLike[str], options: Options | None = None, filename: str = "") -> Document:
        """Return the document of a file; `filename` is the name to show. Raises EditError if it cannot be read or is not YAML."""
        source, data = read_source(path, filename)
        made = cls(source.text, source.filename, options)
        made.came_from(source, data, path)
        return made

    @classmethod
    def of_bytes(cls, data: bytes, filename: str = "<text>", options: Options | None = None) -> Document:
        """Return the document of a file's bytes. Raises EditError."""
        source = source_of(data, filename)
        made = cls(source.text, filename, options)
        made.came_from(source, data)
        return made

    @property
    def text(self) -> str:
        """The text with all changes."""
        return self.editor.now.text

    @property
    def first(self) -> str:
        """The text without changes."""
        return self.editor.first

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The changes since the text was read or saved, as edits of that text."""
        return self.editor.history.edits

    def forget(self) -> None:
        """Make the current text the one from which changes are counted."""
        super().forget()
        self.editor.forget()

    # Values

    def get(self, path: str | Path, default: object = ...) -> Any:  # noqa: ANN401 - a YAML value may be anything
        """Return the plain value at a path. Raises MissingPath if it does not exist and there is no default."""
        try:
            found = self.find(path)
        except MissingPath:
            if default is ...:
                raise
            return default
        if len(found) > 1:
            raise EditError(f"{shown(_path(path))} means {len(found)} values", "use find")
        return found[0][1]

    def find(self, path: str | Path) -> list[tuple[Exact, Any]]:
        """Return the paths and plain values that a path with `*` or selections means. Raises MissingPath if there are none."""
        return [(one, self.editor.value(one)) for one in self._expanded(path, exact=True)]

    # Changes

    def set(self, path: str | Path, value: object, *, follow: bool = False, here: bool = False) -> None:
        """Give the value at a path another value. The last part of the path may be new.

        `follow`: also change a value that is written at an anchor, for all that use it. `here`: write a value of its own in place
        of an alias, a merged value, or a value with variables.
        """
        if not follow and not here:
            self._refuse_inherited(_path(path))
        self._change(path, lambda one: self.editor.set(one, plain(value), Access(follow, here)))

    def add(self, path: str | Path, value: object, *, follow: bool = False) -> None:
        """Add an item to a list, or `NAME=VALUE` to a mapping, in the form of the neighbors; nothing if it is there already."""
        self._change(path, lambda one: additions.add(self.editor, one, plain(value), Access(follow)))

    def insert(self, path: str | Path, index: int, value: object, *, follow: bool = False) -> None:
        """Insert an item into a list before another one, in the form of the last one."""
        self._change(path, lambda one: additions.insert(self.editor, one, index, plain(value), Access(follow)))

    def unset(self, path: str | Path, *, follow: bool = False, here: bool = False) -> None:
        """Remove an entry or item with the comments inside it. `here`: even if a merge key then gives the entry another value."""
        self._change(path, lambda one: self.editor.unset(one, Access(follow, here)), exact=True)

    def rename_key(self, path: str | Path, key: str, *, follow: bool = False) -> None:
        """Give an entry another key; references to it stay as they are."""
        self._change(path, lambda one: self.editor.rename_key(one, key, Access(follow)), exact=True)

    def rename(self, path: str | Path, name: str) -> list[str]:
        """Rename a service, network, volume and the like with all references to it in this document; another entry as `rename_key` does.

        Return what may be references as well but stays, such as host names in URLs.
        """
        from composefmt.edit.renaming import NamedFile, is_name, rename

        exact = self._expanded(path, exact=True)
        if len(exact) == 1 and is_name(exact[0]):
            with self.editor.all_or_nothing():
                return rename({self.filename: NamedFile(self.editor, self.filename)}, exact[0], name)
        self.rename_key(path, name)
        return []

    def _refuse_inherited(self, path: Path) -> None:
        """Raise EditError if a value comes through `extends`."""
        if len(path) < 3 or path[0] != "services":
            return
        from os.path import dirname

        from composefmt.edit.definitions import refuse_inherited, with_names

        for one in with_names([self], path):
            refuse_inherited(self, one, dirname(self.path or ""), self._neighbor)

    def _neighbor(self, path: str) -> Document:
        if self.path is None:
            raise EditError("the document was not read from a file")
        return Document.read(path)

    def _change(self, path: str | Path, change: Callable[[Exact], None], *, exact: bool = False) -> None:
        """Change the values at all paths that a path means, all or none; the last first, so that indexes stay right."""
        with self.editor.all_or_nothing():
            for one in reversed(self._expanded(path, exact=exact)):
                change(one)

    def _expanded(self, path: str | Path, *, exact: bool) -> list[Exact]:
        return expand(self.editor.now.tree, _path(path), self.editor.forms, exact=exact)

    # The document as a mapping

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - a YAML value may be anything
        return self.child((), key)

    def __setitem__(self, key: str, value: object) -> None:
        self.set((key,), value)

    def __delitem__(self, key: str) -> None:
        self.unset((key,))

    def __contains__(self, key: object) -> bool:
        return key in MappingView(self, ())

    def __iter__(self) -> Iterator[str]:
        return iter(MappingView(self, ()))

    def __len__(self) -> int:
        return len(MappingView(self, ()))

    def child(self, path: Exact, key: str | int) -> Any:  # noqa: ANN401 - a YAML value may be anything
        """Return the value at a key or index of a collection: a view, or a plain scalar. Raises MissingPath."""
        place = self.editor.place((*path, key))
        return view_of(self, (*path, key), place.node)

    def nodes(self, path: Exact) -> list[Node]:
        """Return the nodes at a path in all documents of the file."""
        return locate_all(self.editor.now.tree, path, self.editor.forms)


def _path(path: str | Path) -> Path:
    return parse_path(path) if isinstance(path, str) else tuple(path)


def _not_yaml(source: Source, problem: SyntaxProblem) -> EditError:
    from composefmt.compose.syntax_errors import explain_problem

    found = explain_problem(source, problem)
    line, column = source.position(found.span.start)
    return EditError(f"{source.filename}:{line}:{column}: {found.message}", found.help)
