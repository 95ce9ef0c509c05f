"""Read the env files and label files of services into the model.

Source: compose-go, types/project.go (WithServicesEnvironmentResolved, WithServicesLabelsResolved).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.consistency import part, rows, section
from composefmt.project.dotenv import RAW
from composefmt.project.env_files import read_env
from composefmt.project.files import DISK
from composefmt.project.paths import check_inside
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composefmt.project.dotenv import Lookup
    from composefmt.project.files import ProjectFiles
    from composefmt.project.model import Model
    from composefmt.project.types import Target
    from composefmt.project.values import Path


class Reading(NamedTuple):
    """The project's variables, the directory that files must be in, if any, the kind of output, and the files."""

    variables: Mapping[str, str]
    inside: str | None
    target: Target
    files: ProjectFiles = DISK


def resolve_environment(model: Model, reading: Reading) -> None:
    """Read the env files of all services into their environment, in place. Raises ProjectError."""
    for name, service in section(model, "services").items():
        _environment(service, reading, ("services", name))
        for index, hook in enumerate(rows(service, "pre_start")):
            _environment(hook, reading, ("services", name, "pre_start", str(index)))


def _environment(container: Model, reading: Reading, path: Path) -> None:
    own = dict(part(container, "environment"))
    for key, value in own.items():
        if value is None and key in reading.variables:
            own[key] = reading.variables[key]

    def lookup(name: str) -> str | None:
        found = reading.variables.get(name, own.get(name))
        return found if isinstance(found, str) else None

    found: dict[str, str] = {key: value for key, value in own.items() if isinstance(value, str)}
    for index, file in enumerate(rows(container, "env_file")):
        file_path = str(file.get("path", ""))
        place = (*path, "env_file", str(index))
        if not reading.files.exists(file_path):
            if file.get("required", True):
                raise ProjectError(f'env file "{file_path}" not found', path=place)
            continue
        if file.get("format") not in (None, "", RAW):
            raise ProjectError(f'unknown env file format "{file["format"]}"; use "{RAW}" or omit it', path=place)
        _read(file, found, lookup, place, reading)
    merged = {**found, **own}
    if merged:
        _set(container, "environment", reading.target.in_order(merged))
    container.pop("env_file", None)


def resolve_labels(model: Model, reading: Reading) -> None:
    """Read the label files of all services into their labels, in place. Raises ProjectError."""
    for name, service in section(model, "services").items():
        _labels(service, reading, ("services", name))
        for index, hook in enumerate(rows(service, "pre_start")):
            _labels(hook, reading, ("services", name, "pre_start", str(index)))


def _labels(container: Model, reading: Reading, path: Path) -> None:
    files = container.get("label_file")
    if not isinstance(files, list):
        return
    labels: dict[str, str] = {}
    for index, file in enumerate(files):
        place = (*path, "label_file", str(index))
        if not reading.files.exists(str(file)):
            raise ProjectError(f'label file "{file}" not found', path=place)
        found: dict[str, str] = {}
        _read({"path": file}, found, labels.get, place, reading)
        labels.update(found)
    merged = {**labels, **part(container, "labels")}
    if merged:
        _set(container, "labels", reading.target.in_order(merged))


def _read(file: Model, variables: dict[str, str], lookup: Lookup, path: Path, reading: Reading) -> None:
    if reading.inside is not None:
        check_inside(str(file["path"]), reading.inside, where=path)
    try:
        read_env(reading.files, str(file["path"]), variables, lookup, raw=file.get("format") == RAW)
    except ProjectError as error:
        raise ProjectError(str(error), path=path) from None


def _set(container: Model, key: str, value: object) -> None:
    """Set a field and restore the order of fields."""
    from composefmt.project.model import SERVICE

    container[key] = value
    order = {name: index for index, name in enumerate(SERVICE.fields)}
    ordered = dict(sorted(container.items(), key=lambda entry: order.get(entry[0], len(order))))
    container.clear()
    container.update(ordered)
