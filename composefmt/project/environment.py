"""The files that services name for their environment and labels, read into the model.

Source: the reference's types/project.go (WithServicesEnvironmentResolved, WithServicesLabelsResolved).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.project.consistency import part, rows, section
from composefmt.project.disk import read_env
from composefmt.project.paths import check_inside
from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composefmt.project.dotenv import Lookup
    from composefmt.project.model import Model
    from composefmt.project.values import Path


def resolve_environment(model: Model, environment: Mapping[str, str], inside: str | None = None) -> None:
    """Read the env files of all services into their environment, in place.

    `inside` is a folder that the files must be in. Raises ProjectError.
    """
    for name, service in section(model, "services").items():
        _environment(service, environment, ("services", name), inside)
        for index, hook in enumerate(rows(service, "pre_start")):
            _environment(hook, environment, ("services", name, "pre_start", str(index)), inside)


def _environment(container: Model, environment: Mapping[str, str], path: Path, inside: str | None) -> None:
    own = dict(part(container, "environment"))
    for key, value in own.items():
        if value is None and key in environment:
            own[key] = environment[key]

    def lookup(name: str) -> str | None:
        found = environment.get(name, own.get(name))
        return found if isinstance(found, str) else None

    found: dict[str, str] = {key: value for key, value in own.items() if isinstance(value, str)}
    for index, file in enumerate(rows(container, "env_file")):
        file_path = str(file.get("path", ""))
        place = (*path, "env_file", str(index))
        if not os.path.exists(file_path):
            if file.get("required", True):
                raise ProjectError(f"the env file {file_path} does not exist", path=place)
            continue
        if file.get("format"):
            raise ProjectError(f'"{file["format"]}" is not a known format of env files', path=place)
        _read(file_path, found, lookup, place, inside)
    merged = {**found, **own}
    if merged:
        _set(container, "environment", dict(sorted(merged.items())))
    container.pop("env_file", None)


def resolve_labels(model: Model, inside: str | None = None) -> None:
    """Read the label files of all services into their labels, in place.

    `inside` is a folder that the files must be in. Raises ProjectError.
    """
    for name, service in section(model, "services").items():
        _labels(service, ("services", name), inside)
        for index, hook in enumerate(rows(service, "pre_start")):
            _labels(hook, ("services", name, "pre_start", str(index)), inside)


def _labels(container: Model, path: Path, inside: str | None) -> None:
    files = container.get("label_file")
    if not isinstance(files, list):
        return
    labels: dict[str, str] = {}
    for index, file in enumerate(files):
        place = (*path, "label_file", str(index))
        if not os.path.exists(str(file)):
            raise ProjectError(f"the label file {file} does not exist", path=place)
        found: dict[str, str] = {}
        _read(str(file), found, labels.get, place, inside)
        labels.update(found)
    merged = {**labels, **part(container, "labels")}
    if merged:
        _set(container, "labels", dict(sorted(merged.items())))


def _read(file: str, variables: dict[str, str], lookup: Lookup, path: Path, inside: str | None) -> None:
    if inside is not None:
        check_inside(file, inside, where=path)
    try:
        read_env(file, variables, lookup)
    except ProjectError as error:
        raise ProjectError(error.message, path=path) from None


def _set(container: Model, key: str, value: object) -> None:
    """Set a field and bring the fields back into their order."""
    from composefmt.project.model import SERVICE

    container[key] = value
    order = {name: index for index, name in enumerate(SERVICE.fields)}
    ordered = dict(sorted(container.items(), key=lambda entry: order.get(entry[0], len(order))))
    container.clear()
    container.update(ordered)
