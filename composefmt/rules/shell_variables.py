"""Rules about variables that a shell in the container is meant to replace, or that the shell outside does not export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.file import text_span
from composefmt.findings import Fix, Severity
from composefmt.rules._services import environment_of, words_of
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile

_COMMANDS = tuple(
    f"services.*.{field}{end}"
    for field in ("command", "entrypoint", "healthcheck.test", "post_start.*.command", "pre_stop.*.command")
    for end in ("", ".*")
)


def _is_known(file: ComposeFile, name: str) -> bool:
    """Return whether the `.env` file or the environment sets a variable."""
    surroundings = file.options.surroundings
    return name in file.options.environment or (surroundings is not None and surroundings.is_set(name))


@rule("unescaped-shell-variable", Severity.WARNING, *_COMMANDS, group="interpolation", scope="project")
def unescaped_shell_variable(element: Element) -> Iterator[Problem]:
    """Detects variables in commands that the shell of the container should replace, but that Docker Compose replaces before.

    Docker Compose replaces `$NAME` in all values when it loads the file, with the value outside of the container. Variables that
    the service sets in `environment`, or that the command itself assigns, are empty there. Others, such as `$HOME` and `$HOSTNAME`, are
    those of the host. A double dollar sign leaves the variable to the shell in the container. Variables that a `.env` file or the
    environment sets are not reported.

    Bad:

        services:
          db:
            image: postgres:17
            environment:
              POSTGRES_USER: app
              POSTGRES_PASSWORD_FILE: /run/secrets/password
            healthcheck:
              test: pg_isready -U $POSTGRES_USER

    Good:

        services:
          db:
            image: postgres:17
            environment:
              POSTGRES_USER: app
              POSTGRES_PASSWORD_FILE: /run/secrets/password
            healthcheck:
              test: pg_isready -U $$POSTGRES_USER

    Source: Compose Specification, 12-interpolation.
    """
    node, file = element.node, element.file
    if type(node) is not Scalar or "$" not in node.value:
        return
    try:
        parts = interpolation.split(node.value)
    except interpolation.InvalidInterpolation:
        return
    own = environment_of(element)
    for part in parts:
        if not isinstance(part, interpolation.Variable) or part.operator or _is_known(file, part.name):
            continue
        why = _why(part.name, node.value, own)
        if why:
            written = node.value[part.start : part.end]
            edits = file.changes.replace_part(node, part.start, part.end, f"${written}")
            yield Problem(
                text_span(file.source, node, part.start, part.end),
                f'service "{element.service}": Docker Compose replaces "{written}" before the command runs, although {why}',
                f'use "${written}"',
                Fix.of(f'write "${written}"', edits, safe=False),
            )


# Variables that are set in every container, but with other values than outside.
_OF_CONTAINER = ("HOME", "HOSTNAME", "PATH")


def _why(name: str, command: str, own: dict[str, str | None]) -> str:
    """Return why a variable belongs to the container; "" if it does not."""
    value = own.get(name)
    if value is not None and f"${name}" not in value and f"${{{name}" not in value:
        return 'the service sets it in "environment"'
    if pattern(rf"(?:^|[\s;&|({{`\"'])(?:for\s+|read\s+(?:-\w+\s+)*|(?:export|local)\s+)?{name}(?:=|\s+in\s|\s*;)").search(command):
        return "the command sets it"
    return "the container has its own" if name in _OF_CONTAINER and name not in own else ""


_SHELLS = frozenset(
    ("sh", "bash", "ash", "dash", "zsh", "ksh", "busybox", "env", "cmd", "cmd.exe", "powershell", "pwsh", "envsubst", "eval")
)


@rule("variable-without-shell", Severity.WARNING, *_COMMANDS, group="commands", scope="project")
def variable_without_shell(element: Element) -> Iterator[Problem]:
    """Detects variables of the container in a command that is not run by a shell.

    `$$NAME` leaves the variable to a shell in the container. Without a shell, the program receives the characters `$NAME`. That is
    the case for a healthcheck that starts with `CMD`, and for a `command` or `entrypoint` that does not start with a shell, because
    Docker Compose splits it into arguments itself.

    Bad:

        services:
          db:
            image: my/db
            healthcheck:
              test: [CMD, pg_isready, -U, $$DB_USER]

    Good:

        services:
          db:
            image: my/db
            healthcheck:
              test: [CMD-SHELL, pg_isready -U $$DB_USER]

    Source: Compose Specification, 05-services, `healthcheck` and `command`; the Dockerfile reference, "Shell and exec form".
    """
    node, file = element.node, element.file
    if type(node) is not Scalar or "$$" not in node.value or not isinstance(element.path[2], str):
        return
    found = pattern(r"\$\$(?:([A-Z_][A-Z0-9_]*)|\{([A-Z_][A-Z0-9_]*)\})").search(node.value)
    if found is None or _has_shell(element):
        return
    shown = found[0][1:]
    yield Problem(
        text_span(file.source, node, found.start(), found.end()),
        f'service "{element.service}": "{shown}" is passed to the program as it is, because this command is not run by a shell',
        'use "CMD-SHELL" with the command as one string' if element.path[2] == "healthcheck" else 'run it in a shell: ["sh", "-c", "..."]',
    )


def _has_shell(element: Element) -> bool:
    """Return whether a command may be run by a shell."""
    field, file = str(element.path[2]), element.file
    if field == "healthcheck":
        items = [item.value for item in map(resolve, file.items(file.get(*element.path[:4]))) if type(item) is Scalar]
        return items[:1] != ["CMD"] or any(_is_shell(item) for item in items[1:2])
    words = words_of(element, field) if field in ("command", "entrypoint") else None
    if words is None:
        return True
    if field == "command":
        # The entrypoint of the image, or of the service, may be a shell; options are only understood by the image's program.
        entry = words_of(element, "entrypoint")
        words = [*(entry if entry is not None else []), *words]
    return any(_is_shell(word) for word in words)


def _is_shell(word: str) -> bool:
    return word.rpartition("/")[2] in _SHELLS or word.endswith(".sh")


# Variables of a shell that it does not export to programs.
_UNEXPORTED = ("EUID", "GID", "UID")


@rule("unexported-variable", Severity.INFO, group="interpolation")
def unexported_variable(element: Element) -> Iterator[Problem]:
    """Detects variables that exist in a shell, but that it does not export: `UID`, `GID` and `EUID`.

    `echo $UID` prints the user's number, but programs that the shell starts do not get the variable. In Docker Compose it is
    empty unless it is exported or set in `.env`. Variables with a default, and projects with a `.env` file, are not reported.

    Bad:

        services:
          web:
            image: nginx
            user: ${UID}:${GID}

    Good:

        services:
          web:
            image: nginx
            user: ${UID:-1000}:${GID:-1000}

    Source: bash(1), "Shell Variables"; docker/compose issue 2380.
    """
    file = element.file
    text = file.source.text
    if file.options.environment or not any(f"${name}" in text or f"${{{name}}}" in text for name in _UNEXPORTED):
        return
    reported: set[str] = set()
    for node in file.interpolated_scalars():
        for found in pattern(r"(?<!\$)\$(?:(E?UID|GID)\b|\{(E?UID|GID)\})").finditer(node.value):
            name = found[1] or found[2]
            if name not in reported and not _is_known(file, name):
                reported.add(name)
                yield Problem(
                    text_span(file.source, node, found.start(), found.end()),
                    f'variable "{name}" is empty unless it is exported: shells do not export it',
                    f'add a default: "${{{name}:-1000}}", or set it in ".env"',
                )


@rule("variable-without-default", Severity.INFO, group="interpolation", default=False)
def variable_without_default(element: Element) -> Iterator[Problem]:
    """Checks for variables without a default value.

    Docker Compose replaces a variable that is not set with an empty string, and only prints a warning. A default makes the file work on
    its own, and `${NAME:?}` stops with an error instead.

    Bad:

        services:
          web:
            image: my/web:${VERSION}

    Good:

        services:
          web:
            image: my/web:${VERSION:?}
            environment:
              LEVEL: ${LEVEL:-info}

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    reported: set[str] = set()
    for node in file.interpolated_scalars():
        try:
            parts = interpolation.split(node.value)
        except interpolation.InvalidInterpolation:
            continue
        for part in parts:
            if isinstance(part, interpolation.Variable) and not part.operator and part.name not in reported:
                reported.add(part.name)
                yield Problem(
                    text_span(file.source, node, part.start, part.end),
                    f'variable "{part.name}" has no default',
                    f'use "${{{part.name}:-default}}", or "${{{part.name}:?}}" if it is required',
                )
