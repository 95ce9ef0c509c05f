"""Rules for interpolation and environment variables."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.file import text_span
from composefmt.findings import Fix, Severity
from composefmt.rules._project import env_files
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from composefmt.compose.file import ComposeFile


@rule("invalid-interpolation", Severity.ERROR, group="interpolation")
def invalid_interpolation(element: Element) -> Iterator[Problem]:
    """Checks for invalid interpolations.

    Docker Compose refuses the file. A variable is `$NAME`, `${NAME}` or `${NAME:-default}` (also with `-`, `:?`, `?`, `:+`,
    `+`). A literal dollar sign is `$$`.

    Bad:

        services:
          web:
            image: nginx:${TAG

    Good:

        services:
          web:
            image: nginx:${TAG}

    Source: Compose Specification, 12-interpolation; compose-go, template/template.go.
    """
    file = element.file
    if "${" not in file.source.text:
        return
    for node in file.interpolated_scalars():
        try:
            interpolation.split(node.value)
        except interpolation.InvalidInterpolation as error:
            span = text_span(file.source, node, error.offset, error.offset + 2)
            message = f'invalid interpolation "{node.value[error.offset : error.offset + 20]}"'
            yield Problem(span, message, *_of_shell(file, node, error.offset))


def _of_shell(file: ComposeFile, node: nodes.Scalar, offset: int) -> tuple[str, Fix | None]:
    """Return the advice and the fix for an invalid interpolation, such as one with an operator that only shells know."""
    found = re.compile(r"\$\{([A-Za-z_]\w*)(:?=|[:/#%^,@][^}\s]{0,20})").match(node.value, offset)
    if found is None:
        return interpolation.ADVICE, None
    name, operator = found.groups()
    if operator.endswith("="):
        meant = operator.replace("=", "-")
        start = found.start(2)
        fix = Fix.of(f'replace "{operator}" with "{meant}"', file.changes.replace_part(node, start, found.end(), meant), safe=False)
        return f'use "${{{name}{meant}default}}": Docker Compose has no operator "{operator}"', fix
    given = re.fullmatch(r":([\w./-]+)", operator)
    if given is not None:
        return f'use "${{{name}:-{given[1]}}}" for a default value', None
    return f'Docker Compose only knows the operators ":-", "-", ":?", "?", ":+" and "+"; use "${{{name}}}"', None


@rule("unescaped-dollar", Severity.WARNING, group="interpolation")
def unescaped_dollar(element: Element) -> Iterator[Problem]:
    """Detects password hashes whose dollar signs are read as variables.

    The output of `htpasswd` and similar tools contains dollar signs. A dollar sign followed by a letter starts a variable, so
    the hash loses parts and no password matches. A literal dollar sign is `$$`.

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

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    if "$" not in file.source.text or not _hash().search(file.source.text):
        return
    for node in file.interpolated_scalars():
        found = _hash().search(node.value)
        if found:
            # Include the rest of the hash.
            rest = re.compile(r"[\w./=$,+-]*").match(node.value, found.end())
            end = rest.end() if rest else found.end()
            doubled = re.sub(r"(?<!\$)\$(?!\$)", "$$", node.value[found.start() : end])
            fix = Fix.of("double each dollar sign", file.changes.replace_part(node, found.start(), end, doubled), safe=False)
            yield Problem(
                text_span(file.source, node, found.start(), found.end()),
                f'dollar signs in the hash "{found.group()}..." are read as variables',
                f'double each dollar sign: "{found.group().replace("$", "$$")}..."',
                fix,
            )


@lru_cache(maxsize=1)
def _hash() -> re.Pattern[str]:
    """Return the pattern of the start of a crypt hash."""
    return re.compile(r"(?<!\$)\$(?:apr1|argon2[a-z]*|2[abxy]|[156y])\$(?=[A-Za-z0-9./=])")


@rule("undefined-variable", Severity.WARNING, group="interpolation")
def undefined_variable(element: Element) -> Iterator[Problem]:
    """Checks for variables without a default that neither the project's `.env` file nor the environment sets.

    Docker Compose replaces them with an empty string. Projects without an `.env` file are not checked because their variables
    may come from elsewhere.

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    known = file.options.environment
    if not known:
        return
    files = env_files(file)
    reported: set[str] = set()
    for node in file.interpolated_scalars():
        for variable in _variables(node.value):
            if variable.operator or variable.name in known or variable.name in reported or _is_ambient(file, variable.name):
                continue
            reported.add(variable.name)
            near, fix = _near(variable.name, known), None
            if near:
                meant = node.value[variable.start : variable.end].replace(variable.name, near, 1)
                fix = Fix.of(f'replace with "{near}"', file.changes.replace_part(node, variable.start, variable.end, meant), safe=False)
            yield Problem(
                text_span(file.source, node, variable.start, variable.end),
                f'variable "{variable.name}" is not set in {files}',
                f'did you mean "{near}"?' if near else _advice(node.value, variable, files),
                fix,
            )


def _advice(value: str, variable: interpolation.Variable, files: str) -> str:
    advice = f'set it in {files}, or add a default: "${{{variable.name}:-default}}"'
    within_word = value[max(variable.start - 1, 0) : variable.start].isalnum() and value[variable.start + 1] != "{"
    return f'{advice}; use "$$" for a literal dollar sign' if within_word else advice


def _variables(value: str) -> list[interpolation.Variable]:
    if value.count("${") > interpolation.MAX_VARIABLES:
        return []
    try:
        return [part for part in interpolation.split(value) if isinstance(part, interpolation.Variable)]
    except interpolation.InvalidInterpolation:
        return []


# Variables that shells, CI services and Docker Compose set.
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
    """Checks for required variables (`${NAME:?}`) that neither the project's `.env` file nor the environment sets.

    Docker Compose refuses the file.

    Bad:

        services:
          db:
            image: postgres:${VERSION:?choose a version}

    Good:

        services:
          db:
            image: postgres:${VERSION:-17}

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    for node in file.interpolated_scalars():
        for variable in _variables(node.value):
            name = variable.name
            if variable.operator.endswith("?") and not file.options.environment.get(name) and not _is_ambient(file, name):
                yield Problem(
                    text_span(file.source, node, variable.start, variable.end),
                    f'required variable "{variable.name}" is not set',
                    f"set it in {env_files(file)}",
                )


@rule("variable-in-key", Severity.WARNING, group="interpolation")
def variable_in_key(element: Element) -> Iterator[Problem]:
    """Detects variables in keys of mappings, which Docker Compose does not replace.

    Only values are interpolated, so the variable stays in the key as text. Items of lists such as `labels` are values.

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

    Source: Compose Specification, 12-interpolation, on values of mappings.
    """
    file = element.file
    stack: list[tuple[nodes.Node, str]] = [(node, "") for node in file.tree.documents] if "$" in file.source.text else []
    while stack:
        node, field = stack.pop()
        if type(node) is nodes.Mapping:
            for key, value in node.entries:
                name = key.value if type(key) is nodes.Scalar else ""
                if "$" in name and re.search(r"(?<!\$)(?:\$\$)*\$(?:\{[A-Za-z_]|[A-Z_]{2})", name):
                    yield Problem(
                        key.span, f'variable in key "{name}" is not replaced', _KEY_ADVICE.get(field, "write the key without a variable")
                    )
                stack.append((value, name))
        elif type(node) is nodes.Sequence:
            stack += [(item, field) for item in node.items]


_KEY_ADVICE = {
    **dict.fromkeys(("additional_contexts", "annotations", "args", "environment", "labels", "sysctls"), 'use a list item: "- KEY=VALUE"'),
    "extra_hosts": 'use a list item: "- HOST=ADDRESS"',
    **dict.fromkeys(("configs", "networks", "secrets", "volumes"), 'write a fixed key, and set the name with "name: ${NAME}"'),
}
