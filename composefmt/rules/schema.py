"""Rules that come from the official schema: which keys there are, and what they may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.schema.words import written as text_of
from composefmt.findings import Fix, Severity
from composefmt.rules._fixes import written
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
    """Writes the key or the value that was probably meant."""
    file = element.file
    found = file.locate(problem.path, file.root) if file.root is not None and len(file.roots) == 1 else None
    node = found[0 if problem.on_key else 1] if found else None
    if node is None or problem.meant is None:
        return None
    if type(node) is Mapping:
        # A space after a colon made a mapping of a string.
        text = file.source.text[node.content : node.end]
        is_plain = node.anchor is None and node.tag is None and "\n" not in text and "#" not in text and "\r" not in text
        edit = Edit(node.content, node.end, write_scalar(problem.meant, flow=True))
        return Fix.of(f'write "{problem.meant}"', (edit,) if is_plain else (), safe=False)
    if type(node) is Scalar and isinstance(problem.meant, str) and text_of(scalar_value(node)) == problem.meant:
        # As it is written: quotes are all that 3.10 lacks.
        return Fix.of(f'write "{node.value}" in quotes', file.changes.quote(node), safe=False)
    return written(file, node, problem.meant)


@rule("unknown-key", Severity.ERROR, group="schema")
def unknown_key(element: Element) -> Iterator[Problem]:
    """A key that Compose does not know at this place.

    It is a typo, or it belongs elsewhere. Keys of your own begin with `x-`.

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

    Source: the specification's compose-spec.json, `additionalProperties`.
    """
    if not element.file.once(is_legacy):
        yield from _problems(element, "unknown-key")


@rule("wrong-type", Severity.ERROR, group="schema")
def wrong_type(element: Element) -> Iterator[Problem]:
    """A value of the wrong kind: a list where a text must stand, and the like.

    Bad:

        services:
          web:
            image: [nginx]

    Good:

        services:
          web:
            image: nginx

    Source: the specification's compose-spec.json, `type`.
    """
    yield from _problems(element, "wrong-type")


@rule("invalid-value", Severity.ERROR, group="schema")
def invalid_value(element: Element) -> Iterator[Problem]:
    """A value that is none of the allowed ones, or does not have the form that its field demands.

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

    Source: the specification's compose-spec.json, `enum`, `pattern`, `minimum` and their like.
    """
    yield from _problems(element, "invalid-value")


@rule("missing-key", Severity.ERROR, group="schema")
def missing_key(element: Element) -> Iterator[Problem]:
    """A key that must be there is not.

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

    Source: the specification's compose-spec.json, `required`.
    """
    yield from _problems(element, "missing-key")


@rule("invalid-service-name", Severity.ERROR, group="schema")
def invalid_service_name(element: Element) -> Iterator[Problem]:
    """The name of a service, network, volume, secret or config has a character that is not allowed.

    Bad:

        services:
          my web:
            image: nginx

    Good:

        services:
          my-web:
            image: nginx

    Source: the specification's compose-spec.json, `patternProperties`.
    """
    yield from _problems(element, "invalid-service-name")


@rule("invalid-duration", Severity.ERROR, group="schema")
def invalid_duration(element: Element) -> Iterator[Problem]:
    """A duration that cannot be read: numbers with the units w, d, h, m, s, ms, us or ns, without spaces.

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

    Source: the specification's 11-extension, durations; the reference's types/duration.go.
    """
    yield from _problems(element, "invalid-duration")


@rule("invalid-bytes", Severity.ERROR, group="schema")
def invalid_bytes(element: Element) -> Iterator[Problem]:
    """A size that cannot be read: a number with the unit b, k, m or g (also kb, mb, gb).

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

    Source: the specification's 11-extension, byte values; the reference's types/bytes.go.
    """
    yield from _problems(element, "invalid-bytes")


@rule("invalid-cpus", Severity.ERROR, group="schema")
def invalid_cpus(element: Element) -> Iterator[Problem]:
    """A number of processors that is not a number.

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

    Source: the specification's 05-services, `cpus`; the reference's types/cpus.go.
    """
    yield from _problems(element, "invalid-cpus")


@rule("ignored-key", Severity.WARNING, group="schema")
def ignored_key(element: Element) -> Iterator[Problem]:
    """A key that the reference does not know, but drops without a word.

    It is a typo, or it belongs elsewhere: it has no effect.

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

    Source: the reference's loader/extends.go and loader/include.go.
    """
    yield from _problems(element, "ignored-key")
