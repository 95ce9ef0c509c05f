"""Load a project from another program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.project.discovery import Wanted, find
from composefmt.project.project import Project, Request, load
from composefmt.project.scope import Choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def load_project(
    *files: str | os.PathLike[str],
    directory: str | os.PathLike[str] = "",
    name: str = "",
    environment: Mapping[str, str] | None = None,
    env_files: Sequence[str | os.PathLike[str]] = (),
    profiles: Sequence[str] = (),
    services: Sequence[str] = (),
    interpolate: bool = True,
    outside_files: bool = True,
) -> Project:
    """Return the canonical project of some Compose files, each merged over the previous ones.

    Without files, use the file with a default name in `directory` (default: the working directory) or above, and the
    override beside it. `environment` defaults to the process environment; variables of `.env` or `env_files` are added.
    `profiles` and `services` select what is enabled. `interpolate=False` keeps variables; `outside_files=False` refuses to read
    files outside the project directory. Nothing is fetched, and nothing is written.

    Raises ProjectError, whose `message` and `place` state the problem and its location.
    """
    wanted = Wanted(
        [os.fspath(path) for path in files],
        os.fspath(directory),
        name,
        [os.fspath(path) for path in env_files],
        list(profiles),
    )
    found = find(wanted, os.environ if environment is None else environment)
    return load(
        Request(
            found.files,
            found.directory,
            found.environment,
            found.name,
            found.profiles,
            services,
            Choices(interpolate=interpolate, outside_files=outside_files),
            environment_files=interpolate,
        )
    )
