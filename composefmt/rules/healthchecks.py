"""Rules on healthchecks and on commands in list form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_duration
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted, written
from composefmt.rules._project import plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_TESTS = "services.*.healthcheck.test"
_SHOWN_WORDS = 9
_SHELL_SIGNS = ("|", "&", ";", "<", ">", "(", "`", "'", '"', "$$")


@rule("healthcheck-one-word", Severity.WARNING, _TESTS, group="healthcheck")
def healthcheck_one_word(element: Element) -> Iterator[Problem]:
    """Detects healthchecks in which a whole command line follows `CMD` as a single item.

    Docker executes the item after `CMD` as the program, without a shell. A program named "curl -f http://localhost" does not exist,
    so every test fails and the container is reported as unhealthy.

    Fix safety: the fix replaces `CMD` with `CMD-SHELL`. It is unsafe because the command then depends on a shell in the image.

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

    Source: Compose Specification, 05-services, `healthcheck`; the Dockerfile reference, `HEALTHCHECK`.
    """
    words = [item for item in map(resolve, element.file.items(element.node)) if type(item) is Scalar]
    if len(words) == len(("CMD", "command")) and words[0].value == "CMD" and " " in words[1].value.strip():
        yield Problem(
            words[1].span,
            f'service "{element.service}": healthcheck "{words[1].value}" is executed as a single program name',
            _advice(words[1].value),
            written(element.file, words[0], "CMD-SHELL"),
        )


def _advice(command: str) -> str:
    """Return the help line: the command as a list (a long one abbreviated), or CMD-SHELL if it needs a shell."""
    if any(sign in command for sign in _SHELL_SIGNS):
        return 'replace "CMD" with "CMD-SHELL": the command needs a shell'
    listed = _listed(f"CMD {command}")
    return f'use "{listed}", or replace "CMD" with "CMD-SHELL"'


def _listed(command: str) -> str:
    """Return a command in list form; a long one is abbreviated."""
    words = command.split()
    return f"[{', '.join(words if len(words) <= _SHOWN_WORDS else [*words[:_SHOWN_WORDS], '...'])}]"


@rule("healthcheck-shell-words", Severity.WARNING, _TESTS, group="healthcheck")
def healthcheck_shell_words(element: Element) -> Iterator[Problem]:
    """Detects healthchecks in which `CMD-SHELL` is followed by more than one item.

    Docker runs `sh -c` with these items, and the shell executes only the first as the command; the others become its positional
    parameters. In the example, `curl` runs without an address and the test always fails.

    Fix safety: the fix replaces `CMD-SHELL` with `CMD`. It is unsafe because the command no longer runs in a shell.

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

    Source: Moby, daemon/health.go: the items are appended to the image's shell (`sh -c`) without being joined.
    """
    words = [item for item in map(resolve, element.file.items(element.node)) if type(item) is Scalar]
    if len(words) > len(("CMD-SHELL", "command")) and words[0].value == "CMD-SHELL":
        yield Problem(
            words[2].span,
            f'service "{element.service}": CMD-SHELL only runs "{words[1].value}"; "{words[2].value}" is not part of the command',
            'write the command as a single string, or replace "CMD-SHELL" with "CMD"',
            written(element.file, words[0], "CMD"),
        )


@rule("healthcheck-disabled-with-test", Severity.WARNING, "services.*.healthcheck", group="healthcheck")
def healthcheck_disabled_with_test(element: Element) -> Iterator[Problem]:
    """Detects healthchecks that define a test although they are disabled.

    `disable: true` turns off the healthcheck, including the one from the image, so the test never runs. Dependent services that
    wait for `service_healthy` fail to start.

    Fix safety: the fix removes the test. It is unsafe because `disable: true` may be the mistake.

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

    Source: Compose Specification, 05-services, `healthcheck`.
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
            f'service "{element.service}": healthcheck test never runs because the healthcheck is disabled',
            'remove "test", or remove "disable: true"',
            deleted(element.file, entries["test"][0], 'remove "test"'),
            related=(Related(disable.span, "disabled here"),),
        )


@rule("healthcheck-timing", Severity.INFO, "services.*.healthcheck", group="healthcheck", scope="project", default=False)
def healthcheck_timing(element: Element) -> Iterator[Problem]:
    """Detects healthchecks whose `timeout` exceeds their `interval`, and `retries: 0`.

    The next test only starts after the current one has finished or timed out, so a long timeout delays the moment at which an
    unhealthy container is noticed. `retries: 0` is replaced by the default of 3.

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
    if interval is not None and timeout is not None and 0 < (parse_duration(interval.value) or 0) < (parse_duration(timeout.value) or 0):
        yield Problem(
            timeout.span,
            f'service "{element.service}": healthcheck timeout "{timeout.value}" exceeds interval "{interval.value}"',
            f'set "timeout" to at most "{interval.value}"',
            related=(Related(interval.span, "interval defined here"),),
        )
    if retries is not None and retries.value == "0":
        yield Problem(
            retries.span,
            f'service "{element.service}": healthcheck "retries: 0" is replaced by the default of 3',
            'use "retries: 1" for a single attempt',
        )


@rule("command-one-word", Severity.WARNING, "services.*.entrypoint", "services.*.command", group="structure")
def command_one_word(element: Element) -> Iterator[Problem]:
    """Detects commands and entrypoints whose whole command line is the only item of a list.

    Docker executes the first item of a list as the program, without a shell. A program named "python app.py" does not exist, so the
    container fails to start. A `command` is only reported if `entrypoint` is an empty list, because another entrypoint may be a shell that
    accepts a whole command line.

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

    Source: Compose Specification, 05-services, `entrypoint` and `command`.
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
        f'service "{element.service}": "{word.value}" is executed as a single program name',
        f"write it as a string, or make each argument an item: {_listed(word.value)}",
    )
