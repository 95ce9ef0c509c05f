"""Rules about the `volumes` of services: what the reference refuses, and what it swallows."""

from __future__ import annotations

from collections.abc import Iterator

from composefmt.compose import volumes
from composefmt.compose.fields import item_text
from composefmt.compose.file import text_span
from composefmt.compose.short import Answer, Malformed, Parsed
from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar

_ITEMS = "services.*.volumes.*"


def _answer(element: Element) -> tuple[Scalar, Answer[volumes.Mount]] | None:
    node = element.node
    if type(node) is not Scalar:
        return None
    text = item_text(node)
    return None if text is None else (node, volumes.parse_short(text, element.file.options.environment))


def _doubts(element: Element, name: str) -> Iterator[Problem]:
    found = _answer(element)
    if found is None or not isinstance(found[1], Parsed):
        return
    node, answer = found
    for doubt in answer.doubts:
        if doubt.rule == name:
            span = text_span(element.file.source, node, doubt.start, doubt.end)
            yield Problem(span, f'service "{element.service}": {doubt.message}', doubt.help)


@rule("invalid-volume", Severity.ERROR, _ITEMS, group="volumes")
def invalid_volume(element: Element) -> Iterator[Problem]:
    """A volume that cannot be read.

    The short syntax is `[source:]target[:options]`; no part may be empty, and options are joined by commas.

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

    Source: the specification's 05-services, `volumes`; the reference's format/volume.go.
    """
    found = _answer(element)
    if found is not None and isinstance(found[1], Malformed) and found[1].rule == "invalid-volume":
        node, answer = found
        span = text_span(element.file.source, node, answer.start, answer.end)
        yield Problem(span, f'service "{element.service}": {answer.message}', answer.help)


@rule("lost-colon", Severity.WARNING, _ITEMS, group="volumes")
def lost_colon(element: Element) -> Iterator[Problem]:
    """The container path of a volume is an access mode, so a colon was probably forgotten.

    `~/configs/etc/configs/:ro` mounts the folder `~/configs/etc/configs/` at the container path `ro`. The reference
    accepts it; the container finds nothing where it looks. Such an entry stays short when formatting.

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

    Source: the reference's format/volume.go, populateFieldFromBuffer.
    """
    yield from _doubts(element, "lost-colon")


@rule("relative-target", Severity.WARNING, _ITEMS, group="volumes")
def relative_target(element: Element) -> Iterator[Problem]:
    """The container path of a volume is not absolute.

    A volume without a colon is a path in the container: `data` alone does not mount the volume named data.

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

    Source: the specification's 05-services, `volumes`.
    """
    yield from _doubts(element, "relative-target")


@rule("unknown-volume-option", Severity.WARNING, _ITEMS, group="volumes")
def unknown_volume_option(element: Element) -> Iterator[Problem]:
    """An option of a volume that has no effect.

    The reference drops what it does not know without a word, so a mistyped `ro` leaves the volume writable.

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

    Source: the reference's format/volume.go, populateFieldFromBuffer.
    """
    yield from _doubts(element, "unknown-volume-option")


@rule("named-volume-looks-like-path", Severity.WARNING, _ITEMS, group="volumes")
def named_volume_looks_like_path(element: Element) -> Iterator[Problem]:
    """A source with slashes that is read as the name of a volume.

    Only what begins with `.`, `/`, `~` or a Windows drive is a path.

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

    Source: the reference's format/volume.go, isFilePath.
    """
    yield from _doubts(element, "named-volume-looks-like-path")


@rule("windows-path", Severity.WARNING, _ITEMS, group="volumes")
def windows_path(element: Element) -> Iterator[Problem]:
    """A volume named by one letter is taken for a Windows drive.

    `d:/data` is a container path on drive D, not the volume `d` at `/data`.

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

    Source: the reference's format/volume.go, isWindowsDrive.
    """
    yield from _doubts(element, "windows-path")
