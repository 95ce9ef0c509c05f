"""Rules about other Compose files: `include` and `extends`."""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.project.links import MAX_FILES, extended_service, linked_file
from composefmt.project.membership import kind_of
from composefmt.project.namespace import includes, local_path
from composefmt.project.paths import is_remote
from composefmt.rules._fixes import written
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

_PATHS = ("include.*", "include.*.path", "include.*.path.*")


@rule("include-remote", Severity.WARNING, *_PATHS, group="references")
def include_remote(element: Element) -> Iterator[Problem]:
    """Detects includes of remote Compose files.

    composefmt never accesses the network, so it cannot check what the file defines or what refers to it. The result also
    depends on a resource that can change or become unavailable.

    Bad:

        include:
          - oci://registry.example.org/base:1

    Good:

        include:
          - ./base.yaml

    Source: Compose Specification, 14-include.
    """
    node = element.node
    if type(node) is Scalar and is_remote(node.value):
        yield Problem(
            node.span,
            f'remote include "{node.value}" is not fetched, so its contents are not checked',
            "include a local file or suppress this finding",
        )


@rule("include-not-found", Severity.ERROR, *_PATHS, group="references")
def include_not_found(element: Element) -> Iterator[Problem]:
    """Detects included files that do not exist.

    Docker Compose refuses to load the project. A relative path is resolved against the directory of the including file.

    Bad:

        include: [./no-such-file.yaml]

    Good:

        include: [./compose.base.yaml]

    Source: Compose Specification, 14-include; compose-go, loader/include.go.
    """
    node, surroundings = element.node, element.file.options.surroundings
    named = local_path(node)
    if surroundings is None or not named:
        return
    kind = kind_of(element.file, named)
    if kind != "file":
        yield Problem(node.span, f'included file "{named}" {_MISSING if kind is None else _DIRECTORY}', _path_advice(kind))


_MISSING, _DIRECTORY = "not found", "is a directory"


def _path_advice(kind: str | None) -> str:
    return f"{'create it or fix the path' if kind is None else 'use the path of a file'}; paths are relative to this file's directory"


@rule("include-cycle", Severity.ERROR, group="references")
def include_cycle(element: Element) -> Iterator[Problem]:
    """Detects files that include themselves, directly or through other files.

    Docker Compose refuses to load a project with a circular include. An example is `include: [compose.yaml]` in a file named
    `compose.yaml`.

    Source: Compose Specification, 14-include; compose-go, loader/include.go.
    """
    file = element.file
    own = basename(file.source.filename)
    for include in includes(file, ""):
        if include.path:
            cycle = _cycle(file, own, include.path, include.folder)
            if cycle == (own,):
                yield Problem(include.node.span, f'"{include.node.value}" includes itself', "remove this include")
            elif cycle:
                shown = " -> ".join([*cycle, cycle[0]])
                yield Problem(include.node.span, f"circular include: {shown}", "remove one of these includes")


def _cycle(main: ComposeFile, own: str, path: str, folder: str) -> tuple[str, ...]:
    """Return the files of the include cycle that a file leads to, () otherwise."""
    stack: list[tuple[str, str, tuple[str, ...]]] = [(path, folder, (own,))]
    done: set[str] = set()
    while stack:
        path, folder, trail = stack.pop()
        if path in trail:
            return trail[trail.index(path) :]
        file = linked_file(main, path)
        if file is None or path in done or len(trail) > MAX_FILES:
            continue
        done.add(path)
        stack += [(each.path, each.folder, (*trail, path)) for each in includes(file, folder) if each.path]
    return ()


@rule("extends-not-found", Severity.ERROR, "services.*.extends", group="references")
def extends_not_found(element: Element) -> Iterator[Problem]:
    """Detects `extends` that refers to a missing file, or to a service that the file does not define.

    Docker Compose refuses to load the project. A relative path is resolved against the directory of the extending file.

    Bad:

        services:
          web:
            extends: {file: no-such-file.yaml, service: base}

    Good:

        services:
          web:
            extends: {file: compose.base.yaml, service: web}

    Source: Compose Specification, 05-services, `extends`; compose-go, loader/extends.go.
    """
    file = element.file
    surroundings, entries = file.options.surroundings, file.entries(element.node)
    path = resolve(entries["file"][1]) if "file" in entries else None
    named = local_path(path)
    if surroundings is None or path is None or not named:
        return
    own = basename(file.source.filename)
    kind = kind_of(file, normpath(join(dirname(own), named)))
    if kind != "file":
        message = f'service "{element.service}": extended file "{named}" {_MISSING if kind is None else _DIRECTORY}'
        yield Problem(path.span, message, _path_advice(kind))
        return
    base = extended_service(file, file, own, file.defined("services").get(element.service))
    if base is None or base.file is None or base.node is not None or "service" not in entries:
        return
    known = list(base.file.defined("services"))
    message = f'service "{element.service}" extends undefined service "{base.name}" in "{named}"'
    service = resolve(entries["service"][1])
    near = _near(base.name, known)
    yield Problem(service.span, message, _advice(base.name, near, known), written(file, service, near[0]) if near else None)


def _near(name: str, known: list[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, known[:300], 1)


def _advice(name: str, near: list[str], known: list[str]) -> str:
    if near:
        return f'did you mean "{near[0]}"?'
    return f'define service "{name}" in that file' + "".join(f' or use "{each}"' for each in known[:3])
