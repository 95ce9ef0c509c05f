"""What a text says, as data that can be compared: values as they are written, with aliases as aliases.

The data is as large as the text, however much its aliases expand to. Two texts with equal data have the same plain model.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from composefmt.edit.errors import InvalidValue
from composefmt.edit.steps import Delete, Insert, Set, Step
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence
from composefmt.syntax.parse import MAX_DEPTH
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from composefmt.syntax.nodes import Tree

# A scalar, an alias or a collection: its kind and its tag, then its content.
Written = tuple[Any, ...]

_SCALAR, _ALIAS, _MAPPING, _LIST = "scalar", "alias", "mapping", "list"
# Tags that say how Docker Compose merges a value; they stay when the value changes.
MERGE_TAGS = frozenset({"!override"})


def written(tree: Tree, but: AbstractSet[int] = frozenset()) -> list[Written]:
    """Return what each document of a tree says; `but`: the identities of scalars whose values do not matter."""
    anchors: Counter[str] = Counter()
    return [_node(document, anchors, but) for document in tree.documents]


def written_node(node: Node) -> Written:
    """Return what one value says."""
    return _node(node, Counter(), frozenset())


def _node(node: Node, anchors: Counter[str], but: AbstractSet[int]) -> Written:
    if type(node) is Alias:
        # An anchor may be defined again; the alias means the last one before it.
        return (_ALIAS, node.name, anchors[node.name])
    if node.anchor is not None:  # type: ignore[union-attr]
        anchors[node.anchor] += 1  # type: ignore[union-attr]
    tag = node.tag  # type: ignore[union-attr]
    if type(node) is Scalar:
        return (_SCALAR, tag) if id(node) in but else (_SCALAR, tag, *_typed(scalar_value(node)))
    if type(node) is Sequence:
        return (_LIST, tag, [_node(item, anchors, but) for item in node.items])
    assert type(node) is Mapping
    return (_MAPPING, tag, [(_node(key, anchors, but), _node(value, anchors, but)) for key, value in node.entries])


def _typed(value: object) -> tuple[str, object]:
    # NaN differs from itself.
    return type(value).__name__, repr(value) if isinstance(value, float) else value


def of_value(value: object, depth: int = 0) -> Written:
    """Return what the text of a plain value has to say. Raises InvalidValue."""
    if depth > MAX_DEPTH:
        raise InvalidValue(f"the value is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        return (_MAPPING, None, [(of_value(_key(key)), of_value(part, depth + 1)) for key, part in value.items()])
    if isinstance(value, (list, tuple)):
        return (_LIST, None, [of_value(part, depth + 1) for part in value])
    if type(value) is int and not -(2**63) <= value < 2**64:
        raise InvalidValue(f"{value} is too large for a number in YAML", "write it as a string")
    if value is None or type(value) in (str, int, float, bool):
        return (_SCALAR, None, *_typed(value))
    raise InvalidValue(f"a value of type {type(value).__name__} cannot be written as YAML")


def _key(key: object) -> str:
    if type(key) is not str:
        raise InvalidValue(f"key {key!r} is not a string", "Docker Compose accepts only strings as keys")
    return key


def after(documents: list[Written], step: Step) -> list[Written]:
    """Return what the documents have to say after a step."""
    number, *path = step.path
    if not documents:
        return [of_value(step.value)] if isinstance(step, Set) else []
    made = _changed(documents[number], tuple(path), step)
    return [*documents[:number], made, *documents[number + 1 :]]


def _changed(data: Written, path: tuple[int, ...], step: Step) -> Written:
    kind, tag, *_ = data
    if not path and isinstance(step, Set):
        made = of_value(step.value)
        return (made[0], tag if tag in MERGE_TAGS else None, *made[2:])
    parts = list(data[2])
    if not path and isinstance(step, Insert):
        made = of_value(step.value)
        parts.insert(step.number, made if step.key is None else (of_value(step.key), made))
    elif len(path) == 1 and isinstance(step, Delete):
        del parts[path[0]]
    elif len(path) == 1 and not isinstance(step, (Set, Insert, Delete)):
        key, value = parts[path[0]]
        parts[path[0]] = ((*key[:2], *_typed(step.key)), value)
    elif kind == _MAPPING:
        key, value = parts[path[0]]
        parts[path[0]] = (key, _changed(value, path[1:], step))
    else:
        parts[path[0]] = _changed(parts[path[0]], path[1:], step)
    return (kind, tag, parts)
