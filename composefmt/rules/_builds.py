"""Helpers for the rules about builds: locate the context, and read the Dockerfile."""

from __future__ import annotations

from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.dockerfile import Dockerfile, parse_dockerfile
from composefmt.project.membership import is_project, other_projects, project_of
from composefmt.project.paths import is_remote
from composefmt.rules._project import is_fragment
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.rules.registry import Element
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.values import Entries

# Larger Dockerfiles are ignored, which bounds the time that a check takes.
MAX_BYTES = 1_000_000


class Build(NamedTuple):
    """A build whose context is a local directory.

    `path` is the path of the Dockerfile, "" for an inline Dockerfile (`inline`). `place` is the node that sets the context.
    `named` is the node that sets the Dockerfile, None if it has the default name.
    """

    entries: Entries
    context: str
    path: str
    inline: str
    place: Node
    named: Scalar | None


def build_of(element: Element) -> Build | None:
    """Return the build at `services.*.build`; None if it is unknown or its context is not local."""
    file, node = element.file, element.node
    if is_fragment(file):
        return None
    if type(node) is Scalar:
        return Build({}, node.value, normpath(join(node.value, "Dockerfile")), "", node, None) if is_local(node.value) else None
    entries = file.entries(node)
    context, dockerfile, inline = (value_of(entries, key) for key in ("context", "dockerfile", "dockerfile_inline"))
    if (
        type(node) is not Mapping
        or element.key is None
        or (context is None and (not is_alone(file, element.service) or other_projects(file)))
    ):
        return None
    folder = context.value if type(context) is Scalar else "."
    path = dockerfile.value if type(dockerfile) is Scalar else "Dockerfile"
    if not is_local(folder) or not is_local(path):
        return None
    place = context if type(context) is Scalar else element.key
    if type(inline) is Scalar:
        return Build(entries, folder, "", inline.value, place, None)
    return Build(entries, folder, normpath(join(folder, path)), "", place, dockerfile if type(dockerfile) is Scalar else None)


def is_alone(file: ComposeFile, service: str) -> bool:
    """Return whether no other file of the file's own project can add keys to a service."""
    extends = "extends" in file.entries(file.defined("services").get(service))
    return is_project(file) and not extends and project_of(file).is_single


def is_local(path: str) -> bool:
    """Return whether a path is certainly relative to the file's directory: not remote, absolute, in a home, or interpolated."""
    return (
        bool(path) and not is_remote(path) and not path.startswith(("/", "~")) and "$" not in path and "\\" not in path and ":" not in path
    )


def dockerfile_of(element: Element, build: Build) -> Dockerfile | None:
    """Return the parsed Dockerfile of a build; None if it does not exist or cannot be read."""
    if not build.path:
        return parse_dockerfile(build.inline.replace("$$", "$"))
    surroundings = element.file.options.surroundings
    read = element.file.once(_read)
    if build.path not in read:
        read[build.path] = _parsed(surroundings, build.path) if surroundings is not None else None
    return read[build.path]


def _read(_: ComposeFile) -> dict[str, Dockerfile | None]:
    return {}


def _parsed(surroundings: Surroundings, path: str) -> Dockerfile | None:
    data = surroundings.read(path)
    return parse_dockerfile(data.decode("utf-8", "replace")) if data is not None and len(data) <= MAX_BYTES else None


def arguments(file: ComposeFile, build: Build) -> Iterator[tuple[str, Node]]:
    """Yield the name and the node of each build argument that the Compose file passes."""
    node = value_of(build.entries, "args")
    if type(node) is Sequence:
        for item in map(resolve, node.items):
            if type(item) is Scalar:
                yield item.value.partition("=")[0], item
    for name, (key, _) in file.entries(node).items():
        yield name, key
