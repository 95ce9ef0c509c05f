"""New items of lists and entries of mappings, in the form of their neighbors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.dual import Dual, MixedItems, Names, Pairs
from composefmt.compose.fields import Field
from composefmt.edit.editor import ORDINARY, Access, is_same
from composefmt.edit.errors import EditError, InvalidValue
from composefmt.edit.locate import is_empty
from composefmt.edit.paths import Exact, shown
from composefmt.edit.places import PathEnd
from composefmt.edit.plain import plain_value
from composefmt.edit.style import namesakes
from composefmt.edit.suggestions import describe
from composefmt.project.values import frozen
from composefmt.syntax.nodes import Mapping, Sequence, resolve

if TYPE_CHECKING:
    from composefmt.edit.editor import Editor


def add(editor: Editor, path: Exact, value: object, access: Access = ORDINARY) -> None:
    """Add an item to a list or an entry to a mapping, in the form of the neighbors, unless it is there."""
    found = editor.locate(path)
    if isinstance(found, PathEnd) or is_empty(resolve(found.node)):
        editor.set(path, _first(editor, path, value), access)
        return
    if found.inside:
        raise EditError(f"{shown(path)} is inside a value in short form")
    editor.check(path, found, access)
    node = resolve(found.node)
    if type(node) is Sequence:
        _add_item(editor, path, node, value)
    elif type(node) is Mapping:
        _add_entries(editor, path, value, access)
    else:
        form = editor.forms.of(path)
        if not isinstance(form, Dual) or not isinstance(form.reader, MixedItems) or not form.reader.alone:
            raise EditError(f"{shown(path)} is {describe(node)}, not a list or a mapping", "use set")
        editor.set(path, [editor.value(path), value], access)


def _first(editor: Editor, path: Exact, value: object) -> object:
    """Return the new list or mapping that holds a first element, in the form of the same field elsewhere."""
    form = editor.forms.of(path)
    if isinstance(value, dict) and not (isinstance(form, Field) or (form is not None and isinstance(form.reader, MixedItems))):
        return value
    if isinstance(value, str) and isinstance(form, Dual) and isinstance(form.reader, (Pairs, Names)):
        others = namesakes(editor.now.writer, path)
        if (others and type(others[0]) is Mapping) or (not others and isinstance(form.reader, Pairs)):
            entry = editor.forms.named_entry(path, value)
            return {entry[0]: entry[1]} if entry is not None else [value]
    return [value]


def _add_item(editor: Editor, path: Exact, node: Sequence, value: object) -> None:
    form = editor.forms.of(path)
    if isinstance(value, dict) and isinstance(form, Dual) and isinstance(form.reader, (Pairs, Names)):
        for key, part in value.items():
            editor.set((*path, key), part)
        return
    known = {frozen(one) for one in _canonical(editor, path, node)}
    for item in editor.forms.like_neighbors(path, node, value):
        if not known >= {frozen(one) for one in editor.forms.canonical_value(form, item)}:
            editor.insert_item(path, -1, item)


def _canonical(editor: Editor, path: Exact, node: Sequence) -> list[object]:
    form = editor.forms.of(path)
    return [one for item in plain_value(node) for one in editor.forms.canonical_value(form, item)]


def _add_entries(editor: Editor, path: Exact, value: object, access: Access) -> None:
    if isinstance(value, str):
        entry = editor.forms.named_entry(path, value)
        if entry is None:
            raise EditError(f"{shown(path)} is a mapping", f"use set {shown(path)}.NAME=VALUE")
        value = {entry[0]: entry[1]}
    if not isinstance(value, dict):
        raise InvalidValue(f"{shown(path)} is a mapping", "add a mapping")
    for key, part in value.items():
        found = editor.locate((*path, key))
        if isinstance(found, PathEnd):
            editor.set((*path, key), part, access)
        elif not is_same(found.node, part) and not isinstance(getattr(editor.forms.of(path), "reader", None), Names):
            raise EditError(f"{shown((*path, key))} has another value", "use set to replace it")


def insert(editor: Editor, path: Exact, index: int, value: object, access: Access = ORDINARY) -> None:
    """Insert an item into a list before another one, in the form of the last one."""
    place = editor.place(path)
    node = resolve(place.node)
    if type(node) is not Sequence:
        raise EditError(f"{shown(path)} is {describe(node)}, not a list")
    editor.check(path, place, access)
    count = len(node.items)
    number = min(max(index if index >= 0 else count + index, 0), count)
    for item in reversed(editor.forms.like_neighbors(path, node, value)):
        editor.insert_item(path, number, item)
