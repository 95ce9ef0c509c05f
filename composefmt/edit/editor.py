"""Changes of values by path, as steps: what to set, insert, delete or rename where, and what must be refused."""

from __future__ import annotations

from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple, Protocol

from composefmt.compose.fields import Field
from composefmt.edit.errors import EditError
from composefmt.edit.forms import Forms
from composefmt.edit.history import History
from composefmt.edit.locate import is_empty, locate
from composefmt.edit.origins import line_of, refuse_crossing, refuse_shared, refuse_variable
from composefmt.edit.paths import Exact, shown
from composefmt.edit.places import Crossing, Found, PathEnd, Place
from composefmt.edit.plain import plain_value
from composefmt.edit.proof import Snapshot, changed, renamed
from composefmt.edit.steps import Delete, Insert, Rename, Set, Step
from composefmt.edit.style import look_of
from composefmt.edit.suggestions import missing_path
from composefmt.edit.written import of_value, written_node
from composefmt.project.values import frozen
from composefmt.syntax.nodes import Alias, Mapping, Node, Sequence, resolve
from composefmt.syntax.values import is_merge_key, key_text, merged_entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Listed

    from composefmt.options import Options
    from composefmt.syntax.edits import Edit

# The sections whose keys are names that the author chose; a change never adds one by the way.
_SECTIONS = frozenset({"services", "networks", "volumes", "secrets", "configs", "models", "jobs"})


class Access(NamedTuple):
    """What a change may touch: with `follow`, values that others share; with `here`, a value of its own replaces a shared one."""

    follow: bool = False
    here: bool = False


ORDINARY = Access()


class Opened(Protocol):
    """A file that is open for changes: the name to show, its path if it has one, and its editor."""

    filename: str
    path: str | None
    editor: Editor


class Editor:
    """One text and its changes."""

    def __init__(self, text: str, options: Options) -> None:
        """Parse a text. Raises SyntaxProblem."""
        self.first = text
        self.forms = Forms(options)
        self.now = Snapshot(text)
        self.history = History(text)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undo all changes if one of them raises."""
        before = self.now, self.history
        try:
            yield
        except BaseException:
            self.now, self.history = before
            raise

    def forget(self) -> None:
        """Make the current text the first one."""
        self.first = self.now.text
        self.history = History(self.first)

    # Finding

    def locate(self, path: Exact) -> Found:
        """Return where a path leads."""
        return locate(self.now.tree, path, self.forms)

    def place(self, path: Exact) -> Place:
        """Return where a path leads. Raises MissingPath."""
        found = self.locate(path)
        if isinstance(found, PathEnd):
            raise missing_path(path, found)
        return found

    def value(self, path: Exact) -> object:
        """Return the plain value at a path. Raises MissingPath."""
        place = self.place(path)
        return self.forms.inner_value(path, place) if place.inside else plain_value(place.node)

    # Steps

    def apply(self, path: Exact, step: Step, holder: Node | None = None, but: Node | None = None) -> None:
        """Carry out a step at a path. Raises EditError."""
        look = look_of(self.now.writer, holder, path, but)
        try:
            try:
                change, now = changed(self.now, step, look)
            except EditError:
                # A block scalar at the end of a text without a line break: nothing can follow it.
                if not isinstance(step, Insert) or not step.number:
                    raise
                change, now = changed(self.now, step._replace(number=step.number - 1), look)
        except EditError as error:
            raise type(error)(f"{shown(path) or 'the file'}: {error.message}", error.advice) from None
        self.history = self.history.after(self.first, change.edits)
        self.now = now

    def apply_to_scalars(self, edits: Listed[Edit], old: str, new: str) -> None:
        """Write another name within scalars. Raises EditError."""
        now = renamed(self.now, edits, old, new)
        if isinstance(now, str):
            raise EditError(f"the change cannot be made safely: {now}")
        self.history = self.history.after(self.first, edits)
        self.now = now

    # Set

    def set(self, path: Exact, value: object, access: Access = ORDINARY) -> None:
        """Give the value at a path another value; create it, and the mappings that lead to it, if they do not exist."""
        found = self.locate(path)
        if isinstance(found, PathEnd):
            self._create(path, found, value, access)
        elif found.inside:
            self._set_inside(path, found, value, access)
        elif not is_same(found.node, value):
            self._replace(path, found, value, access)

    def _replace(self, path: Exact, place: Place, value: object, access: Access) -> None:
        node = place.node
        if access.here and (place.crossings or type(node) is Alias):
            self._write_here(path, place, value)
            return
        self.check(path, place, access)
        target = resolve(node)
        if isinstance(value, dict) and value and type(target) is Mapping and target.entries:
            self._set_entries(path, target, value, access)
            return
        if isinstance(value, (list, tuple)) and value and type(target) is Sequence and target.items:
            self._set_items(path, target, list(value), access)
            return
        if not access.here and not access.follow:
            refuse_variable(path, target)
        self.apply(path, Set(self.now.writer.path_of(target), value), self._holder(target), target)

    def check(self, path: Exact, place: Place, access: Access, *, at: Node | None = None) -> None:
        """Raise EditError if the value at a place is defined elsewhere or shared; `at`: what is changed, if not the value."""
        if access.follow:
            return
        writer = self.now.writer
        if place.crossings:
            refuse_crossing(writer, path, place.crossings[-1], place.node)
        if type(place.node) is Alias and at is None:
            refuse_crossing(writer, path, Crossing(place.node, place.node.target, is_merge=False), place.node)
        if not _is_extension(path):
            refuse_shared(writer, path, place.node if at is None else at)

    def _holder(self, node: Node) -> Node | None:
        place = self.now.writer.place(node)
        return place[0] if place is not None else None

    def _write_here(self, path: Exact, place: Place, value: object) -> None:
        """Write a value of its own where an alias or a merge key leads to a shared one."""
        writer = self.now.writer
        if not place.crossings:
            refuse_shared(writer, path, place.node)
            assert place.holder is not None
            self.apply(path, Set((*writer.path_of(place.holder), place.number), value), place.holder, place.node)
            return
        above = self.place(path[:-1]) if len(path) > 1 else None
        holder = above.node if above is not None else None
        if above is None or above.crossings or type(holder) is not Mapping or len(place.crossings) > 1:
            refuse_crossing(writer, path, place.crossings[0], place.node)
        refuse_shared(writer, path, holder)
        self.apply(path, Insert(writer.path_of(holder), len(holder.entries), str(path[-1]), value), holder)

    def _set_entries(self, path: Exact, node: Mapping, value: dict[str, object], access: Access) -> None:
        """Make a mapping equal to another one, entry by entry, so that what is equal stays as it is."""
        if any(is_merge_key(key) for key, _ in node.entries):
            raise EditError(f"{shown(path)} has a merge key", "change its entries one by one")
        of_value(value)
        for key in [key_text(key) for key, _ in node.entries]:
            if key not in value and key in value.keys() | self._keys(path):
                if len(self._keys(path)) == 1:
                    # The last one of the old entries goes when there is a new one.
                    continue
                self.unset((*path, key), access)
        for key, part in value.items():
            self.set((*path, key), part, access)
        for key in self._keys(path):
            if key not in value:
                self.unset((*path, key), access)

    def _keys(self, path: Exact) -> list[str]:
        node = resolve(self.place(path).node) if path else self.now.tree.documents[-1]
        return [key_text(key) for key, _ in node.entries] if type(node) is Mapping else []

    def _set_items(self, path: Exact, node: Sequence, value: list[object], access: Access) -> None:
        """Make a list equal to another one, item by item, so that what is equal stays as it is."""
        of_value(value)
        old = [frozen(item) for item in plain_value(node)]
        new = [frozen(item) for item in value]
        for kind, start, end, new_start, new_end in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
            if kind == "equal":
                continue
            common = min(end - start, new_end - new_start)
            for number in reversed(range(new_start + common, new_end)):
                self.insert_item(path, start + common, value[number])
            for index in reversed(range(start + common, end)):
                self.unset((*path, index), access)
            for number in range(common):
                self.set((*path, start + number), value[new_start + number], access)

    def _set_inside(self, path: Exact, place: Place, value: object, access: Access) -> None:
        """Change a part of a value in short form."""
        if self.forms.inner_value(path, place) == value:
            return
        self.check(path, place, access)
        item = self.forms.with_inner(path, place, value)
        target = resolve(place.node)
        if not access.here and not access.follow:
            refuse_variable(path, target)
        self.apply(path[: len(path) - len(place.inside)], Set(self.now.writer.path_of(target), item), self._holder(target), target)

    # Create

    def _create(self, path: Exact, missing: PathEnd, value: object, access: Access) -> None:
        """Create the value at a path that does not exist."""
        rest = path[missing.depth :]
        if (len(rest) > 1 and missing.depth == 1 and path[0] in _SECTIONS) or any(isinstance(part, int) for part in rest):
            raise missing_path(path, missing)
        writer, node = self.now.writer, missing.node
        names = [str(part) for part in rest]
        if node is None:
            self.apply(path, Set((0,), _nested(names, value)))
            return
        if missing.crossings and not access.follow:
            refuse_crossing(writer, path, missing.crossings[-1], node)
        if not access.follow and not _is_extension(path):
            refuse_shared(writer, path, node)
        if type(node) is Mapping:
            self.apply(path, Insert(writer.path_of(node), len(node.entries), names[0], _nested(names[1:], value)), node)
        elif is_empty(node):
            self.apply(path[: missing.depth], Set(writer.path_of(node), _nested(names, value)), self._holder(node), node)
        elif type(node) is Sequence and len(names) == 1 and (item := self.forms.named_item(path[:-1], names[0], value)) is not None:
            self.apply(path, Insert(writer.path_of(node), len(node.items), None, item), node)
        else:
            raise missing_path(path, missing)

    def insert_item(self, path: Exact, index: int, value: object) -> None:
        """Insert an item; at the end with the index -1."""
        node = resolve(self.place(path).node)
        assert isinstance(node, Sequence)
        number = index if index >= 0 else len(node.items)
        self.apply(path, Insert(self.now.writer.path_of(node), number, None, value), node)

    # Unset and rename

    def unset(self, path: Exact, access: Access = ORDINARY) -> None:
        """Delete the entry or item at a path."""
        place = self.place(path)
        if place.inside:
            form = self.forms.of(path[: len(path) - 1])
            if isinstance(form, Field) or len(place.inside) > 1 or not isinstance(place.holder, Sequence):
                raise EditError(f"{shown(path)} is a part of a value in short form", "set the whole value")
        holder = place.holder
        if holder is None:
            raise EditError("the whole file cannot be removed")
        self.check(path, place, access, at=_key(holder, place.number))
        step = Delete((*self.now.writer.path_of(holder), place.number))
        self.apply(path, step, holder)
        if isinstance(holder, Mapping) and not access.here and isinstance(again := self.locate(path), Place) and again.crossings:
            target = again.crossings[-1].target
            line = line_of(self.now.writer, target.start)
            raise EditError(f"without it, {shown(path)} would come through the anchor in line {line}", "--here removes it anyway")

    def rename_key(self, path: Exact, key: str, access: Access = ORDINARY) -> None:
        """Give the entry at a path another key."""
        place = self.place(path)
        if place.inside or not isinstance(place.holder, Mapping):
            raise EditError(f"{shown(path)} has no key")
        self.check(path, place, access, at=_key(place.holder, place.number))
        if key == path[-1]:
            return
        if key in merged_entries(place.holder):
            raise EditError(f"{shown((*path[:-1], key))} exists already")
        self.apply(path, Rename((*self.now.writer.path_of(place.holder), place.number), key), place.holder)


def _is_extension(path: Exact) -> bool:
    """Return whether a path leads to a top-level `x-` field, which exists to be shared."""
    return str(path[0]).startswith("x-") if path else False


def _key(holder: Mapping | Sequence, index: int) -> Node:
    """Return the node at which an element starts."""
    return holder.entries[index][0] if isinstance(holder, Mapping) else holder.items[index]


def _nested(names: list[str], value: object) -> object:
    for name in reversed(names):
        value = {name: value}
    return value


def is_same(node: Node, value: object) -> bool:
    """Return whether a node says what a plain value says, other tags and styles aside."""
    return written_node(node) == of_value(value)
