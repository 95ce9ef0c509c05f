"""The names in a file: where services, networks, volumes and the like are defined and used.

One table of path patterns lists the fields with names; anchors and aliases come from the tree.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from composefmt.compose import volumes
from composefmt.compose.fields import item_text
from composefmt.compose.parse_result import Parsed
from composefmt.compose.patterns import PatternNode
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.source import Span
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.compose.file import ComposeFile

    # Given the file and a field's value, yields the names in it.
    _Reader = Callable[[ComposeFile, Node], Iterator["_Part"]]

_Value = TypeVar("_Value")

# The sections whose keys define names, with a noun for each.
KINDS = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "secrets": "secret",
    "configs": "config",
    "models": "model",
    "profiles": "profile",
    "anchors": "anchor",
    "variables": "variable",
}
SECTIONS = ("services", "networks", "volumes", "secrets", "configs", "models")
ANCHORS = "anchors"
VARIABLES = "variables"


class Name(NamedTuple):
    """One location of a name: its section, and whether it is the definition.

    `node`: the value of the definition. `write`: how a new name is written here: as a "scalar", as plain "text", or not at
    all ("").
    """

    section: str
    text: str
    span: Span
    defines: bool = False
    node: Node | None = None
    write: str = "text"


class _Part(NamedTuple):
    """A part of a scalar that is a name."""

    scalar: Scalar
    start: int
    end: int


def _whole(node: Node) -> Iterator[_Part]:
    node = resolve(node)
    if type(node) is Scalar and node.value and "$" not in node.value:
        yield _Part(node, 0, len(node.value))


def _only(_: ComposeFile, node: Node) -> Iterator[_Part]:
    yield from _whole(node)


def _listed(file: ComposeFile, node: Node) -> Iterator[_Part]:
    """Yield names in a list, in a mapping by name, or in a list of mappings with a `source`."""
    if type(node) is Mapping:
        for key, _ in node.entries:
            yield from _whole(key)
    for item in map(resolve, file.items(node)):
        source = value_of(file.entries(item), "source") if type(item) is Mapping else item
        if source is not None:
            yield from _whole(source)


def _before_colon(file: ComposeFile, node: Node) -> Iterator[_Part]:
    for item in map(resolve, file.items(node)):
        if type(item) is Scalar and "$" not in item.value and not item.value.startswith("container:"):
            yield _Part(item, 0, len(item.value.partition(":")[0]))


def _after_service(_: ComposeFile, node: Node) -> Iterator[_Part]:
    """Yield the name in `service:NAME`."""
    if type(node) is Scalar and "service:" in node.value and "$" not in node.value:
        start = node.value.index("service:") + len("service:")
        if start == len("service:") or node.value[start - len("service:") - 1] == "=":
            yield _Part(node, start, len(node.value))


def _extended(file: ComposeFile, node: Node) -> Iterator[_Part]:
    entries = file.entries(node)
    if type(node) is Scalar:
        yield from _whole(node)
    elif "file" not in entries and "service" in entries:
        yield from _whole(entries["service"][1])


def _mounted(file: ComposeFile, node: Node) -> Iterator[_Part]:
    for item in map(resolve, file.items(node)):
        if type(item) is Mapping:
            entries = file.entries(item)
            kind, source = value_of(entries, "type"), value_of(entries, "source")
            if type(kind) is Scalar and kind.value == "volume" and source is not None:
                yield from _whole(source)
        elif type(item) is Scalar and (text := item_text(item)):
            answer = volumes.parse_short(text, file.options.environment)
            mount = answer.entries[0] if isinstance(answer, Parsed) else None
            if mount is not None and mount.type == "volume" and mount.source and text.startswith(mount.source + ":"):
                yield _Part(item, 0, len(mount.source))


# The fields with names; `jobs` have the fields of services.
USES: tuple[tuple[str, str, _Reader], ...] = (
    ("depends_on", "services", _listed),
    ("extends", "services", _extended),
    ("links", "services", _before_colon),
    ("volumes_from", "services", _before_colon),
    ("network_mode", "services", _after_service),
    ("pid", "services", _after_service),
    ("ipc", "services", _after_service),
    ("build.additional_contexts.*", "services", _after_service),
    ("networks", "networks", _listed),
    ("volumes", "volumes", _mounted),
    ("secrets", "secrets", _listed),
    ("build.secrets", "secrets", _listed),
    ("configs", "configs", _listed),
    ("credential_spec.config", "configs", _only),
    ("models", "models", _listed),
    ("profiles", "profiles", _listed),
)


@lru_cache(maxsize=1)
def _places() -> PatternNode[tuple[str, _Reader]]:
    root: PatternNode[tuple[str, _Reader]] = PatternNode()
    for pattern, section, reader in USES:
        for container in ("services", "jobs"):
            root.add(f"{container}.*.{pattern}", (section, reader))
    return root


def names(file: ComposeFile) -> list[Name]:
    """Return all locations of names, in the order of the text, without duplicates."""
    found: dict[Span, Name] = {}
    for root in file.roots:
        for section in SECTIONS:
            for key, value in _own_entries(file, root, section):
                name = _name(file, section, _Part(key, 0, len(key.value)), defines=True, node=value)
                found[name.span] = name
        for (section, reader), node in visit(file, root, _places()):
            for part in reader(file, resolve(node)):
                if part.end > part.start:
                    name = _name(file, section, part)
                    found.setdefault(name.span, name)
    for name in anchors(file):
        found.setdefault(name.span, name)
    return sorted(found.values(), key=lambda name: name.span)


def extended_elsewhere(file: ComposeFile) -> Iterator[tuple[str, Name]]:
    """Yield the services of other files that services extend, with the paths of those files as they are written."""
    for _, service in file.services():
        entries = file.entries(value_of(file.entries(service), "extends"))
        path, name = (value_of(entries, key) for key in ("file", "service"))
        if type(path) is Scalar and type(name) is Scalar and path.value and "$" not in path.value + name.value:
            yield path.value, _name(file, "services", _Part(name, 0, len(name.value)))


def _own_entries(file: ComposeFile, root: Node, section: str) -> Iterator[tuple[Scalar, Node]]:
    entry = file.entries(root).get(section)
    node = resolve(entry[1]) if entry else None
    for key, value in node.entries if type(node) is Mapping else ():
        if type(key) is Scalar and key.value and key.value != "<<" and not key.value.startswith("x-"):
            yield key, value


def _name(file: ComposeFile, section: str, part: _Part, *, defines: bool = False, node: Node | None = None) -> Name:
    scalar, text = part.scalar, part.scalar.value[part.start : part.end]
    content = scalar.content + (scalar.style in ("'", '"'))
    span = Span(content + part.start, content + part.end)
    whole = part.start == 0 and part.end == len(scalar.value)
    # With escapes in the value, its offsets differ from those of the text.
    if file.source.text.startswith(scalar.value, content) and scalar.style not in ("|", ">"):
        return Name(section, text, span, defines, node, "scalar" if whole and not scalar.style else "text")
    return Name(section, text, scalar.span, defines, node, "scalar" if whole else "")


def anchors(file: ComposeFile) -> Iterator[Name]:
    """Yield anchors and aliases; anchors with the same name are distinguished by their node."""
    if not file.tree.aliases and "&" not in file.source.text:
        return
    text = file.source.text
    for node in nodes(file.tree.documents):
        if type(node) is Alias:
            yield Name(ANCHORS, node.name, Span(node.start + 1, node.end), node=node.target)
        elif node.anchor is not None:  # type: ignore[union-attr]
            start = text.find(f"&{node.anchor}", node.start, node.content) + 1  # type: ignore[union-attr]
            if start:
                yield Name(ANCHORS, node.anchor, Span(start, start + len(node.anchor)), defines=True, node=node)  # type: ignore[union-attr]


def nodes(roots: list[Node]) -> Iterator[Node]:
    """Yield all nodes below the roots as written: aliases are not followed."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        yield node
        if type(node) is Sequence:
            stack += node.items
        elif type(node) is Mapping:
            for entry in node.entries:
                stack += entry


def visit(file: ComposeFile, root: Node, places: PatternNode[_Value]) -> Iterator[tuple[_Value, Node]]:
    """Yield the values that the patterns match, with what is registered for them; each once, following aliases and merge keys."""
    seen: set[tuple[int, int]] = set()
    stack: list[tuple[Node, PatternNode[_Value]]] = [(root, places)]
    while stack:
        node, place = stack.pop()
        node = resolve(node)
        mark = (id(node), id(place))
        if mark in seen:
            continue
        seen.add(mark)
        for value in place.here:
            yield value, node
        if type(node) is Mapping:
            for key, (_, below) in file.entries(node).items():
                stack += [(below, following) for following in (place.keys.get(key), place.any) if following is not None]
        elif type(node) is Sequence and place.any is not None:
            stack += [(item, place.any) for item in node.items]
