"""Rules about variables."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.file import text_span
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from composefmt.compose.file import ComposeFile


@rule("invalid-interpolation", Severity.ERROR, group="interpolation")
def invalid_interpolation(element: Element) -> Iterator[Problem]:
    """A `${` that begins no variable.

    A variable is `$NAME`, `${NAME}` or `${NAME:-default}` (also with `-`, `:?`, `?`, `:+`, `+`); a dollar sign that stands
    for itself is written twice.

    Bad:

        services:
          web:
            image: nginx:${TAG

    Good:

        services:
          web:
            image: nginx:${TAG}

    Source: the specification's 12-interpolation; the reference's template/template.go.
    """
    file = element.file
    if "${" not in file.source.text:
        return
    for node in file.interpolated_scalars():
        try:
            interpolation.split(node.value)
        except interpolation.InvalidInterpolation as error:
            span = text_span(file.source, node, error.offset, error.offset + 2)
            yield Problem(
                span,
                f'"{node.value[error.offset : error.offset + 20]}" begins no variable',
                interpolation.ADVICE,
            )


@rule("unescaped-dollar", Severity.WARNING, group="interpolation")
def unescaped_dollar(element: Element) -> Iterator[Problem]:
    """The hash of a password whose dollar signs are read as variables.

    What `htpasswd` and its like print is full of dollar signs, and each that a letter follows begins a variable: the hash
    loses its parts. A dollar sign that stands for itself is written twice.

    Bad:

        services:
          proxy:
            image: traefik
            labels:
              - traefik.http.middlewares.auth.basicauth.users=ann:$apr1$Xk3abc$Qz1

    Good:

        services:
          proxy:
            image: traefik
            labels:
              - traefik.http.middlewares.auth.basicauth.users=ann:$$apr1$$Xk3abc$$Qz1

    Source: the specification's 12-interpolation.
    """
    file = element.file
    if "$" not in file.source.text or not _hash().search(file.source.text):
        return
    for node in file.interpolated_scalars():
        found = _hash().search(node.value)
        if found:
            # The rest of the hash too: all that may stand in one.
            rest = re.compile(r"[\w./=$,+-]*").match(node.value, found.end())
            end = rest.end() if rest else found.end()
            doubled = re.sub(r"(?<!\$)\$(?!\$)", "$$", node.value[found.start() : end])
            fix = Fix.of("write each dollar sign twice", file.changes.replace_part(node, found.start(), end, doubled), safe=False)
            yield Problem(
                text_span(file.source, node, found.start(), found.end()),
                f'the dollar signs of the hash "{found.group()}..." are read as variables',
                f'write each dollar sign twice: "{found.group().replace("$", "$$")}..."',
                fix,
            )


@lru_cache(maxsize=1)
def _hash() -> re.Pattern[str]:
    """The beginning of a hash as crypt and its like write it."""
    return re.compile(r"(?<!\$)\$(?:apr1|argon2[a-z]*|2[abxy]|[156y])\$(?=[A-Za-z0-9./=])")


@rule("undefined-variable", Severity.WARNING, group="interpolation")
def undefined_variable(element: Element) -> Iterator[Problem]:
    """A variable has neither a default nor a value in the `.env` file beside the Compose file or in the environment.

    It is empty then. Nothing is told where there is no `.env` file: the variables may all come from elsewhere.

    Source: the specification's 12-interpolation.
    """
    file = element.file
    known = file.options.environment
    if not known:
        return
    told: set[str] = set()
    for node in file.interpolated_scalars():
        for variable in _variables(node.value):
            if variable.operator or variable.name in known or variable.name in told or _is_ambient(file, variable.name):
                continue
            told.add(variable.name)
            near, fix = _near(variable.name, known), None
            if near:
                meant = node.value[variable.start : variable.end].replace(variable.name, near, 1)
                fix = Fix.of(f'write "{near}"', file.changes.replace_part(node, variable.start, variable.end, meant), safe=False)
            yield Problem(
                text_span(file.source, node, variable.start, variable.end),
                f'the variable {variable.name} has no value in the file ".env"',
                f'did you mean "{near}"?' if near else _advice(node.value, variable),
                fix,
            )


def _advice(value: str, variable: interpolation.Variable) -> str:
    advice = f'set it there, or give it a default: "${{{variable.name}:-default}}"'
    within_word = value[max(variable.start - 1, 0) : variable.start].isalnum() and value[variable.start + 1] != "{"
    return f'{advice}; a dollar sign itself is written "$$"' if within_word else advice


def _variables(value: str) -> list[interpolation.Variable]:
    if value.count("${") > interpolation.MAX_VARIABLES:
        return []
    try:
        return [part for part in interpolation.split(value) if isinstance(part, interpolation.Variable)]
    except interpolation.InvalidInterpolation:
        return []


# What shells, continuous integration and Compose itself set.
_AMBIENT = frozenset({"CI", "HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "USER"})


def _is_ambient(file: ComposeFile, name: str) -> bool:
    if name in _AMBIENT or name.startswith(("COMPOSE_", "DOCKER_", "GITHUB_", "CI_")):
        return True
    return file.options.surroundings is not None and file.options.surroundings.is_set(name)


def _near(name: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known)[:300], 1, 0.8)
    return near[0] if near else ""


@rule("required-variable", Severity.WARNING, group="interpolation", default=False)
def required_variable(element: Element) -> Iterator[Problem]:
    """A variable that must be set (`${NAME:?}`) is set neither in the `.env` file beside the Compose file nor in the environment.

    Docker refuses the file.

    Bad:

        services:
          db:
            image: postgres:${VERSION:?choose a version}

    Good:

        services:
          db:
            image: postgres:${VERSION:-17}

    Source: the specification's 12-interpolation.
    """
    file = element.file
    for node in file.interpolated_scalars():
        for variable in _variables(node.value):
            name = variable.name
            if variable.operator.endswith("?") and not file.options.environment.get(name) and not _is_ambient(file, name):
                yield Problem(
                    text_span(file.source, node, variable.start, variable.end),
                    f"the variable {variable.name} must be set, but is not",
                    'set it in the file ".env"',
                )


@rule("variable-in-key", Severity.WARNING, group="interpolation")
def variable_in_key(element: Element) -> Iterator[Problem]:
    """Detects variables in the keys of mappings, which Docker Compose does not replace.

    Only values are interpolated. The items of a list such as `labels` are values as a whole.

    Bad:

        services:
          web:
            image: nginx
            labels:
              traefik.${NAME}.port: "80"

    Good:

        services:
          web:
            image: nginx
            labels:
              - traefik.${NAME}.port=80

    Source: the specification, 12-interpolation, on the values of mappings.
    """
    file = element.file
    stack = list(file.tree.documents) if "${" in file.source.text else []
    while stack:
        node = stack.pop()
        if type(node) is nodes.Mapping:
            for key, value in node.entries:
                if type(key) is nodes.Scalar and "${" in key.value and re.search(r"(?<!\$)(?:\$\$)*\$\{[A-Za-z_]", key.value):
                    yield Problem(
                        key.span,
                        f'the variable in the key "{key.value}" is not replaced',
                        'write the entry as a list item: "- KEY=VALUE"',
                    )
                stack.append(value)
        elif type(node) is nodes.Sequence:
            stack += node.items
