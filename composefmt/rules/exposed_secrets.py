"""Opt-in rules about secrets that stand in the file: in variables, commands, labels, configs, build arguments and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.credentials import (
    command_secret,
    is_literal_secret,
    is_password_hash,
    is_secret_name,
    known_tokens,
    url_password,
)
from composefmt.compose.file import first_line, text_span
from composefmt.findings import Fix, Severity
from composefmt.project.membership import is_project
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.source import Span


def _assignments(element: Element) -> Iterator[tuple[str, str, Scalar]]:
    """Yield the name, the value and the node of each variable or label with a value, in a list or a mapping."""
    for item in map(resolve, element.file.items(element.node)):
        if type(item) is Scalar and "=" in item.value:
            name, _, value = item.value.partition("=")
            yield name, value, item
    for name, (_, node) in element.file.entries(element.node).items():
        item = resolve(node)
        if type(item) is Scalar and item.tag is None:
            yield name, item.value, item


def _within(file: ComposeFile, node: Scalar, start: int, end: int) -> Span:
    return first_line(file.source, text_span(file.source, node, start, end))


def _has_token(text: str) -> bool:
    return next(known_tokens(text), None) is not None


def _variable(name: str) -> str:
    """Return a valid name of an environment variable for a setting such as `db.password`."""
    return name if pattern(r"[A-Za-z_]\w*").fullmatch(name) else "".join(c if c.isalnum() else "_" for c in name).upper()


# Variables that hold a name and a password.
_PAIRS = {"NEO4J_AUTH": "/", "KEYCLOAK_ADMIN_CREDENTIALS": ":"}


@rule("secret-in-environment", Severity.WARNING, "services.*.environment", group="security", default=False)
def secret_in_environment(element: Element) -> Iterator[Problem]:
    """Detects passwords, tokens and keys in plain text in `environment`.

    Everyone who can read the file or inspect the container can read the value. A file under `secrets` is visible only to the service.
    The name of the variable decides (`*_PASSWORD`, `*_SECRET`, `*_TOKEN`, `*_API_KEY` and the like), or a password in a URL or a
    connection string. Variables, paths, placeholders such as `<password>` and settings such as `ALLOW_EMPTY_PASSWORD` are not
    reported.

    Fix safety: the fix moves the value to the `.env` file beside the Compose file, and makes it a required variable. It is unsafe
    because the file no longer works without its `.env` file, which must not be committed. A value that was committed before stays in
    the history.

    Bad:

        services:
          db:
            image: postgres
            environment:
              POSTGRES_PASSWORD: hunter2

    Good:

        services:
          db:
            image: postgres
            environment:
              POSTGRES_PASSWORD_FILE: /run/secrets/password
            secrets: [password]
        secrets:
          password:
            file: ./password.txt

    Source: Docker documentation, "Manage secrets securely in Docker Compose".
    """
    for name, value, node in _assignments(element):
        if not value or _has_token(value):
            continue
        start = len(node.value) - len(value)
        separator = _PAIRS.get(name)
        if is_secret_name(name) and is_literal_secret(value, name):
            place: tuple[int, int] | None = (0, len(value))
        elif separator and separator in value and is_literal_secret(value.partition(separator)[2]):
            place = (value.index(separator) + 1, len(value))
        elif is_password_hash(value):
            place = (0, len(value))
        else:
            place = url_password(value)
        if place is not None:
            what = "value" if place == (0, len(value)) else "password in the value"
            yield Problem(
                node.span if what == "value" else _within(element.file, node, start + place[0], start + place[1]),
                f'service "{element.service}": {what} of "{name}" is in plain text',
                f'use a secret or an environment variable: "${{{_variable(name)}}}"',
                _moved(element, name, node) if what == "value" else None,
            )


def _moved(element: Element, name: str, node: Scalar) -> Fix | None:
    """Return the fix that moves a value to the project's `.env` file, and uses it as a required variable."""
    file = element.file
    value = (node.value.partition("=")[2] if type(element.node) is Sequence else node.value).replace("$$", "$")
    if file.options.surroundings is None or file.options.env_files or not is_project(file) or set(value) & set("'\\\n\r"):
        return None
    given = file.once(_values_by_name)
    known = file.options.environment
    options = [_variable(name), _variable(f"{_variable(element.service).upper()}_{name}")]
    free = [each for each in options if known.get(each, value) == value and given.get(each, {value}) == {value}]
    if not free:
        return None
    variable = free[0]
    reference = f"${{{variable}:?}}"
    made = f"{name}={reference}" if type(element.node) is Sequence else reference
    fix = Fix.of(f'move it to ".env" as "{variable}"', file.changes.replace(node, made), safe=False)
    return fix._replace(variables=((variable, value),)) if fix is not None else None


def _values_by_name(file: ComposeFile) -> dict[str, set[str]]:
    """Return the literal values that services give to each variable."""
    found: dict[str, set[str]] = {}
    for service, node in file.services():
        environment = file.entries(node).get("environment")
        if environment is not None:
            inside = Element(file, ("services", service, "environment"), None, resolve(environment[1]))
            for name, value, _ in _assignments(inside):
                if "$" not in value.replace("$$", ""):
                    found.setdefault(_variable(name), set()).add(value.replace("$$", "$"))
    return found


@rule("secret-in-build-arg", Severity.WARNING, "services.*.build.args", group="security", default=False)
def secret_in_build_arg(element: Element) -> Iterator[Problem]:
    """Detects passwords, tokens and keys in build arguments.

    Build arguments remain readable in the history of the image, whether the value is in the file or in a variable.

    Bad:

        services:
          web:
            build:
              context: .
              args:
                NPM_TOKEN: ${NPM_TOKEN}

    Good:

        services:
          web:
            build:
              context: .
              secrets: [npm_token]
        secrets:
          npm_token:
            environment: NPM_TOKEN

    Source: Docker documentation, "Build secrets".
    """
    for name, value, node in _assignments(element):
        is_variable = pattern(r"\$(?:\w+|\{\w+(?::?[-?].*)?\})").fullmatch(value) is not None
        if (is_secret_name(name) and (is_variable or is_literal_secret(value, name))) or url_password(value):
            message = f'service "{element.service}": build argument "{name}" remains readable in the image history'
            yield Problem(node.span, message, 'use "build.secrets"')


_COMMANDS = tuple(
    f"services.*.{field}" for field in ("command", "entrypoint", "healthcheck.test", "post_start.*.command", "pre_stop.*.command")
)


@rule("secret-in-command", Severity.WARNING, *_COMMANDS, group="security", default=False)
def secret_in_command(element: Element) -> Iterator[Problem]:
    """Detects passwords and tokens in commands and healthchecks.

    Everyone who can list the processes of the host, or inspect the container, can read them. Options such as `--password`,
    assignments such as `PGPASSWORD=x`, passwords in URLs, and the short options of well-known clients are found.

    Bad:

        services:
          cache:
            image: redis
            command: redis-server --requirepass hunter2

    Good:

        services:
          cache:
            image: redis
            command: redis-server /run/secrets/redis.conf

    Source: Docker's documentation, "Manage secrets securely in Docker Compose".
    """
    file, node = element.file, element.node
    field = ".".join(str(part) for part in element.path[2:] if isinstance(part, str))
    problem = f'service "{element.service}": "{field}" exposes a secret in the process list'
    advice = 'read it from a file in "/run/secrets"'
    items = [node] if type(node) is Scalar else [item for item in map(resolve, file.items(node)) if type(item) is Scalar]
    for index, item in enumerate(items):
        if _has_token(item.value):
            continue
        place = command_secret(item.value)
        if place is not None:
            yield Problem(_within(file, item, *place), problem, advice)
        elif index and pattern(r"--?[A-Za-z][\w.-]*").fullmatch(items[index - 1].value):
            option = items[index - 1].value
            is_redis = option == "-a" and items[0].value in ("redis-cli", "CMD")
            if (is_secret_name(option) or is_redis) and is_literal_secret(item.value, option) and not item.value.startswith("-"):
                yield Problem(item.span, problem, advice)


@rule("secret-in-label", Severity.WARNING, "services.*.labels", "services.*.deploy.labels", group="security", default=False)
def secret_in_label(element: Element) -> Iterator[Problem]:
    """Detects passwords, tokens and hashes of passwords in labels.

    Every container with access to Docker, and everyone who can read the file, can read the labels. The hash of a short password can be
    guessed.

    Bad:

        services:
          web:
            image: nginx
            labels:
              - traefik.http.middlewares.auth.basicauth.users=ann:$$apr1$$Xk3abc$$Qz1

    Good:

        services:
          web:
            image: nginx
            labels:
              - traefik.http.middlewares.auth.basicauth.usersfile=/run/secrets/users

    Source: Traefik's documentation, "BasicAuth"; OWASP, "Docker Security Cheat Sheet", rule 12.
    """
    for name, value, node in _assignments(element):
        start = len(node.value) - len(value)
        what = f'service "{element.service}": label "{name}"'
        if _has_token(value):
            continue
        if is_password_hash(value):
            span = _within(element.file, node, start, start + len(value))
            yield Problem(span, f"{what} has the hash of a password", "use a file, such as a secret")
        elif is_secret_name(name.rpartition(".")[2]) and is_literal_secret(value, name):
            yield Problem(node.span, f"{what} has a secret in plain text", "use a secret, or a variable")
        elif (place := url_password(value)) is not None:
            span = _within(element.file, node, start + place[0], start + place[1])
            yield Problem(span, f"{what} has a password in plain text", "use a secret, or a variable")


@rule("secret-in-config", Severity.WARNING, "configs.*.content", "services.*.build.dockerfile_inline", group="security", default=False)
def secret_in_config(element: Element) -> Iterator[Problem]:
    """Detects passwords, tokens and keys in the `content` of configs, and in Dockerfiles within the file.

    The content is part of the file, and Docker mounts configs readable for all users of the container.

    Bad:

        services: {cache: {image: redis, configs: [redis]}}
        configs:
          redis:
            content: |
              requirepass hunter2

    Good:

        services: {cache: {image: redis, secrets: [redis]}}
        secrets:
          redis:
            file: ./redis.conf

    Source: Docker documentation, "Manage secrets securely in Docker Compose"; Compose Specification, 08-configs and 09-secrets.
    """
    node = element.node
    if type(node) is not Scalar or _has_token(node.value):
        return
    where = f'config "{element.path[1]}"' if element.path[0] == "configs" else f'service "{element.service}": "dockerfile_inline"'
    name, value = r"[\"']?([A-Za-z][\w.-]*)[\"']?", r"[\"']?([^\s\"',;#]+)[\"']?"
    assignment = rf"(?m)^[ \t]*(?:export |ENV |ARG )?{name}[ \t]*(?:[:=][ \t]*|[ \t]+){value}[ \t]*[,;]?[ \t]*$"
    for found in pattern(assignment).finditer(node.value):
        if is_secret_name(found[1]) and is_literal_secret(found[2], found[1]):
            yield Problem(_within(element.file, node, *found.span(2)), f'{where} has the secret "{found[1]}" in plain text', "use a secret")
            return
    place = url_password(node.value)
    if place is not None:
        yield Problem(_within(element.file, node, *place), f"{where} has a password in plain text", "use a secret")


@rule("secret-as-default", Severity.WARNING, group="security", default=False)
def secret_as_default(element: Element) -> Iterator[Problem]:
    """Detects default values of variables that are passwords, tokens or keys.

    The service runs with the known default whenever the variable is not set. `${NAME:?}` stops with an error instead.

    Bad:

        services:
          db:
            image: my/db
            environment:
              PASSWORD: ${DB_PASSWORD:-changeme}

    Good:

        services:
          db:
            image: my/db
            environment:
              PASSWORD: ${DB_PASSWORD:?}

    Source: OWASP, "Docker Security Cheat Sheet", rule 12; CWE-1392, "Use of Default Credentials".
    """
    file = element.file
    owners = {id(node): name for name, node in _secret_variables(file)} if ":-" in file.source.text or "-" in file.source.text else {}
    for node in file.interpolated_scalars():
        try:
            parts = interpolation.split(node.value)
        except interpolation.InvalidInterpolation:
            continue
        variables = [part for part in parts if isinstance(part, interpolation.Variable)]
        for variable in variables:
            if variable.operator not in (":-", "-"):
                continue
            owner = owners.get(id(node), "") if len(parts) == 1 else ""
            name = variable.name if is_secret_name(variable.name) else owner
            if name and is_literal_secret(variable.argument, name):
                yield Problem(
                    _within(file, node, variable.start, variable.end),
                    f'default of variable "{variable.name}" is a secret that everyone knows who can read the file',
                    f'use "${{{variable.name}:?}}"',
                )


def _secret_variables(file: ComposeFile) -> Iterator[tuple[str, Scalar]]:
    """Yield the variables of services with the name of a secret, and the nodes of their values."""
    for _, service in file.services():
        environment = file.entries(service).get("environment")
        for name, (_, value) in file.entries(environment[1] if environment else None).items():
            node = resolve(value)
            if type(node) is Scalar and is_secret_name(name):
                yield name, node


@rule("leaked-token", Severity.WARNING, group="security", default=False)
def leaked_token(element: Element) -> Iterator[Problem]:
    """Detects well-known tokens and private keys anywhere in the file.

    The form of the value shows what it is: access keys of AWS, tokens of GitHub, GitLab, Slack and other services, JSON Web
    Tokens, and private keys. A token that has been committed stays readable in the history: revoke it.

    Bad:

        services:
          web:
            image: nginx
            environment:
              LOGIN: ghp_0123456789abcdefghijklmnopqrstuvwxyzAB

    Good:

        services:
          web:
            image: nginx
            environment:
              LOGIN: ${GITHUB_TOKEN:?}

    Source: the documentation of each service; CWE-798, "Use of Hard-coded Credentials".
    """
    file = element.file
    if not _has_token(file.source.text):
        return
    for node in file.tree.scalars:
        for token in known_tokens(node.value):
            article = "an" if token.kind[0] in "AOa" else "a"
            yield Problem(
                _within(file, node, token.start, token.end),
                f"{article} {token.kind} is in plain text",
                "revoke it, and use a secret or an environment variable",
            )
