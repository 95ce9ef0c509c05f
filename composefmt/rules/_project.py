"""What the rules on references share: names that are used, names that are defined, and how sure a single file can be."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import interpolation
from composefmt.compose.interpolation import has_variable
from composefmt.compose.secrecy import uses_secret
from composefmt.findings import Fix, Severity
from composefmt.rules._around import is_declared_fragment
from composefmt.rules._fixes import added
from composefmt.rules._membership import is_defined_elsewhere, is_project, project_of
from composefmt.rules.registry import Element, Problem
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.values import Entries

# Among more names than this the nearest one is not looked for: it would take longer than all the rest.
_MANY = 300


class Name(NamedTuple):
    """A name that is used, and the node that holds it."""

    text: str
    node: Node


def is_fragment(file: ComposeFile) -> bool:
    """Whether a file is surely a part of a project: it says so, its name does, or a service has nothing to run."""
    return not is_project(file) and file.once(_is_fragment)


def _is_fragment(file: ComposeFile) -> bool:
    if is_declared_fragment(file) or "override" in os.path.basename(file.source.filename):
        return True
    return any(not {"image", "build", "extends", "provider"} & file.entries(service).keys() for _, service in file.services())


def severity(file: ComposeFile) -> Severity:
    """An error where the file is a whole project; a warning where another file may define what is missing."""
    return Severity.ERROR if is_project(file) else Severity.WARNING


def is_active(file: ComposeFile, name: str) -> bool:
    """Whether a service starts without a profile being enabled; the reference does not look at the others."""
    profiles = file.entries(file.defined("services").get(name)).get("profiles")
    return profiles is None or not file.items(profiles[1])


def whole_service(element: Element) -> tuple[Node, Entries] | None:
    """A service's key and entries; None where it takes more from another service, or is no mapping."""
    entries = element.file.entries(element.node)
    if element.key is None or type(element.node) is not Mapping or "extends" in entries:
        return None
    return element.key, entries


def used(file: ComposeFile, node: Node) -> Iterator[Name]:
    """The names in a list of names, in a mapping by name, or in a list of mappings with a `source`.

    Of those with variables only what has a value for certain: as the shell and the `.env` file are here.
    """
    for name in names(file, node):
        if type(resolve(node)) is Mapping or (name.text and not has_variable(name.text)):
            yield name
        elif has_variable(name.text) and (known := _settled(file, name.text)) is not None:
            yield Name(known, name.node)


def linked(file: ComposeFile, node: Node) -> Iterator[Name]:
    """The services in a list of links or of `volumes_from`, or the one that a text such as `service:db` names."""
    if type(node) is not Scalar:
        for name in used(file, node):
            if not name.text.startswith("container:"):
                yield Name(name.text.split(":")[0], name.node)
    elif node.value.startswith("service:") and "$" not in node.value:
        yield Name(node.value.removeprefix("service:"), node)


def _settled(file: ComposeFile, text: str) -> str | None:
    """A text with its variables replaced; None where one of them may have any value."""
    surroundings, environment = file.options.surroundings, file.options.environment
    if surroundings is None:
        return None
    try:
        parts = [part for part in interpolation.split(text) if isinstance(part, interpolation.Variable)]
        if any(
            part.name not in environment and (part.name.startswith("COMPOSE_") or "$" in part.argument or surroundings.is_set(part.name))
            for part in parts
        ):
            return None
        if uses_secret([part.name for part in parts], environment):
            # The name would be printed.
            return None
        return interpolation.substitute(text, environment)
    except (interpolation.InvalidInterpolation, interpolation.MissingVariable):
        return None


def names(file: ComposeFile, node: Node) -> Iterator[Name]:
    """As `used`, with those that are empty or hold variables."""
    node = resolve(node)
    if type(node) is Mapping:
        for name, (key, _) in file.entries(node).items():
            yield Name(name, key)
    elif type(node) is Sequence:
        for item in map(resolve, file.items(node)):
            value: Node | None = item
            if type(item) is Mapping:
                entry = file.entries(item).get("source")
                value = resolve(entry[1]) if entry else None
            if type(value) is Scalar:
                yield Name(value.value, value)


def undefined(element: Element, names: Iterable[Name], section: str, kind: str, implicit: tuple[str, ...] = ()) -> Iterator[Problem]:
    """A problem for each name that the section does not define, here or in the other files of the project."""
    file = element.file
    known = file.defined(section)
    missing = [name for name in names if name.text not in known and name.text not in implicit]
    if not missing or not is_active(file, element.service):
        return
    project = project_of(file)
    if not project.complete or (len(project.files) == 1 and is_fragment(file)):
        return
    for name in missing:
        if not project.defines(section, name.text) and not is_defined_elsewhere(file, section, name.text):
            message = f'service "{element.service}": there is no {kind} "{name.text}"'
            if type(name.node) is Scalar and has_variable(name.node.value) and name.node.value != name.text:
                yield Problem(name.node.span, message, f"that is what {name.node.value} stands for here", severity=severity(file))
                continue
            defined = [other.file.defined(section) for other in project.files]
            near = [each for names in defined for each in names] if sum(map(len, defined)) < _MANY else []
            if kind == "service":
                near = [each for each in near if each != element.service]
            advice, fix = _advice(file, name, near, section, kind)
            if severity(file) is Severity.WARNING:
                advice += " (a warning because another file may define it)"
            yield Problem(name.node.span, message, advice, fix, severity=severity(file))


def _advice(file: ComposeFile, name: Name, known: list[str], section: str, kind: str) -> tuple[str, Fix | None]:
    """How to mend a name that is not defined, and the fix: another name, or its definition."""
    from difflib import get_close_matches

    near = get_close_matches(name.text, known, 1) or (_longer(name.text, known) if kind == "service" else [])
    if near:
        offset = name.node.value.find(name.text) if type(name.node) is Scalar else -1
        edits = file.changes.replace_part(name.node, offset, offset + len(name.text), near[0]) if offset >= 0 else ()
        return f'did you mean "{near[0]}"?', Fix.of(f'write "{near[0]}"', edits, safe=False)
    if kind == "service":
        return f'define the service "{name.text}"', None
    fix = added(file, file.root, (section, name.text)) if section in ("networks", "volumes") and len(file.roots) == 1 else None
    return f'define it below the top-level key "{section}": "{name.text}:"', fix


def _longer(name: str, known: list[str]) -> list[str]:
    """The name that has this one as a word, such as nextcloud-db for db, where there is only one."""
    word = re.compile(rf"(?:.*[-_.])?{re.escape(name)}(?:[-_.].*)?")
    found = list(dict.fromkeys(each for each in known if word.fullmatch(each)))
    return found if len(found) == 1 else []


def plain(entries: Entries, key: str) -> Scalar | None:
    """A scalar that is there and holds no variable."""
    node = value_of(entries, key)
    return node if type(node) is Scalar and node.value and "$" not in node.value else None


def extended(file: ComposeFile, node: Node) -> Iterator[Name]:
    """The service that is extended, where it stands in the same file."""
    if type(node) is Mapping and "file" not in file.entries(node):
        entry = file.entries(node).get("service")
        node = resolve(entry[1]) if entry else node
    if type(node) is Scalar and "$" not in node.value:
        yield Name(node.value, node)
