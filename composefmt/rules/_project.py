"""Helpers of the rules on references: names in use, defined names, and the certainty that one file allows."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose import interpolation
from composefmt.compose.interpolation import has_variable
from composefmt.compose.secrecy import uses_secret
from composefmt.findings import Fix, Severity
from composefmt.project.claims import variable_files
from composefmt.project.membership import is_defined, is_incomplete, is_project, other_projects, project_of
from composefmt.rules._fixes import added
from composefmt.rules.registry import Element, Problem
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.values import Entries

# No suggestion among more names than this: the search would take longer than all other checks.
_MANY = 300


class UsedName(NamedTuple):
    """A name in use and its node."""

    text: str
    node: Node


def is_fragment(file: ComposeFile) -> bool:
    """Return whether a file is certainly part of a project: by its comment, its name, or a service without anything to run."""
    return not is_project(file) and file.once(_is_fragment)


def _is_fragment(file: ComposeFile) -> bool:
    if file.is_declared_fragment or "override" in os.path.basename(file.source.filename):
        return True
    return is_incomplete(file)


def of_missing(file: ComposeFile, reason: str = "another file may define it") -> tuple[Severity, str]:
    """Return the severity of what is missing in a file, and the end of the help line: a warning states its reason."""
    return (Severity.ERROR, "") if is_project(file) else (Severity.WARNING, f" (a warning because {reason})")


def of_conflict(file: ComposeFile) -> tuple[Severity, str]:
    """Return the severity of two values that exclude each other, and the end of the help line: in a part, others may replace them."""
    return (Severity.WARNING, " (a warning because this file is part of a project)") if is_fragment(file) else (Severity.ERROR, "")


def env_files(file: ComposeFile) -> str:
    """Return the names of the env files for interpolation, in quotes, for a message."""
    return " or ".join(f'"{path}"' for path in variable_files(file.options, file.source.filename))


def is_active(file: ComposeFile, name: str) -> bool:
    """Return whether a service starts: with the enabled profiles, else without any. Docker Compose does not check the others."""
    profiles, enabled = file.once(profiles_of, name), file.options.profiles
    return not profiles or (bool(enabled) and ("*" in enabled or not profiles.isdisjoint(enabled)))


def profiles_of(file: ComposeFile, service: str) -> frozenset[str]:
    """Return the profiles of a service; empty if it always starts."""
    entry = file.entries(file.defined("services").get(service)).get("profiles")
    names = map(resolve, file.items(entry[1])) if entry else ()
    return frozenset(name.value for name in names if type(name) is Scalar)


def whole_service(element: Element) -> tuple[Node, Entries] | None:
    """Return a service's key and entries; None if it extends another service or is not a mapping."""
    entries = element.file.entries(element.node)
    if element.key is None or type(element.node) is not Mapping or "extends" in entries:
        return None
    return element.key, entries


def used(file: ComposeFile, node: Node) -> Iterator[UsedName]:
    """Yield the names in a list of names, in a mapping by name, or in a list of mappings with a `source`.

    Names with variables are only included if their values are certain, from the shell and the `.env` file.
    """
    for name in names(file, node):
        if type(resolve(node)) is Mapping or (name.text and not has_variable(name.text)):
            yield name
        elif has_variable(name.text) and (known := _settled(file, name.text)) is not None:
            yield UsedName(known, name.node)


def linked(file: ComposeFile, node: Node) -> Iterator[UsedName]:
    """Yield the services in a list of links or of `volumes_from`, or the one in a string such as `service:db`."""
    if type(node) is not Scalar:
        for name in used(file, node):
            if not name.text.startswith("container:"):
                yield UsedName(name.text.split(":")[0], name.node)
    elif node.value.startswith("service:") and "$" not in node.value:
        yield UsedName(node.value.removeprefix("service:"), node)


def _settled(file: ComposeFile, text: str) -> str | None:
    """Return a string with its variables replaced; None if one of them may have any value."""
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
            # A message would print the name.
            return None
        return interpolation.substitute(text, environment)
    except (interpolation.InvalidInterpolation, interpolation.MissingVariable):
        return None


def names(file: ComposeFile, node: Node) -> Iterator[UsedName]:
    """Yield the same names as `used`, and those that are empty or contain variables."""
    node = resolve(node)
    if type(node) is Mapping:
        for name, (key, _) in file.entries(node).items():
            yield UsedName(name, key)
    elif type(node) is Sequence:
        for item in map(resolve, file.items(node)):
            value: Node | None = item
            if type(item) is Mapping:
                entry = file.entries(item).get("source")
                value = resolve(entry[1]) if entry else None
            if type(value) is Scalar:
                yield UsedName(value.value, value)


_VERBS: dict[str | int, str] = {
    "depends_on": "depends on",
    "extends": "extends",
    "links": "links to",
    "volumes": "mounts",
    "volumes_from": "mounts volumes of",
    "network_mode": "shares the network of",
    "pid": "shares the processes of",
    "ipc": "shares the IPC namespace of",
    "additional_contexts": "builds with",
}


def undefined(element: Element, names: Iterable[UsedName], section: str, kind: str, implicit: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Yield a problem for each name that neither the section nor another file of the project defines."""
    file = element.file
    known = file.defined(section)
    missing = [name for name in names if name.text not in known and name.text not in implicit]
    if not missing or not is_active(file, element.service):
        return
    project = project_of(file)
    if not project.complete or (project.is_single and is_fragment(file)):
        return
    severity, note = of_missing(file)
    for name in missing:
        if not is_defined(file, section, name.text):
            message = f'service "{element.service}" {_VERBS.get(element.path[-1], "uses")} undefined {kind} "{name.text}"'
            if type(name.node) is Scalar and has_variable(name.node.value) and name.node.value != name.text:
                yield Problem(
                    name.node.span,
                    message,
                    f'define {kind} "{name.text}" or change the value of "{name.node.value}"{note}',
                    severity=severity,
                )
                continue
            defined = [each for known in (project, *other_projects(file)) for each in known.names(section)]
            near = defined if len(defined) < _MANY else []
            if kind == "service":
                near = [each for each in near if each != element.service]
            advice, fix = _advice(file, name, near, section, kind)
            yield Problem(name.node.span, message, advice + note, fix, severity=severity)


def _advice(file: ComposeFile, name: UsedName, known: list[str], section: str, kind: str) -> tuple[str, Fix | None]:
    """Return the help line for an undefined name, and the fix: another name, or its definition."""
    from difflib import get_close_matches

    near = get_close_matches(name.text, known, 1) or (_longer(name.text, known) if kind == "service" else [])
    if near:
        offset = name.node.value.find(name.text) if type(name.node) is Scalar else -1
        edits = file.changes.replace_part(name.node, offset, offset + len(name.text), near[0]) if offset >= 0 else ()
        return f'did you mean "{near[0]}"?', Fix.of(f'write "{near[0]}"', edits, safe=False)
    if kind == "service":
        return f'define service "{name.text}", or fix the name', None
    fix = added(file, file.written_root(name.node), (section, name.text)) if section in ("networks", "volumes") else None
    return f'add "{name.text}:" to the top-level key "{section}"', fix


def _longer(name: str, known: list[str]) -> list[str]:
    """Return the only name that contains this one as a word, such as nextcloud-db for db; empty if there are several."""
    word = re.compile(rf"(?:.*[-_.])?{re.escape(name)}(?:[-_.].*)?")
    found = list(dict.fromkeys(each for each in known if word.fullmatch(each)))
    return found if len(found) == 1 else []


def plain(entries: Entries, key: str) -> Scalar | None:
    """Return a non-empty scalar without variables, or None."""
    node = value_of(entries, key)
    return node if type(node) is Scalar and node.value and "$" not in node.value else None


def extended(file: ComposeFile, node: Node) -> Iterator[UsedName]:
    """Yield the extended service if it is in the same file."""
    if type(node) is Mapping and "file" not in file.entries(node):
        entry = file.entries(node).get("service")
        node = resolve(entry[1]) if entry else node
    if type(node) is Scalar and "$" not in node.value:
        yield UsedName(node.value, node)
