"""Rules about healthchecks, and about commands that are written as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted, written
from composefmt.rules._project import plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_TESTS = "services.*.healthcheck.test"
_SHOWN_WORDS = 8
_SHELL_SIGNS = ("|", "&", ";", "<", ">", "(", "`", "'", '"', "$$")


@rule("healthcheck-one-word", Severity.WARNING, _TESTS, group="healthcheck")
def healthcheck_one_word(element: Element) -> Iterator[Problem]:
    """A whole command line stands as one word behind CMD.

    After `CMD` each item is one word. Docker looks for a program whose name has spaces, finds none, and the service is never
    healthy.

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              test: ["CMD", "curl -f http://localhost"]

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              test: ["CMD", "curl", "-f", "http://localhost"]

    Source: the specification's 05-services, `healthcheck`; the Dockerfile reference, `HEALTHCHECK`.
    """
    words = [item for item in map(resolve, element.file.items(element.node)) if type(item) is Scalar]
    if len(words) == len(("CMD", "command")) and words[0].value == "CMD" and " " in words[1].value.strip():
        yield Problem(
            words[1].span,
            f'service "{element.service}": behind CMD, "{words[1].value}" is the name of one program, spaces included',
            _advice(words[1].value),
            written(element.file, words[0], "CMD-SHELL"),
        )


def _advice(command: str) -> str:
    """To write the command as a list, of a long one the first words; what only a shell understands needs one."""
    if any(sign in command for sign in _SHELL_SIGNS):
        return "write CMD-SHELL for CMD: the command needs a shell"
    words = command.split()
    listed = "[CMD, " + ", ".join(words if len(words) <= _SHOWN_WORDS else [*words[:_SHOWN_WORDS], "..."]) + "]"
    return f'write "{listed}", or CMD-SHELL for CMD'


@rule("healthcheck-shell-words", Severity.WARNING, _TESTS, group="healthcheck")
def healthcheck_shell_words(element: Element) -> Iterator[Problem]:
    """A command is split into words behind CMD-SHELL.

    The shell runs the first of them; the others are only its parameters. So `curl` is called without an address.

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              test: ["CMD-SHELL", "curl", "-f", "http://localhost"]

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              test: ["CMD-SHELL", "curl -f http://localhost || exit 1"]

    Source: the engine joins nothing: it calls the image's shell with the words as they are (`sh -c`).
    """
    words = [item for item in map(resolve, element.file.items(element.node)) if type(item) is Scalar]
    if len(words) > len(("CMD-SHELL", "command")) and words[0].value == "CMD-SHELL":
        yield Problem(
            words[2].span,
            f'service "{element.service}": behind CMD-SHELL only "{words[1].value}" is run; "{words[2].value}" is not part of the command',
            "write the command as one text, or CMD for CMD-SHELL",
            written(element.file, words[0], "CMD"),
        )


@rule("healthcheck-disabled-with-test", Severity.WARNING, "services.*.healthcheck", group="healthcheck")
def healthcheck_disabled_with_test(element: Element) -> Iterator[Problem]:
    """A healthcheck has a test, but is switched off.

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              disable: true
              test: curl -f http://localhost

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              disable: true

    Source: the specification's 05-services, `healthcheck`.
    """
    entries = element.file.entries(element.node)
    disable = plain(entries, "disable")
    if disable is None or disable.value.lower() != "true" or "test" not in entries:
        return
    test = resolve(entries["test"][1])
    items = element.file.items(test)
    first = resolve(items[0]) if items else test
    if not (type(first) is Scalar and first.value == "NONE"):
        yield Problem(
            entries["test"][0].span,
            f'service "{element.service}": the test is never run, since the healthcheck is switched off',
            'delete the test, or "disable: true"',
            deleted(element.file, entries["test"][0], "delete the test"),
            related=(Related(disable.span, "it is switched off here"),),
        )


@rule("healthcheck-timing", Severity.INFO, "services.*.healthcheck", group="healthcheck", default=False)
def healthcheck_timing(element: Element) -> Iterator[Problem]:
    """A test may take longer than the time between two tests, or `retries` is 0, which stands for the default of 3.

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              test: curl -f http://localhost
              interval: 5s
              timeout: 30s

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              test: curl -f http://localhost
              interval: 30s
              timeout: 5s

    Source: the Dockerfile reference, `HEALTHCHECK`.
    """
    entries = element.file.entries(element.node)
    interval, timeout, retries = plain(entries, "interval"), plain(entries, "timeout"), plain(entries, "retries")
    if interval is not None and timeout is not None and 0 < _seconds(interval.value) < _seconds(timeout.value):
        yield Problem(
            timeout.span,
            f'service "{element.service}": the timeout of {timeout.value} is longer than the interval of {interval.value}',
            "choose a shorter timeout",
            related=(Related(interval.span, "the interval"),),
        )
    if retries is not None and retries.value == "0":
        yield Problem(retries.span, f'service "{element.service}": 0 retries stand for the default of 3', "write 1 for a single try")


_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(text: str) -> float:
    """A duration such as 1m30s in seconds; 0 where it cannot be read."""
    import re

    if not re.fullmatch(r"(?:[0-9.]+(?:us|ms|s|m|h))+", text):
        return 0
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([0-9]+\.?[0-9]*|\.[0-9]+)(us|ms|s|m|h)", text))


@rule("command-one-word", Severity.WARNING, "services.*.entrypoint", "services.*.command", group="structure")
def command_one_word(element: Element) -> Iterator[Problem]:
    """A whole command line stands as the only item of a list.

    Each item is one word, so Docker looks for a program whose name has spaces. Of a command it is told only where the
    entrypoint is known to be empty, since another entrypoint may be a shell that takes a whole line.

    Bad:

        services:
          web:
            image: python
            entrypoint: ["python app.py"]

    Good:

        services:
          web:
            image: python
            entrypoint: ["python", "app.py"]

    Source: the specification's 05-services, `entrypoint` and `command`.
    """
    items = element.file.items(element.node)
    word = resolve(items[0]) if len(items) == 1 else None
    if type(word) is not Scalar or " " not in word.value.strip() or "$" in word.value.split()[0] or "\n" in word.value:
        return
    if element.path[-1] == "command":
        own = element.file.entries(element.file.get("services", element.service))
        entrypoint = value_of(own, "entrypoint")
        if entrypoint is None or (entrypoint.value if type(entrypoint) is Scalar else element.file.items(entrypoint)):
            return
    yield Problem(
        word.span,
        f'service "{element.service}": "{word.value}" is the name of one program, spaces included',
        f"write it as a text without brackets, or each word as an item: [{', '.join(word.value.split()[:4])}]",
    )
