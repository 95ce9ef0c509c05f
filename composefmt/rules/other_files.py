"""Rules about the other Compose files that a file includes and extends."""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.project.paths import is_remote
from composefmt.rules._around import MAX_FILES, Neighbour, extended_service, includes, local_path, neighbour
from composefmt.rules._fixes import written
from composefmt.rules._membership import kind_of
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

_PATHS = ("include.*", "include.*.path", "include.*.path.*")


@rule("include-remote", Severity.WARNING, *_PATHS, group="references")
def include_remote(element: Element) -> Iterator[Problem]:
    """A file is included from elsewhere; composefmt never fetches it, so what it defines is not known here.

    Bad:

        include:
          - oci://registry.example.org/base:1

    Good:

        include:
          - ./base.yaml

    Source: the specification's 14-include.
    """
    node = element.node
    if type(node) is Scalar and is_remote(node.value):
        yield Problem(node.span, f'"{node.value}" is not fetched, so what it defines is not known', "include a local file, or ignore this")


@rule("include-not-found", Severity.ERROR, *_PATHS, group="references")
def include_not_found(element: Element) -> Iterator[Problem]:
    """An included file is not there.

    Relative paths begin at the folder of the file that includes.

    Bad:

        include: [./no-such-file.yaml]

    Good:

        include: [./compose.base.yaml]

    Source: the specification's 14-include; the reference's loader/include.go.
    """
    node, surroundings = element.node, element.file.options.surroundings
    named = local_path(node)
    if surroundings is None or not named:
        return
    kind = kind_of(element.file, named)
    if kind != "file":
        what = "is a folder" if kind else "is not there"
        yield Problem(node.span, f'the included file "{named}" {what}', "paths begin at the folder of this file")


@rule("include-cycle", Severity.ERROR, group="references")
def include_cycle(element: Element) -> Iterator[Problem]:
    """A file includes itself, at once or through others.

    In a file named compose.yaml, `include: [compose.yaml]` does so.

    Source: the specification's 14-include; the reference's loader/include.go.
    """
    file = element.file
    own = Neighbour(basename(file.source.filename), file)
    for include in includes(file, ""):
        if include.path:
            circle = _circle(file, own, include.path, include.folder)
            if circle == (own.path,):
                yield Problem(include.node.span, f'"{include.node.value}" is this file itself', "delete it")
            elif circle:
                shown = " -> ".join([*circle, circle[0]])
                yield Problem(include.node.span, f"files include each other in a circle: {shown}", "break the circle")


def _circle(main: ComposeFile, own: Neighbour, path: str, folder: str) -> tuple[str, ...]:
    """The files of a circle that including a file leads into; () where there is none."""
    stack: list[tuple[str, str, tuple[str, ...]]] = [(path, folder, (own.path,))]
    done: set[str] = set()
    while stack:
        path, folder, trail = stack.pop()
        if path in trail:
            return trail[trail.index(path) :]
        file = neighbour(main, path)
        if file is None or path in done or len(trail) > MAX_FILES:
            continue
        done.add(path)
        stack += [(each.path, each.folder, (*trail, path)) for each in includes(file, folder) if each.path]
    return ()


@rule("extends-not-found", Severity.ERROR, "services.*.extends", group="references")
def extends_not_found(element: Element) -> Iterator[Problem]:
    """A service extends one of another file, but that file, or the service in it, is not there.

    Bad:

        services:
          web:
            extends: {file: no-such-file.yaml, service: base}

    Good:

        services:
          web:
            extends: {file: compose.base.yaml, service: web}

    Source: the specification's 05-services, `extends`; the reference's loader/extends.go.
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
        what = "is a folder" if kind else "is not there"
        message = f'service "{element.service}" extends one of "{named}", but that file {what}'
        yield Problem(path.span, message, "paths begin at the folder of this file")
        return
    base = extended_service(file, file, own, file.defined("services").get(element.service))
    if base is None or base.file is None or base.node is not None or "service" not in entries:
        return
    known = list(base.file.defined("services"))
    message = f'service "{element.service}" extends "{base.name}", but there is no such service in "{named}"'
    service = resolve(entries["service"][1])
    near = _near(base.name, known)
    yield Problem(service.span, message, _advice(near, known), written(file, service, near[0]) if near else None)


def _near(name: str, known: list[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, known[:300], 1)


def _advice(near: list[str], known: list[str]) -> str:
    return f'did you mean "{near[0]}"?' if near else "name one that is there" + (f": {', '.join(known[:5])}" if known else "")
