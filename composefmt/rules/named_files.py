"""Rules about the files that services name: env files, label files, the sources of configs and secrets, and bind mounts."""

from __future__ import annotations

from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._builds import is_local
from composefmt.rules._membership import kind_of
from composefmt.rules._mounting import mounted
from composefmt.rules._project import is_fragment
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.source import Span
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.surroundings import Surroundings

_ENV_FILES = (
    "services.*.env_file", "services.*.env_file.*", "services.*.env_file.*.path", "services.*.label_file", "services.*.label_file.*",
)  # fmt: skip


@rule("env-file-missing", Severity.WARNING, *_ENV_FILES, group="files")
def env_file_missing(element: Element) -> Iterator[Problem]:
    """A file with variables or labels that a service needs is not there.

    Docker refuses to start the project. Where a sample such as `.env.example` is there, the file is surely made from it, and
    this is a note only.

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

    Source: the specification's 05-services, `env_file` and `label_file`.
    """
    surroundings, path = element.file.options.surroundings, _path(element)
    if surroundings is None or not path or kind_of(element.file, path) is not None or _beside(element, "required") not in ("", "true"):
        return
    sample = _sample(surroundings, path)
    message = f'service "{element.service}": the file "{path}" is not there'
    advice = f'make it from "{sample}"' if sample else 'make it, or write "required: false" beside its path'
    yield Problem(element.node.span, message, advice, severity=Severity.INFO if sample else None)


def _path(element: Element) -> str:
    """The path of a scalar that surely names a file beside the Compose file, "" for any other."""
    node = element.node
    if type(node) is not Scalar or not is_local(node.value) or is_fragment(element.file):
        return ""
    return node.value


def _beside(element: Element, key: str) -> str:
    """What stands beside the path of a long entry, "" for nothing."""
    found = element.file.get(*element.path[:-1]) if element.path[-1:] == ("path",) else None
    value = value_of(element.file.entries(found), key)
    return value.value if type(value) is Scalar else ""


_SAMPLES = ("example", "sample", "template", "dist", "default", "defaults")


def _sample(surroundings: Surroundings, path: str) -> str:
    """A file from which another one is to be made, such as `.env.example`, "" for none."""
    folder, name = dirname(path), basename(path)
    stem, dot, ending = name.rpartition(".")
    for word in _SAMPLES:
        for each in (f"{name}.{word}", f"{name}-{word}", f"{word}{name}", f"{stem}.{word}{dot}{ending}"):
            if surroundings.kind(join(folder, each)) == "file":
                return join(folder, each)
    return ""


@rule("invalid-env-file", Severity.WARNING, *_ENV_FILES, "", group="files")
def invalid_env_file(element: Element) -> Iterator[Problem]:
    """A file with variables has a line that cannot be read, so that Docker refuses to start the project.

    So does a mistake in the `.env` file beside the Compose file, which is read for every command.

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

    Source: the reference's dotenv folder.
    """
    surroundings = element.file.options.surroundings
    if surroundings is None:
        return
    whole = not element.path
    path = ".env" if whole else _path(element)
    data = surroundings.read(path) if path else None
    if data is None or _beside(element, "format"):
        return
    from composefmt.project.dotenv import EnvFileError, parse_env

    try:
        # Variables that are not known here have some value.
        parse_env(data.decode("utf-8", "replace"), {}, lambda _: "x")
    except EnvFileError as error:
        span = Span(0, 1) if whole else element.node.span
        yield Problem(span, f"{path}:{error.line}: {error.message}", "lines are NAME=value, or comments")


@rule("source-file-missing", Severity.WARNING, "configs.*.file", "secrets.*.file", group="files")
def source_file_missing(element: Element) -> Iterator[Problem]:
    """The file of a config or a secret is not there.

    Secrets are seldom kept with the Compose file, so that for them this is a note.

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

    Source: the specification's 08-configs and 09-secrets.
    """
    surroundings, path = element.file.options.surroundings, _path(element)
    if surroundings is None or not path or kind_of(element.file, path) is not None:
        return
    section, name = element.path[:2]
    message = f'the file "{path}" of the {str(section)[:-1]} "{name}" is not there'
    yield Problem(
        element.node.span,
        message,
        "paths begin at the folder of this file",
        severity=Severity.INFO if section == "secrets" else None,
    )


@rule("bind-source-missing", Severity.WARNING, "services.*.volumes.*", group="files", default=False)
def bind_source_missing(element: Element) -> Iterator[Problem]:
    """What is mounted from the host is not there, and looks like a file: Docker makes a folder of that name.

    The long form with `create_host_path: false` does not start at all; there folders are told as well.

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

    Source: Docker's documentation, "Bind mounts".
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
        message = f'service "{element.service}": "{path}" is not there, and is not to be made'
        yield Problem(mount.span, message, "make it first")
    elif ending and not path.endswith("/"):
        message = f'service "{element.service}": the file "{path}" is not there; Docker makes a folder of that name'
        yield Problem(mount.span, message, "make the file first; paths begin at the folder of this file")
