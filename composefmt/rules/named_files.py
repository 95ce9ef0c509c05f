"""Rules about files that a Compose file refers to: env files, label files, sources of configs, secrets and bind mounts."""

from __future__ import annotations

from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.project.claims import variable_files
from composefmt.project.membership import kind_of
from composefmt.rules._builds import is_local
from composefmt.rules._mounting import mounted
from composefmt.rules._project import is_fragment
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.source import Span
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.project.dotenv import EnvFileError

_ENV_FILES = (
    "services.*.env_file", "services.*.env_file.*", "services.*.env_file.*.path", "services.*.label_file", "services.*.label_file.*",
)  # fmt: skip


@rule("env-file-missing", Severity.WARNING, *_ENV_FILES, group="files")
def env_file_missing(element: Element) -> Iterator[Problem]:
    """Detects env files and label files that do not exist.

    Docker Compose refuses to start the project, unless the entry sets `required: false`. If a sample such as `.env.example`
    exists, the severity is info, because the file is usually created from the sample and not kept in version control.

    Bad:

        services:
          web:
            image: nginx
            env_file: no-such-file.env

    Good:

        services:
          web:
            image: nginx
            env_file:
              - path: no-such-file.env
                required: false

    Source: Compose Specification, 05-services, `env_file` and `label_file`.
    """
    surroundings, path = element.file.options.surroundings, _path(element)
    if surroundings is None or not path or kind_of(element.file, path) is not None or _beside(element, "required") not in ("", "true"):
        return
    sample = _sample(surroundings, path)
    is_label_file = element.path[2] == "label_file"
    message = f'service "{element.service}": {"label" if is_label_file else "env"} file "{path}" not found'
    advice = "create it or fix the path" if is_label_file else 'create it, or set "required: false"'
    advice = f'create it from "{sample}"' if sample else advice
    yield Problem(element.node.span, message, advice, severity=Severity.INFO if sample else None)


def _path(element: Element) -> str:
    """Return the path of a scalar that certainly refers to a local file; "" otherwise."""
    node = element.node
    if type(node) is not Scalar or not is_local(node.value) or is_fragment(element.file):
        return ""
    return node.value


def _beside(element: Element, key: str) -> str:
    """Return the value of another key of a long-form entry; "" otherwise."""
    found = element.file.get(*element.path[:-1]) if element.path[-1:] == ("path",) else None
    value = value_of(element.file.entries(found), key)
    return value.value if type(value) is Scalar else ""


_SAMPLES = ("example", "sample", "template", "dist", "default", "defaults")


def _sample(surroundings: Surroundings, path: str) -> str:
    """Return the sample that a file is created from, such as `.env.example`; "" otherwise."""
    folder, name = dirname(path), basename(path)
    stem, dot, ending = name.rpartition(".")
    for word in _SAMPLES:
        for each in (f"{name}.{word}", f"{name}-{word}", f"{word}{name}", f"{stem}.{word}{dot}{ending}"):
            if surroundings.kind(join(folder, each)) == "file":
                return join(folder, each)
    return ""


@rule("invalid-env-file", Severity.WARNING, *_ENV_FILES, "", group="files")
def invalid_env_file(element: Element) -> Iterator[Problem]:
    """Detects env files with a line that Docker Compose cannot parse.

    Docker Compose refuses to start the project. An error in the `.env` file next to the Compose file affects every command.

    Bad:

        services:
          web:
            image: nginx
            env_file: site.broken.env

    Good:

        services:
          web:
            image: nginx
            env_file: site.env

    Source: Docker Compose's dotenv package.
    """
    surroundings = element.file.options.surroundings
    if surroundings is None:
        return
    whole = not element.path
    span = Span(0, 1) if whole else element.node.span
    owner = "" if whole else f'service "{element.service}": '
    named = filter(None, [_path(element)]) if not whole and not _beside(element, "format") else ()
    for path in variable_files(element.file.options, element.file.source.filename) if whole else named:
        data = surroundings.read(path)
        error = _mistake(data) if data is not None else None
        if error is not None:
            message = f'{owner}invalid line {error.line} in env file "{path}": {error.message}'
            yield Problem(span, message, 'use "NAME=value" lines and "#" comments')


def _mistake(data: bytes) -> EnvFileError | None:
    from composefmt.project.dotenv import EnvFileError, parse_env

    try:
        # The values of the process environment are unknown here: assume that each variable is set.
        parse_env(data.decode("utf-8", "replace"), {}, lambda _: "x")
    except EnvFileError as error:
        return error
    return None


@rule("source-file-missing", Severity.WARNING, "configs.*.file", "secrets.*.file", group="files")
def source_file_missing(element: Element) -> Iterator[Problem]:
    """Detects configs and secrets whose file does not exist.

    Docker Engine refuses to create the containers that use them. For secrets the severity is info, because their files are rarely
    kept in version control.

    Bad:

        services:
          web: {image: nginx, configs: [site]}
        configs:
          site:
            file: ./no-such-file.conf

    Good:

        services:
          web: {image: nginx, configs: [site]}
        configs:
          site:
            file: ./site.conf

    Source: Compose Specification, 08-configs and 09-secrets.
    """
    surroundings, path = element.file.options.surroundings, _path(element)
    if surroundings is None or not path or kind_of(element.file, path) is not None:
        return
    section, name = element.path[:2]
    message = f'{str(section)[:-1]} "{name}": file "{path}" not found'
    yield Problem(
        element.node.span,
        message,
        "create it or fix the path; paths are relative to this file's directory",
        severity=Severity.INFO if section == "secrets" else None,
    )


@rule("bind-source-missing", Severity.WARNING, "services.*.volumes.*", group="files", default=False)
def bind_source_missing(element: Element) -> Iterator[Problem]:
    """Detects bind mounts whose source file does not exist.

    Docker creates a directory with that name, so the program in the container finds a directory instead of a file. With
    `create_host_path: false` the container does not start, so missing directories are reported, too.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - ./no-such-file.conf:/etc/nginx/nginx.conf

    Good:

        services:
          web:
            image: nginx
            volumes:
              - ./site.conf:/etc/nginx/nginx.conf

    Source: Docker documentation, "Bind mounts".
    """
    file, surroundings = element.file, element.file.options.surroundings
    mount = mounted(file, element.node) if surroundings is not None else None
    if surroundings is None or mount is None or mount.type != "bind" or is_fragment(file):
        return
    path = mount.source
    if not path.startswith(".") or not is_local(path) or kind_of(file, path) is not None:
        return
    create = value_of(file.entries(value_of(mount.entries, "bind")), "create_host_path")
    strict = type(create) is Scalar and create.value == "false"
    ending = basename(path).lstrip(".").rpartition(".")[1]
    if strict:
        message = f'service "{element.service}": bind mount source "{path}" not found and "create_host_path" is false'
        yield Problem(mount.span, message, 'create it or remove "create_host_path: false"')
    elif ending and not path.endswith("/"):
        message = f'service "{element.service}": bind mount source "{path}" not found, so Docker creates a directory with that name'
        yield Problem(mount.span, message, "create the file first; paths are relative to this file's directory")
