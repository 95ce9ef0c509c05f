"""Determine the files, directory, variables and profiles of a project: from the command line, else from the environment,
else from the directory or those above it.

Source: compose-go, cli/options.go, and Compose's documentation of its environment variables.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.env_files import read_env_files
from composefmt.project.files import DISK
from composefmt.project.names import BASES, OVERRIDES, listed_files
from composefmt.project.paths import is_remote
from composefmt.project.scope import File
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from composefmt.project.files import ProjectFiles

STDIN = "-"

# Booleans in environment variables: other words than in a Compose file.
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


class Wanted(NamedTuple):
    """The choices of the command line; empty ones were not made."""

    files: Sequence[str] = ()
    directory: str = ""
    name: str = ""
    env_files: Sequence[str] = ()
    profiles: Sequence[str] = ()


class Found(NamedTuple):
    """A project's files (absolute paths), directory, variables, explicit name if given, and profiles."""

    files: list[File]
    directory: str
    environment: dict[str, str]
    name: str
    profiles: list[str]


def find(wanted: Wanted, environment: Mapping[str, str], standard_input: bytes | None = None, project_files: ProjectFiles = DISK) -> Found:
    """Determine what a project consists of. `environment` is the process environment. Raises ProjectError."""
    variables = {"PWD": os.getcwd(), **environment}
    env_files = wanted.env_files or [path for path in environment.get("COMPOSE_ENV_FILES", "").split(",") if path]
    folder = _folder(wanted, wanted.files)
    _add_env_files(variables, env_files, folder, project_files)
    files = list(wanted.files) or _from_variable(variables) or _default_files(folder, project_files)
    if not files:
        raise ProjectError(f"no Compose file in {folder} or above: looked for {', '.join(BASES)}; name one with --file")
    final = _folder(wanted, files)
    if final != folder:
        _add_env_files(variables, env_files, final, project_files)
    profiles = list(wanted.profiles) or [part.strip() for part in variables.get("COMPOSE_PROFILES", "").split(",") if part.strip()]
    return Found(
        [_file(path, standard_input, project_files) for path in files],
        final,
        variables,
        wanted.name or variables.get("COMPOSE_PROJECT_NAME", ""),
        profiles,
    )


def _file(path: str, standard_input: bytes | None, project_files: ProjectFiles) -> File:
    if path == STDIN:
        return File("<stdin>", standard_input or b"")
    if is_remote(path) and not project_files.exists(path):
        raise ProjectError(f"{path} is remote, and composefmt never accesses the network")
    return File(os.path.abspath(path))


def _folder(wanted: Wanted, files: Sequence[str]) -> str:
    if wanted.directory:
        return os.path.abspath(wanted.directory)
    for path in files:
        if path != STDIN:
            return os.path.dirname(os.path.abspath(path))
    return os.getcwd()


def _add_env_files(variables: dict[str, str], env_files: Sequence[str], folder: str, project_files: ProjectFiles) -> None:
    """Add the variables of env files; variables that are set already win."""
    paths = list(env_files)
    if not paths and not _is_disabled(variables.get("COMPOSE_DISABLE_ENV_FILE", "0")):
        default = os.path.join(folder, ".env")
        paths = [default] if project_files.is_file(default) and project_files.system.may_read(default) else []
    # The files that are named are those of the working tree, whatever the project is compared with.
    for name, value in read_env_files(DISK if env_files else project_files, paths, variables).items():
        variables.setdefault(name, value)


def _is_disabled(text: str) -> bool:
    if text not in (*_TRUE, *_FALSE):
        raise ProjectError(f'COMPOSE_DISABLE_ENV_FILE must be a boolean, not "{text}"')
    return text in _TRUE


def _from_variable(variables: Mapping[str, str]) -> list[str]:
    if variables.get("COMPOSE_FILE") == "":
        raise ProjectError("COMPOSE_FILE is set but does not name a file")
    return listed_files(variables)


def _default_files(folder: str, project_files: ProjectFiles) -> list[str]:
    """Return the file with a default name in a directory or the nearest one above it, and the override beside it."""
    while True:
        found = next((path for path in (os.path.join(folder, name) for name in BASES) if project_files.exists(path)), None)
        if found is not None:
            override = next((path for path in (os.path.join(folder, name) for name in OVERRIDES) if project_files.exists(path)), None)
            return [found] if override is None else [found, override]
        parent = os.path.dirname(folder)
        if parent == folder:
            return []
        folder = parent
