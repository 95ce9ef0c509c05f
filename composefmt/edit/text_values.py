"""Values from the command line: the plain values that a text may mean, in the order of preference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.dual import Dual, Pairs
from composefmt.compose.fields import Field
from composefmt.edit.places import PathEnd
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.scalars import Timestamp, plain_value, scalar_value
from composefmt.syntax.values import Values

if TYPE_CHECKING:
    from composefmt.edit.editor import Editor
    from composefmt.edit.paths import Exact

# Fields that take numbers, but whose numbers and strings are not the same to Docker Compose when it merges files.
_STRINGS = frozenset({"published"})


def meant(text: str, editor: Editor, path: Exact) -> list[object]:
    """Return the values that a text may mean at a path; the first one that is valid there is right.

    Flow collections and quoted strings are YAML. A number, boolean or null stays a string where the text would look different after
    YAML has read it (1.10), and where strings are usual.
    """
    given = _structure(text)
    if given is not None:
        return [given[0], text]
    value = plain_value(text) if text else ""
    if isinstance(value, str):
        return [text]
    if type(value) is bool or value is None:
        return [text, value] if _is_text(editor, path) else [value, text]
    return [text, value] if _is_text(editor, path) or str(value) != text else [value, text]


def _structure(text: str) -> tuple[object] | None:
    """Return the value of a text that is a flow collection or a quoted string; None for other texts."""
    if (text[:1], text[-1:]) not in (("[", "]"), ("{", "}"), ('"', '"'), ("'", "'")) or len(text) < 2:
        return None
    try:
        tree = parse(text)
    except SyntaxProblem:
        return None
    if len(tree.documents) != 1 or tree.aliases or not _is_plain(tree.documents[0]):
        return None
    value = Values().value(tree.documents[0])
    return (value,)


def _is_plain(node: Node) -> bool:
    """Return whether a value has neither tags nor keys that are not strings: `{{ .Name }}` is a template."""
    if type(node) is Mapping:
        return node.tag is None and all(_is_key(key) and _is_plain(value) for key, value in node.entries)
    if type(node) is Sequence:
        return node.tag is None and all(map(_is_plain, node.items))
    return type(node) is Scalar and node.tag is None and type(scalar_value(node)) is not Timestamp


def _is_key(key: Node) -> bool:
    return type(key) is Scalar and isinstance(scalar_value(key), str)


def _is_text(editor: Editor, path: Exact) -> bool:
    """Return whether a string is usual at a path: the old value, else those beside it, else the field."""
    if path and path[-1] in _STRINGS:
        return True
    found = editor.locate(path)
    if not isinstance(found, PathEnd):
        return isinstance(editor.value(path), str)
    form = editor.forms.of(path[:-1])
    beside = editor.locate(path[:-1])
    node = resolve(beside.node) if not isinstance(beside, PathEnd) else None
    if isinstance(form, Field) or (type(node) is Sequence and node.items):
        items = node.items if type(node) is Sequence else []
        return not items or any(isinstance(scalar_value(item), str) for item in map(resolve, items) if type(item) is Scalar)
    if not isinstance(form, Dual) or not isinstance(form.reader, Pairs):
        return False
    values = [scalar_value(value) for _, value in node.entries if type(value) is Scalar] if type(node) is Mapping else []
    return not any(isinstance(value, (int, float)) for value in values)
