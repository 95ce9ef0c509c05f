"""Load a project from its files: the request of a command and its result."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.secrecy import redacted
from composefmt.project.consistency import check_consistency, section
from composefmt.project.environment import Reading, resolve_environment, resolve_labels
from composefmt.project.files import DISK
from composefmt.project.loading import load_model
from composefmt.project.model import Model, to_model
from composefmt.project.normalize import normalize
from composefmt.project.output import to_json
from composefmt.project.provenance import written_at
from composefmt.project.scope import Choices, File, Scope
from composefmt.project.select import by_names, by_profiles, drop_unused, enable
from composefmt.project.types import Target
from composefmt.project.values import Location, Map, ProjectError, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from composefmt.project.files import ProjectFiles


class Request(NamedTuple):
    """What to load and how. `files` are absolute paths, `directory` is the project directory, `project_files` reads them.

    `explicit_name` is a requested name; without one, the `name` of the files or the directory's name is used.
    """

    files: Sequence[File]
    directory: str
    environment: Mapping[str, str]
    explicit_name: str = ""
    profiles: Sequence[str] = ()
    services: Sequence[str] = ()
    choices: Choices = Choices()
    normalize: bool = True
    consistency: bool = True
    environment_files: bool = True
    prune: bool = False
    target: Target = Target()
    project_files: ProjectFiles = DISK


class Project(NamedTuple):
    """A loaded project.

    `directory` is its directory, `model` what Docker Compose would print, `values` the values it was made from, with their
    locations; `environment` are its variables, `disabled` the services no profile enables, `unset` the variables that are
    used without a default but not set, with the location of the first use.
    """

    name: str
    directory: str
    model: Model
    values: Map
    environment: Mapping[str, str]
    disabled: dict[str, Model]
    unset: dict[str, Location | None]

    @property
    def services(self) -> dict[str, Model]:
        """The enabled services by name."""
        return section(self.model, "services")

    def place(self, *path: str) -> Location | None:
        """Return where the value at a path of the model is written: `project.place("services", "web", "ports", "0", "target")`.

        For a default value, return the location of its parent; None if nothing is written.
        """
        return written_at(self.values, path)

    def to_json(self) -> str:
        """Return the model as Docker Compose prints it."""
        return to_json(self.model)


def load(request: Request) -> Project:
    """Load a project. Raises ProjectError with the location of the problem if it is known, and without values of secrets."""
    try:
        return _loaded(request)
    except ProjectError as error:
        error.message = redacted(error.message, request.environment)
        raise


def _loaded(request: Request) -> Project:
    name, files = _name(request)
    environment = {**request.environment, "COMPOSE_PROJECT_NAME": name}
    directory = request.directory
    unset: dict[str, Location | None] = {}
    try:
        values = load_model(
            files, Scope(environment, directory, directory, directory, request.choices, unset=unset, files=request.project_files)
        )
    except ProjectError as error:
        error.message += _without_value(error.place, unset)
        raise
    if not values:
        raise ProjectError(f"{', '.join(file.path for file in files)}: file is empty")
    if not name:
        raise ProjectError("the project has no name; set one with --project-name")
    try:
        return _finished(request, values, name, environment)._replace(unset=unset)
    except ProjectError as error:
        if error.place is None and error.path:
            error.place = place_of(values, error.path)
        raise


def _without_value(place: Location | None, unset: Mapping[str, Location | None]) -> str:
    """Return which unset variables are used on the line of an error, as an addition to its message."""
    if place is None:
        return ""
    line = place.source.position(place.offset).line
    uses = ((name, use) for name, use in unset.items() if use is not None and use.source.filename == place.source.filename)
    names = [f'"{name}"' for name, use in uses if use.source.position(use.offset).line == line]
    return f" ({', '.join(names)} {'is' if len(names) == 1 else 'are'} not set)" if names else ""


def _finished(request: Request, values: Map, name: str, environment: Mapping[str, str]) -> Project:
    if request.normalize:
        normalize(values, name, environment)
    values["name"] = name
    target = request.target._replace(uninterpolated=request.choices.uninterpolated)
    model = to_model(values, target)
    disabled = by_profiles(model, request.profiles)
    if request.consistency:
        check_consistency(model, disabled, uninterpolated=target.uninterpolated)
    if request.services:
        disabled = enable(model, disabled, request.services, request.profiles)
        model["services"] = request.target.in_order(section(model, "services"))
        by_names(model, request.services)
    if request.prune:
        drop_unused(model)
    reading = Reading(environment, None if request.choices.outside_files else request.directory, request.target, request.project_files)
    if request.environment_files:
        resolve_environment(model, reading)
    if request.choices.interpolate:
        resolve_labels(model, reading)
    return Project(name, request.directory, model, values, environment, disabled, {})


def normalized_name(text: str) -> str:
    """Return a valid project name: lower-case letters, digits, `-` and `_`, starting with a letter or digit."""
    return re.sub(r"[^a-z0-9_-]", "", text.lower()).lstrip("_-")


def _name(request: Request) -> tuple[str, list[File]]:
    """Return the project's name, and its files with their content if it has been read."""
    files = [file if file.data is not None else file._replace(data=request.project_files.read(file.path)) for file in request.files]
    if request.explicit_name:
        if normalized_name(request.explicit_name) != request.explicit_name:
            raise ProjectError(
                f'invalid project name "{request.explicit_name}": use lower-case letters, digits, - and _, and start with a letter or digit'
            )
        return request.explicit_name, files
    written = _written_name(files, request)
    if written and not request.normalize:
        return written, files
    return normalized_name(written or os.path.basename(request.directory)), files


def _written_name(files: Sequence[File], request: Request) -> str:
    """Return the last `name` that the files set."""
    from composefmt.project.interpolate import replaced
    from composefmt.project.read import documents, source_of

    found, place = "", None
    for file in files:
        if file.data is None or b"name" not in file.data:
            continue
        for document in documents(source_of(file.data, file.path)):
            value = document.value
            if isinstance(value, Map) and isinstance(value.get("name"), str) and value["name"]:
                found, place = str(value["name"]), value.where("name")
    return replaced(found, request.environment, place, ("name",)) if request.choices.interpolate else found
