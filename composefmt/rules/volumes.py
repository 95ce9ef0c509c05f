"""Rules on the `volumes` of services: entries that Docker Compose refuses, and parts that it ignores."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from composefmt.compose import interpolation, volume_syntax, volumes
from composefmt.compose.fields import item_text
from composefmt.compose.file import first_line
from composefmt.compose.parse_result import Parsed
from composefmt.compose.schema.spaced import meant_text
from composefmt.compose.secrecy import uses_secret
from composefmt.compose.volume_syntax import absolute
from composefmt.findings import Severity
from composefmt.rules._mounting import refused_paths
from composefmt.rules._short_forms import doubtful, malformed
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingOf

_LIST = "services.*.volumes"
_ITEMS = "services.*.volumes.*"


def _doubtful_items(element: Element, rule: str) -> Iterator[Problem]:
    """Yield the problems that `rule` reports on short items: errors if Docker Compose refuses a path as a volume name."""
    refused: dict[int, Severity] | None = None
    for index, item in enumerate(map(resolve, element.file.items(element.node))):
        for problem in doubtful(element._replace(path=(*element.path, index), key=None, node=item), volumes.parse_short, rule):
            refused = refused_paths(element) if refused is None else refused
            yield problem._replace(severity=refused.get(id(item)))


@rule("invalid-volume", Severity.ERROR, _ITEMS, group="volumes")
def invalid_volume(element: Element) -> Iterator[Problem]:
    """Detects volumes that Docker Compose cannot parse.

    The short syntax is `[source:]target[:options]`. No part may be empty, and options are separated by commas. Docker Compose
    refuses a file with any other entry.

    Bad:

        services:
          db:
            image: mysql
            volumes:
              - ./data:/var/lib/mysql:ro:z

    Good:

        services:
          db:
            image: mysql
            volumes:
              - ./data:/var/lib/mysql:ro,z

    Source: Compose Specification, 05-services, `volumes`; compose-go, format/volume.go.
    """
    yield from malformed(element, volumes.parse_short, "invalid-volume")
    if (
        type(element.node) is Mapping
        and "target" not in element.file.entries(element.node)
        and meant_text(element.path, element.file.values.value(element.node)) is None
    ):
        span = first_line(element.file.source, element.node.span)
        yield Problem(
            span, f'service "{element.service}": volume is missing required key "target"', 'add the container path: "target: /data"'
        )


@rule("missing-colon", Severity.WARNING, _LIST, group="volumes", formerly="lost-colon")
def missing_colon(element: Element) -> Iterator[Problem]:
    """Detects volumes whose container path is an access mode, so that a colon is probably missing.

    `~/configs/etc/configs/:ro` mounts the directory `~/configs/etc/configs/` at the container path `ro`. Docker Compose accepts
    it, but the container does not find its files. The formatter keeps such an entry in short form to preserve the evidence.

    Fix safety: the fix inserts a colon before a directory that is common in containers. It is unsafe because the mount changes.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - ~/configs/etc/configs/:ro

    Good:

        services:
          web:
            image: nginx
            volumes:
              - ~/configs:/etc/configs/:ro

    Source: compose-go, format/volume.go, populateFieldFromBuffer.
    """
    yield from _doubtful_items(element, "missing-colon")


@rule("relative-target", Severity.WARNING, _ITEMS, group="volumes")
def relative_target(element: Element) -> Iterator[Problem]:
    """Detects volumes whose container path is not absolute.

    A container path is required to be absolute. A volume without a colon is a container path: `data` alone does not mount the
    volume named data.

    Bad:

        services:
          db:
            image: mysql
            volumes:
              - data

    Good:

        services:
          db:
            image: mysql
            volumes:
              - data:/var/lib/mysql
        volumes:
          data:

    Source: Compose Specification, 05-services, `volumes`.
    """
    yield from doubtful(element, volumes.parse_short, "relative-target")
    yield from _relative_with_variables(element)
    yield from _relative_in_long_form(element)


def _relative_in_long_form(element: Element) -> Iterator[Problem]:
    target = value_of(element.file.entries(element.node), "target") if type(element.node) is Mapping else None
    if type(target) is not Scalar or not target.value:
        return
    with suppress(interpolation.InvalidInterpolation):
        shown = "".join(map(partial(_likely, element.file.options.environment), interpolation.split(target.value)))
        if not volume_syntax.is_absolute(shown):
            message = f'service "{element.service}": container path "{target.value}" is not absolute'
            yield Problem(target.span, message, _without_secrets(element, target.value, f'use container path "{absolute(shown)}"'))


def _relative_with_variables(element: Element) -> Iterator[Problem]:
    """Yield a problem for an entry whose variables hide its parts, read with their defaults."""
    node, environment = element.node, element.file.options.environment
    text = item_text(node) if type(node) is Scalar else None
    if type(node) is not Scalar or text is None or "$" not in text:
        return
    known = volumes.parse_short(text, environment)
    if isinstance(known, Parsed) and known.doubts:
        return
    with suppress(interpolation.InvalidInterpolation):
        shown = "".join(map(partial(_likely, environment), interpolation.split(text)))
        answer = volume_syntax.literal(shown)
        for doubt in answer.doubts if isinstance(answer, Parsed) and ":" in shown else ():
            if doubt.rule == "relative-target":
                yield Problem(
                    node.span,
                    f'service "{element.service}": {doubt.message.replace(shown, text)}',
                    _without_secrets(element, text, doubt.help),
                )


def _without_secrets(element: Element, text: str, advice: str) -> str:
    """Return the advice, which contains the values of a text's variables, or a general one if any of them looks like a secret."""
    names = [part.name for part in interpolation.split(text) if isinstance(part, interpolation.Variable)]
    return "use an absolute path" if uses_secret(names, element.file.options.environment) else advice


def _likely(environment: MappingOf[str, str], part: interpolation.Part) -> str:
    """Return the probable value of a part of a string; for a variable its value, its default or an absolute path."""
    if isinstance(part, interpolation.Literal):
        return part.text
    return environment.get(part.name) or (part.argument if part.operator.endswith("-") else "") or "/x"


@rule("unknown-volume-option", Severity.WARNING, _ITEMS, group="volumes")
def unknown_volume_option(element: Element) -> Iterator[Problem]:
    """Detects volume options that have no effect.

    Docker Compose silently ignores options that it does not know, so a mistyped `ro` leaves the volume writable. It ignores
    `cached`, `delegated` and `consistent`, too: they belonged to an old version of Docker Desktop.

    Fix safety: removing `cached`, `delegated` or `consistent` is safe because the effective configuration stays the same.
    Replacing a mistyped option is unsafe.

    Bad:

        services:
          db:
            image: mysql
            volumes:
              - ./data:/var/lib/mysql:readonly

    Good:

        services:
          db:
            image: mysql
            volumes:
              - ./data:/var/lib/mysql:ro

    Source: compose-go, format/volume.go, populateFieldFromBuffer.
    """
    yield from doubtful(element, volumes.parse_short, "unknown-volume-option")


@rule("named-volume-looks-like-path", Severity.WARNING, _LIST, group="volumes")
def named_volume_looks_like_path(element: Element) -> Iterator[Problem]:
    """Detects sources with slashes that are read as volume names.

    Only a source that starts with `.`, `/`, `~` or a Windows drive is a path. Any other source is the name of a volume, and a
    volume name cannot contain slashes.

    Fix safety: the fix inserts `./`. It is unsafe because it mounts a host directory.

    Bad:

        services:
          db:
            image: mysql
            volumes:
              - data/sub:/var/lib/mysql

    Good:

        services:
          db:
            image: mysql
            volumes:
              - ./data/sub:/var/lib/mysql

    Source: compose-go, format/volume.go, isFilePath.
    """
    yield from _doubtful_items(element, "named-volume-looks-like-path")


@rule("windows-path", Severity.WARNING, _ITEMS, group="volumes")
def windows_path(element: Element) -> Iterator[Problem]:
    """Detects volumes with a one-letter name that are read as a Windows drive.

    `d:/data` is a container path on drive D, not the volume `d` at `/data`, so the volume is not mounted.

    Bad:

        services:
          db:
            image: mysql
            volumes:
              - d:/data

    Good:

        services:
          db:
            image: mysql
            volumes:
              - db-data:/data
        volumes:
          db-data:

    Source: compose-go, format/volume.go, isWindowsDrive.
    """
    yield from doubtful(element, volumes.parse_short, "windows-path")
