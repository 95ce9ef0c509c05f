"""Rules of the official schema: allowed keys and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.schema.words import written as text_of
from composefmt.findings import Fix, Severity
from composefmt.rules._fixes import written
from composefmt.rules._items import as_items
from composefmt.rules.keys import is_legacy
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.nodes import Mapping, Scalar
from composefmt.syntax.scalars import scalar_value, write_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.schema import SchemaProblem


def _problems(element: Element, name: str) -> Iterator[Problem]:
    for span, problem in element.file.schema_problems:
        if problem.rule == name:
            yield Problem(span, problem.message, problem.help, _meant(element, problem))


def _meant(element: Element, problem: SchemaProblem) -> Fix | None:
    """Return the fix that writes the key or value that was probably intended."""
    file = element.file
    found = file.locate_in_only_document(problem.path)
    node = found[0 if problem.on_key else 1] if found else None
    if node is not None and problem.kinds and problem.meant is None:
        return as_items(file, node, problem.kinds)
    if node is None or problem.meant is None:
        return None
    if type(node) is Mapping:
        # A space after a colon turned a string into a mapping.
        text = file.source.text[node.content : node.end]
        is_plain = node.anchor is None and node.tag is None and "\n" not in text and "#" not in text and "\r" not in text
        edit = Edit(node.content, node.end, write_scalar(problem.meant, flow=True))
        return Fix.of(f'replace with "{problem.meant}"', (edit,) if is_plain else (), safe=False)
    if type(node) is Scalar and isinstance(problem.meant, str) and text_of(scalar_value(node)) == problem.meant:
        # Keep the text as written: 3.10 only needs quotes.
        return Fix.of(f'quote "{node.value}"', file.changes.quote(node), safe=False)
    return written(file, node, problem.meant)


@rule("unknown-key", Severity.ERROR, group="schema")
def unknown_key(element: Element) -> Iterator[Problem]:
    """Checks for keys that Compose does not define at their location.

    Docker Compose refuses the file. The key is misspelled or belongs to another location. Custom keys must start with `x-`.

    Bad:

        services:
          web:
            image: nginx
            prots: ["80"]

    Good:

        services:
          web:
            image: nginx
            ports: ["80"]

    Source: Compose Specification, compose-spec.json, `additionalProperties`.
    """
    if not element.file.once(is_legacy):
        yield from _problems(element, "unknown-key")


@rule("wrong-type", Severity.ERROR, group="schema")
def wrong_type(element: Element) -> Iterator[Problem]:
    """Checks for values of the wrong type, such as a list where a string is expected.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: [nginx]

    Good:

        services:
          web:
            image: nginx

    Source: Compose Specification, compose-spec.json, `type`.
    """
    yield from _problems(element, "wrong-type")


@rule("invalid-value", Severity.ERROR, group="schema")
def invalid_value(element: Element) -> Iterator[Problem]:
    """Checks for values that are not allowed for their field or do not have the required format.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            cgroup: shared

    Good:

        services:
          web:
            image: nginx
            cgroup: host

    Source: Compose Specification, compose-spec.json, `enum`, `pattern`, `minimum` and similar keywords.
    """
    yield from _problems(element, "invalid-value")


@rule("missing-key", Severity.ERROR, group="schema")
def missing_key(element: Element) -> Iterator[Problem]:
    """Checks for missing required keys.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            credential_spec: {}
            develop:
              watch:
                - path: ./src

    Good:

        services:
          web:
            image: nginx
            develop:
              watch:
                - path: ./src
                  action: rebuild

    Source: Compose Specification, compose-spec.json, `required`.
    """
    yield from _problems(element, "missing-key")


@rule("invalid-service-name", Severity.ERROR, group="schema")
def invalid_service_name(element: Element) -> Iterator[Problem]:
    """Checks for invalid characters in the names of services, networks, volumes, secrets and configs.

    Names consist of letters, digits, dots, dashes and underscores. Docker Compose refuses a file with other characters.

    Bad:

        services:
          my web:
            image: nginx

    Good:

        services:
          my-web:
            image: nginx

    Source: Compose Specification, compose-spec.json, `patternProperties`.
    """
    yield from _problems(element, "invalid-service-name")


@rule("invalid-duration", Severity.ERROR, group="schema")
def invalid_duration(element: Element) -> Iterator[Problem]:
    """Checks for invalid durations.

    A duration consists of numbers with the units `w`, `d`, `h`, `m`, `s`, `ms`, `us` or `ns`, without spaces. Docker Compose
    refuses other values.

    Bad:

        services:
          web:
            image: nginx
            stop_grace_period: "30"

    Good:

        services:
          web:
            image: nginx
            stop_grace_period: 30s

    Source: Compose Specification, 11-extension, durations; compose-go, types/duration.go.
    """
    yield from _problems(element, "invalid-duration")


@rule("invalid-bytes", Severity.ERROR, group="schema")
def invalid_bytes(element: Element) -> Iterator[Problem]:
    """Checks for invalid byte values.

    A size is a number with a unit: `b`, `k`, `m`, `g`, `t` or `p` (also `kb`, `mb`, `gb`). Docker Compose refuses other values.

    Bad:

        services:
          web:
            image: nginx
            mem_limit: 512 megabytes

    Good:

        services:
          web:
            image: nginx
            mem_limit: 512m

    Source: Compose Specification, 11-extension, byte values; compose-go, types/bytes.go.
    """
    yield from _problems(element, "invalid-bytes")


@rule("invalid-cpus", Severity.ERROR, group="schema")
def invalid_cpus(element: Element) -> Iterator[Problem]:
    """Checks for CPU limits that are not numbers.

    Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            cpus: half

    Good:

        services:
          web:
            image: nginx
            cpus: "0.5"

    Source: Compose Specification, 05-services, `cpus`; compose-go, types/cpus.go.
    """
    yield from _problems(element, "invalid-cpus")


@rule("ignored-key", Severity.WARNING, group="schema")
def ignored_key(element: Element) -> Iterator[Problem]:
    """Checks for unknown keys that Docker Compose ignores without a warning.

    The key has no effect. It is misspelled or belongs to another location.

    Bad:

        services:
          web:
            extends:
              service: base
              flie: base.yaml

    Good:

        services:
          web:
            extends:
              service: base
              file: base.yaml

    Source: compose-go, loader/extends.go and loader/include.go.
    """
    yield from _problems(element, "ignored-key")
