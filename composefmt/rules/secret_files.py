"""Opt-in rules about secrets that a service could read from a file, and about env files with secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.credentials import is_literal_secret, is_secret_name
from composefmt.findings import Fix, Severity
from composefmt.project.dotenv import known_variables
from composefmt.rules._fixes import added
from composefmt.rules._services import known_image, service_entries
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.changes import apart
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.scalars import write_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.edits import Edit


@rule("password-in-variable", Severity.INFO, "services.*.environment.*", group="security", default=False)
def password_in_variable(element: Element) -> Iterator[Problem]:
    """Detects passwords in variables of images that also read them from a file.

    Everyone who can inspect the container, and every program in it, can read its variables. Images such as `postgres` read the path of a
    file from `POSTGRES_PASSWORD_FILE`, and a secret provides such a file.

    Fix safety: the fix adds a secret with the value of the same variable. It is unsafe because the container no longer has the
    variable. Values in plain text are first moved to the `.env` file; see `secret-in-environment`.

    Bad:

        services:
          db:
            image: postgres:17
            environment:
              POSTGRES_PASSWORD: ${DB_PASSWORD:?}

    Good:

        services:
          db:
            image: postgres:17
            environment:
              POSTGRES_PASSWORD_FILE: /run/secrets/db_password
            secrets: [db_password]
        secrets:
          db_password:
            environment: DB_PASSWORD

    Source: docker-library/docs, "Docker Secrets" of each image; Docker documentation, "Manage secrets securely in Docker Compose".
    """
    node = element.node
    if type(node) is not Scalar:
        return
    facts = known_image(element)
    name, _, value = (str(element.path[-1]), "", node.value) if element.key is not None else node.value.partition("=")
    if facts is None or name not in facts.files or not value:
        return
    item = element.key if element.key is not None else node
    yield Problem(
        item.span,
        f'service "{element.service}": image "{facts.name}" could read "{name}" from a file',
        f'use a secret and "{name}_FILE: /run/secrets/..."',
        _as_secret(element, name, value),
    )


def _as_secret(element: Element, name: str, value: str) -> Fix | None:
    """Return the fix that passes a variable as a secret; None for other values."""
    file = element.file
    found = pattern(r"\$(?:(\w+)|\{(\w+)(?::?\?[^{}]*)?\})").fullmatch(value)
    root, service = file.root, file.defined("services").get(element.service)
    if found is None or root is None or service is None or len(file.roots) > 1:
        return None
    variable = found[1] or found[2]
    secret = variable.lower()
    path = f"/run/secrets/{secret}"
    key = element.key
    if key is not None:
        edits = file.changes.rewrite(key, [f"{name}_FILE: {path}"])
    else:
        edits = file.changes.replace(element.node, f"{name}_FILE={path}")
    edits = apart(edits, _used(element, secret))
    if secret not in file.defined("secrets"):
        definition = added(file, root, ("secrets", secret, "environment"), variable)
        edits = apart(edits, definition.edits if definition is not None else ())
    return Fix.of(f'pass "{variable}" as a secret', edits, safe=False)


def _used(element: Element, secret: str) -> tuple[Edit, ...]:
    """Return the edits that give a service a secret."""
    file, entries = element.file, service_entries(element)
    if "secrets" in entries:
        listed = resolve(entries["secrets"][1])
        return file.changes.append(listed, secret) if type(listed) is Sequence else ()
    key, value = entries["image"]
    image = resolve(value)
    if type(image) is not Scalar or image.style or type(key) is not Scalar:
        return ()
    place = file.changes.place(key)
    flow = place is not None and type(place[0]) is Mapping and place[0].flow
    lines = [f"image: {write_scalar(image.value, flow=flow)}", *([f"secrets: [{secret}]"] if flow else ["secrets:", f"  - {secret}"])]
    return file.changes.rewrite(key, lines)


@rule("secrets-in-env-file", Severity.INFO, "services.*.env_file", "services.*.env_file.*", group="security", default=False)
def secrets_in_env_file(element: Element) -> Iterator[Problem]:
    """Detects env files that pass secrets to a service.

    All variables of the file become variables of the container, also secrets that only other services need. Everyone who can
    inspect the container can read them. The project's own `.env` file usually has the secrets of all services.

    Bad:

        services:
          web:
            image: my/web
            env_file: .env

    Good:

        services:
          web:
            image: my/web
            environment:
              LEVEL: ${LEVEL:-info}
            secrets: [api_token]
        secrets:
          api_token:
            environment: API_TOKEN

    Source: Docker documentation, "Manage secrets securely in Docker Compose"; OWASP, "Docker Security Cheat Sheet", rule 12.
    """
    node, file = element.node, element.file
    if type(node) is Mapping:
        inner = file.entries(node).get("path")
        node = resolve(inner[1]) if inner is not None else node
    if type(node) is not Scalar or not node.value or "$" in node.value:
        return
    surroundings = file.options.surroundings
    data = surroundings.read(node.value) if surroundings is not None else None
    names = [name for name, value in known_variables(data or b"").items() if is_secret_name(name) and is_literal_secret(value, name)]
    what = f'service "{element.service}": env file "{node.value}"'
    if names:
        advice = "pass them as secrets, or only the variables that the service needs"
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield Problem(node.span, f'{what} passes the secret "{names[0]}"{more} to the container', advice)
    elif node.value in (".env", "./.env"):
        yield Problem(node.span, f"{what} passes all variables of the project to the container", "pass the variables that it needs")
