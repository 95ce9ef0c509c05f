"""The short and long forms of Compose fields, for paths into them and for new items in the form of their neighbors."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Union

from composefmt.compose.dual import DUALS, Dual, MixedItems, Names, Pairs
from composefmt.compose.fields import FIELDS, Field, item_text
from composefmt.compose.parse_result import Parsed
from composefmt.compose.patterns import PatternNode
from composefmt.edit.errors import EditError
from composefmt.edit.plain import plain_value
from composefmt.project.values import frozen
from composefmt.project.values import text as text_of
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from composefmt.edit.paths import Exact
    from composefmt.edit.places import Place
    from composefmt.options import Options

Form = Union[Field, Dual]
Canonical = dict[str, Any]


@lru_cache(maxsize=1)
def _places() -> PatternNode[Form]:
    root: PatternNode[Form] = PatternNode()
    for field in FIELDS:
        root.add(field.pattern, field)
    for dual in DUALS:
        for pattern in dual.patterns:
            root.add(pattern, dual)
    return root


class Forms:
    """The forms of fields, with the options that new long forms follow."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def of(self, path: Exact) -> Form | None:
        """Return the field at a path that has a short and a long form; None if it has only one."""
        place: PatternNode[Form] | None = _places()
        for part in path:
            if place is None:
                return None
            place = (place.keys.get(part) if isinstance(part, str) else None) or place.any
        return place.here[0] if place is not None and place.here else None

    def text(self, value: object) -> str:
        """Return a value of a canonical form as it is written in a selection."""
        return text_of(value)

    # Reading

    def canonical_items(self, path: Exact, node: Sequence) -> list[list[Canonical]]:
        """Return the canonical objects of each item of a list: several for a range of ports; a scalar has the key ""."""
        form = self.of(path)
        return [[{"": self.text(plain_value(item)), **one} for one in self.canonical(form, item)] for item in map(resolve, node.items)]

    def canonical(self, form: Form | None, item: Node) -> list[Canonical]:
        """Return the canonical objects of an item."""
        value = plain_value(item)
        if isinstance(form, Field):
            if type(item) is Mapping:
                return [{**form.canonical_long(value)}]
            text = item_text(item) if type(item) is Scalar else None
            answer = form.parse_short(text, {}) if text is not None else None
            return [{**form.canonical(entry)} for entry in answer.entries] if isinstance(answer, Parsed) else [{}]
        if form is not None and isinstance(form.reader, MixedItems):
            made = form.reader.canonical([value])
            value = made[0] if isinstance(made, list) and made else value
        return [value] if isinstance(value, dict) else [{}]

    def canonical_value(self, form: Form | None, value: object) -> list[object]:
        """Return the canonical objects of a plain item, the item itself if it has only one form."""
        if isinstance(form, Field) and isinstance(value, dict):
            return [form.canonical_long(value)]
        if isinstance(form, Field):
            answer = form.parse_short(str(value), {})
            return [form.canonical(entry) for entry in answer.entries] if isinstance(answer, Parsed) else [value]
        if isinstance(form, Dual) and isinstance(form.reader, MixedItems):
            made = form.reader.canonical([value])
            return list(made) if isinstance(made, list) else [value]
        return [value]

    def has_parts(self, path: Exact, node: Scalar) -> bool:
        """Return whether a scalar is a short form with parts that have names."""
        form = self.of(path[:-1])
        return bool(path) and (isinstance(form, Field) or (form is not None and isinstance(form.reader, MixedItems))) and not _is_null(node)

    def has_inside(self, path: Exact, place: Place) -> bool:
        """Return whether the short form at a place has the part that is asked for."""
        depth = len(path) - len(place.inside)
        if isinstance(place.holder, Sequence) and isinstance(self.of(path[:depth]), Dual):
            form = self.of(path[:depth])
            assert isinstance(form, Dual)
            if not isinstance(form.reader, MixedItems):
                return len(place.inside) == 1 or self.named_value(form, place) is not _NOTHING
        form_of_item = self.of(path[: depth - 1])
        found = self.canonical(form_of_item, resolve(place.node))
        return len(found) == 1 and len(place.inside) == 1 and place.inside[0] in found[0]

    def inner_value(self, path: Exact, place: Place) -> object:
        """Return the value inside a short form."""
        depth = len(path) - len(place.inside)
        form = self.of(path[:depth])
        if isinstance(form, Dual) and not isinstance(form.reader, MixedItems):
            return self.named_value(form, place)
        return self.canonical(self.of(path[: depth - 1]), resolve(place.node))[0][str(place.inside[0])]

    def named_value(self, form: Dual, place: Place) -> object:
        """Return the value of a named item of a list, or a part of it."""
        value: object = form.reader.canonical([plain_value(resolve(place.node))])
        for part in place.inside:
            if not isinstance(value, dict) or part not in value:
                return _NOTHING
            value = value[part]
        return value

    # Writing

    def with_inner(self, path: Exact, place: Place, value: object) -> object:
        """Return the item in short form that has another value inside. Raises EditError if the short form cannot express it."""
        depth = len(path) - len(place.inside)
        form = self.of(path[:depth])
        name = str(place.inside[0])
        if isinstance(form, Dual) and not isinstance(form.reader, MixedItems):
            made = self.named_item(path[:depth], name, value) if len(place.inside) == 1 else None
            if made is None:
                raise _only_long(path[:depth])
            return made
        form = self.of(path[: depth - 1])
        old = self.canonical(form, resolve(place.node))
        if isinstance(form, Field) and len(old) == 1:
            text = _short(form, {**old[0], name: str(value) if name == "published" and not isinstance(value, dict) else value})
            if text is not None:
                return text
        elif isinstance(form, Dual) and isinstance(form.reader, MixedItems):
            text = form.reader.short({**old[0], name: value})
            if text is not None:
                return text
        raise _only_long(path[: depth - 1])

    def named_item(self, path: Exact, name: str, value: object) -> str | None:
        """Return the item of a list of `NAME=VALUE` or of names; None if the short form cannot express it."""
        form = self.of(path)
        if not isinstance(form, Dual):
            return None
        if isinstance(form.reader, Pairs):
            return form.reader.join(name, value)
        if isinstance(form.reader, Names) and form.reader.canonical([name]) == form.reader.canonical({name: value}):
            return name
        return None

    def named_entry(self, path: Exact, text: str) -> tuple[str, object] | None:
        """Return the key and value that an item of a list becomes in a mapping; None if the field has no such form."""
        form = self.of(path)
        if not isinstance(form, Dual):
            return None
        if isinstance(form.reader, Pairs):
            answer = form.reader.split(text)
            if isinstance(answer, str):
                raise EditError(f'"{text}" is not valid here: {answer}', "write NAME=VALUE")
            return answer
        if isinstance(form.reader, Names):
            settings = form.reader.settings
            # What the name alone implies; the other settings are defaults.
            return text, {"condition": settings["condition"]} if settings else None
        return None

    def like_neighbors(self, path: Exact, holder: Sequence, value: object) -> list[object]:
        """Return a new item, or several for a range of ports, in the form of the last item of a list."""
        form = self.of(path)
        last = resolve(holder.items[-1]) if holder.items else None
        if isinstance(form, Field):
            if type(last) is Mapping and isinstance(value, (str, int)) and not isinstance(value, bool):
                answer = form.parse_short(str(value), {})
                if isinstance(answer, Parsed) and not answer.doubts and len(answer.entries) <= self.options.max_range:
                    return [dict(form.long_entry(entry, self.options)) for entry in answer.entries]
            if type(last) is Scalar and isinstance(value, dict):
                return [_short(form, value) or value]
        elif form is not None and isinstance(form.reader, MixedItems):
            if type(last) is Mapping and isinstance(value, str):
                long = form.reader.long(value)
                return [value if isinstance(long, str) else dict(long)]
            if type(last) is Scalar and isinstance(value, dict):
                return [form.reader.short(value) or value]
        return [value]


def index_of_name(node: Sequence, name: str, form: Form | None) -> int | None:
    """Return the item of a list of names, or of `NAME=VALUE`, that has a name."""
    if not isinstance(form, Dual) or not isinstance(form.reader, (Pairs, Names)):
        return None
    for index, item in enumerate(map(resolve, node.items)):
        if type(item) is Scalar:
            key = item.value.partition("=")[0] if isinstance(form.reader, Pairs) else item.value
            if key == name:
                return index
    return None


_NOTHING = object()


def _short(form: Field, entry: Canonical) -> str | None:
    """Return the short form of a long item, None if it has none that means the same."""
    text = form.short_text(entry)
    answer = form.parse_short(text, {}) if text is not None else None
    if not isinstance(answer, Parsed) or [frozen(form.canonical(one)) for one in answer.entries] != [frozen(form.canonical_long(entry))]:
        return None
    return text


def _is_null(node: Scalar) -> bool:
    return scalar_value(node) is None


def _only_long(path: Exact) -> EditError:
    from composefmt.edit.paths import shown

    name = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
    return EditError(
        f"the short form of {shown(path)} cannot express this",
        f'write the long form first: "composefmt format --long-form {name}" rewrites it',
    )
