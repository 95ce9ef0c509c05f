"""Rules about commands: what looks like a shell's work where no shell is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line, text_span
from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.source import Span

_OPERATORS = frozenset(("&&", "||", "|", ";", ">", ">>", "<", "2>&1", "2>", "&>"))

# In a list these can hardly be meant as arguments; a lone ; or | may be.
_IN_LISTS = frozenset(("&&", "||"))


@rule("shell-operator", Severity.WARNING, "services.*.command", "services.*.entrypoint", "services.*.healthcheck.test", group="commands")
def shell_operator(element: Element) -> Iterator[Problem]:
    """An operator of the shell, such as `&&`, in a command that no shell runs.

    Compose splits a command into words itself: `a && b` calls the program `a` with the arguments `&&` and `b`. (The test of
    a healthcheck is run by a shell where it is a text; where it is a list that begins with CMD it is not.)

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

    Source: the specification's 05-services, `command`: it does not run in a shell.
    """
    node, file = element.node, element.file
    if type(node) is Scalar:
        if element.path[-1] == "test" or not set(node.value) & set("&|;<>"):
            return
        for word in pattern(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""").finditer(node.value):
            if word.group() in _OPERATORS:
                span = first_line(file.source, text_span(file.source, node, word.start(), word.end()))
                yield _problem(element, span, word.group(), 'let a shell run it: sh -c "..."')
                return
        return
    items = [item for item in map(resolve, file.items(node)) if type(item) is Scalar]
    if element.path[-1] == "test" and not (items and items[0].value == "CMD"):
        return
    for item in items:
        if item.value in _IN_LISTS and items[0].value not in ("[", "test"):
            advice = (
                "write CMD-SHELL and the command as one text" if element.path[-1] == "test" else 'let a shell run it: ["sh", "-c", "..."]'
            )
            yield _problem(element, item.span, item.value, advice)
            return


def _problem(element: Element, span: Span, operator: str, advice: str) -> Problem:
    return Problem(span, f'service "{element.service}": no shell reads "{operator}" here, the program gets it as an argument', advice)
