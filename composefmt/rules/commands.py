"""Rules on commands: strings that Docker Compose cannot split, and operators that need a shell."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from composefmt.compose import interpolation, shell_words
from composefmt.compose.file import first_line, text_span
from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from collections.abc import Iterator

# Fields whose strings Docker Compose splits into arguments.
_SPLIT = (
    "services.*.command",
    "services.*.entrypoint",
    *(f"services.*.{hook}.*.command" for hook in ("pre_start", "post_start", "pre_stop")),
    "services.*.develop.watch.*.exec.command",
)
# Operators that are reported in a list; a lone `;` or `|` may be an intended argument.
_IN_LISTS = frozenset(("&&", "||"))
# The number of dropped characters that a message shows.
_LONGEST = 40


def _readable(element: Element) -> str | None:
    """Return a command with its variables masked at the same length; None if Docker Compose does not split it."""
    node = element.node
    if type(node) is not Scalar or not isinstance(scalar_value(node), str):
        return None
    try:
        # An escaped dollar sign is a literal one.
        return interpolation.mask(node.value).replace("$$", "\0$")
    except interpolation.InvalidInterpolation:
        return None


@rule("invalid-command", Severity.ERROR, *_SPLIT, group="structure")
def invalid_command(element: Element) -> Iterator[Problem]:
    """Detects commands that Docker Compose cannot split into arguments.

    Docker Compose splits a string into arguments as a shell does. An unterminated quote, an unquoted parenthesis or a trailing
    backslash makes the string ambiguous, and Docker Compose refuses the file.

    Bad:

        services:
          web:
            image: nginx
            command: echo 'hello

    Good:

        services:
          web:
            image: nginx
            command: echo 'hello'

    Source: compose-go, types/command.go, and go-shellwords.
    """
    text = _readable(element)
    if text is None or not set(text) & set("\"'`()\\"):
        return
    try:
        shell_words.split(text)
    except shell_words.Unsplittable as problem:
        node, file = element.node, element.file
        assert type(node) is Scalar
        span = text_span(file.source, node, problem.offset, problem.offset + 1)
        field = element.path[-1]
        yield Problem(
            first_line(file.source, span),
            f'service "{element.service}": invalid "{field}": {problem.message}',
            f"{problem.remedy}, or write the command as a list",
        )


@rule("shell-operator", Severity.WARNING, *_SPLIT, "services.*.healthcheck.test", group="commands")
def shell_operator(element: Element) -> Iterator[Problem]:
    """Detects shell operators such as `&&` in a command that is not run by a shell.

    Docker Compose splits a string into arguments itself and drops everything from the first operator on: `a && b` only runs `a`.
    In a list, the operator is passed to the program as an argument. A healthcheck's test is run by a shell if it is a string or
    starts with `CMD-SHELL`; a list that starts with `CMD` is not.

    Bad:

        services:
          web:
            image: node
            command: npm install && npm start

    Good:

        services:
          web:
            image: node
            command: sh -c "npm install && npm start"

    Source: Compose Specification, 05-services, `command`; go-shellwords, Parser.Parse.
    """
    node = element.node
    if type(node) is Scalar:
        if element.path[-1] != "test":
            yield from _dropped(element, node)
    else:
        yield from _passed(element)


def _dropped(element: Element, node: Scalar) -> Iterator[Problem]:
    text = _readable(element)
    if text is None or not set(text) & set(shell_words.OPERATORS):
        return
    with suppress(shell_words.Unsplittable):
        start = shell_words.split(text).dropped
        if start is None:
            return
        rest = node.value[start:].rstrip()
        lines = rest.splitlines()
        shown = lines[0] if len(lines[0]) <= _LONGEST else f"{lines[0][:_LONGEST]}..."
        end = start + len(lines[0])
        before, after = text[:start], text[start:].lstrip(shell_words.OPERATORS)
        is_inside_a_word = not before[-1:].isspace() and bool(after) and not after[0].isspace()
        is_at_the_end = not after.strip()
        sign = node.value[start]
        advice = f'quote the argument that contains "{sign}"' if is_inside_a_word or is_at_the_end else 'run it in a shell: sh -c "..."'
        yield Problem(
            first_line(element.file.source, text_span(element.file.source, node, start, end)),
            f'service "{element.service}": "{shown}" is dropped because this command is not run by a shell',
            advice,
        )


def _passed(element: Element) -> Iterator[Problem]:
    items = [item for item in map(resolve, element.file.items(element.node)) if type(item) is Scalar]
    is_test = element.path[-1] == "test"
    if is_test and not (items and items[0].value == "CMD"):
        return
    for item in items:
        if item.value in _IN_LISTS and items[0].value not in ("[", "test"):
            message = (
                f'service "{element.service}": "{item.value}" is passed to the program as an argument '
                "because this command is not run by a shell"
            )
            advice = 'use ["CMD-SHELL", "..."] with the command as one string' if is_test else 'run it in a shell: ["sh", "-c", "..."]'
            yield Problem(item.span, message, advice)
            return
