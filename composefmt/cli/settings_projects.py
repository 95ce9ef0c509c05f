"""The projects that settings define, for the commands that load one: found by name, or by directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.files.content import FileError
from composefmt.files.settings import settings_with_projects
from composefmt.project.names import BASES
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from composefmt.options import ProjectOptions
    from composefmt.project.discovery import Wanted


def configured_projects(directory: str) -> tuple[ProjectOptions, ...]:
    """Return the projects that the settings for a directory define, with absolute paths. Raises ProjectError."""
    try:
        settings = settings_with_projects(os.path.join(directory, "compose.yaml"))
        return settings.all_projects() if settings is not None else ()
    except FileError as error:
        raise ProjectError(error.message) from None


def completed(wanted: Wanted) -> Wanted:
    """Return the choices of the command line, completed by the project that they lead to. Raises ProjectError.

    A name leads to the project of that name; otherwise the directory decides, as for files with default names: the nearest
    directory with a project.
    """
    if wanted.files:
        return wanted
    projects = configured_projects(wanted.directory)
    if not projects:
        return wanted
    project = named(projects, wanted.name) or _nearest(projects, wanted)
    return wanted if project is None else with_project(wanted, project)


def with_project(wanted: Wanted, project: ProjectOptions) -> Wanted:
    """Return the choices with the files of a project; the command line decides on everything else."""
    return wanted._replace(
        files=project.files,
        directory=project.directory,
        name=wanted.name or project.name,
        env_files=wanted.env_files or project.env_files,
        profiles=wanted.profiles or project.profiles,
    )


def named(projects: Sequence[ProjectOptions], name: str) -> ProjectOptions | None:
    """Return the project of a name, or None."""
    return next((project for project in projects if project.name == name), None) if name else None


def _nearest(projects: Sequence[ProjectOptions], wanted: Wanted) -> ProjectOptions | None:
    folder = os.path.abspath(wanted.directory)
    while True:
        found = only_in(projects, folder, "--project-name")
        if found is not None or any(os.path.exists(os.path.join(folder, name)) for name in BASES):
            return found
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def only_in(projects: Sequence[ProjectOptions], folder: str, option: str = "") -> ProjectOptions | None:
    """Return the project of a directory, or None. Raises ProjectError if there are several; `option` is the one for a name."""
    found = [project for project in projects if project.directory == folder]
    if len(found) > 1:
        names = [project.name for project in found if project.name]
        how = f" with {option}" if option else ""
        advice = f"choose one{how}: {', '.join(sorted(names))}" if names else "name the files"
        raise ProjectError(f"the settings define {len(found)} projects in {folder}; {advice}")
    return found[0] if found else None
