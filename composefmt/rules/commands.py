"""Rules about commands: what Docker Compose cannot split, and what needs a shell where none runs."""

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

# The fields that Docker Compose splits into words if they are strings.
_SPLIT = (
    "services.*.command",
    "services.*.entrypoint",
    *(f"services.*.{hook}.*.command" for hook in ("pre_start", "post_start", "pre_stop")),
    "services.*.develop.watch.*.exec.command",
)
# In a list these can hardly be meant as arguments; a lone ; or | may be.
_IN_LISTS = frozenset(("&&", "||"))
# Of what is dropped, no more than this is shown.
_LONGEST = 40


def _readable(element: Element) -> str | None:
    """Return a command with its variables hidden, each character in its place; None if it is not split at all."""
    node = element.node
    if type(node) is not Scalar or not isinstance(scalar_value(node), str):
        return None
    text = node.value
    if "$" not in text:
        return text
    with suppress(interpolation.InvalidInterpolation):
        hidden = list(text)
        for part in interpolation.split(text):
            if isinstance(part, interpolation.Variable):
                hidden[part.start : part.end] = "x" * (part.end - part.start)
        # A doubled dollar sign is a single one.
        return "".join(hidden).replace("$$", "x$")
    return None


@rule("invalid-command", Severity.ERROR, *_SPLIT, group="structure")
def invalid_command(element: Element) -> Iterator[Problem]:
    """Detects commands that Docker Compose cannot split into words.

    A quote that is not closed, a parenthesis outside of quotes, or a backslash at the end.

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

    Source: the reference's types/command.go, through go-shellwords.
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
            f'service "{element.service}": Docker Compose cannot split "{field}" into words: {problem.message}',
            f"{problem.remedy}, or write the command as a list",
        )


@rule("shell-operator", Severity.WARNING, *_SPLIT, "services.*.healthcheck.test", group="commands")
def shell_operator(element: Element) -> Iterator[Problem]:
    """Detects shell operators such as `&&` in a command that is not run by a shell.

    Docker Compose splits a string into words itself and drops everything from the first operator on: `a && b` only runs `a`.
    In a list the program gets the operator as an argument. (A healthcheck's test is run by a shell if it is a string; a list
    that starts with CMD is not.)

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

    Source: the specification's 05-services, `command`, which does not run in a shell; go-shellwords, Parser.Parse.
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
