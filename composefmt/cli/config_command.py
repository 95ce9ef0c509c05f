"""`composefmt config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from composefmt.cli.project_options import Command, check_services, errors_reported, loaded, project_options, request_for, warn_of_unset
from composefmt.cli.reporting import put

if TYPE_CHECKING:
    from composefmt.project.project import Project, Request

_LISTS = ("services", "volumes", "networks", "models", "profiles", "images", "environment", "variables")


class Shape(NamedTuple):
    """The format of the output."""

    output_format: str
    interpolated: bool
    with_source: bool
    double_dollars: bool


def _flags(command: Command) -> Command:
    """Add the options that skip a step or print a list instead of the model."""
    for name, summary in reversed(
        (
            ("no-interpolate", "Do not interpolate variables."),
            ("no-normalize", "Do not add implied networks, names and dependencies."),
            ("no-path-resolution", "Do not resolve relative paths."),
            ("no-consistency", "Do not check references between services and resources."),
            ("no-env-resolution", "Do not resolve env files."),
            ("no-escape-dollars", "Print each dollar sign once, for programs; the output may not load again."),
            ("no-outside-files", "Refuse to read files outside the project directory."),
            ("with-source", "Print the file, line and column of each value."),
            ("services", "Print the names of the services."),
            ("volumes", "Print the names of the volumes."),
            ("networks", "Print the names of the networks."),
            ("models", "Print the AI models that the services use."),
            ("profiles", "Print the names of the profiles."),
            ("images", "Print the names of the images."),
            ("environment", "Print the environment variables used for interpolation."),
            ("variables", "Print the variables that the files use."),
            ("resolve-image-digests", "Not supported: requires registry access."),
            ("lock-image-digests", "Not supported: requires registry access."),
        )
    ):
        command = click.option(f"--{name}", f"flag_{name.replace('-', '_')}", is_flag=True, help=summary)(command)
    return click.option("--no-escape", "flag_no_escape", is_flag=True, hidden=True)(command)


_EPILOG = """\b
Examples:
  composefmt config                          the project in this directory, with its overrides and .env
  composefmt config --variables              the variables that the files use
  composefmt config -f a.yaml -f b.yaml db   one service of two merged files
"""


@click.command("config", epilog=_EPILOG)
@click.argument("wanted_services", nargs=-1, metavar="[SERVICE]...")
@project_options
@click.option("--format", "output_format", type=click.Choice(["yaml", "json"]), default="yaml", help="Output format (default: yaml).")
@_flags
@click.option("--hash", "hashed", metavar="SERVICES", help='Print the configuration hash of services, separated by commas; "*" for all.')
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the model.")
@click.option("-q", "--quiet", is_flag=True, help="Only validate the project; print nothing.")
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
def command(
    wanted_services: tuple[str, ...],
    files: tuple[str, ...],
    project_directory: str,
    project_name: str,
    env_files: tuple[str, ...],
    profiles: tuple[str, ...],
    output_format: str,
    hashed: str | None,
    schema: bool,
    quiet: bool,
    output: str | None,
    **given: bool,
) -> int:
    """Print the effective configuration of a project, as docker compose config does, without Docker.

    Dollar signs are doubled in YAML and JSON, so that Docker Compose can load the output. Programs that read values use
    --no-escape-dollars.
    """
    from composefmt.project.discovery import Wanted

    if schema:
        put(_schema(), output)
        return 0
    flags = {name.removeprefix("flag_"): value for name, value in given.items()}
    for refused in ("resolve_image_digests", "lock_image_digests"):
        if flags[refused]:
            raise click.UsageError(f"--{refused.replace('_', '-')} is not supported: it requires access to a registry.")
    if flags["no_escape"]:
        raise click.UsageError("--no-escape is now --no-outside-files; --no-escape-dollars prints each dollar sign once.")
    check_services(wanted_services)
    request = request_for(Wanted(files, project_directory, project_name, env_files, profiles))
    interpolated = not (flags["no_interpolate"] or flags["variables"])
    shape = Shape(output_format, interpolated, flags["with_source"], interpolated and not flags["no_escape_dollars"])
    chosen = next((name for name in _LISTS if flags[name]), None)
    listing = hashed is not None or chosen is not None
    request = _with_flags(request, flags, shape, listing=listing)
    project = loaded(request._replace(services=wanted_services, prune=bool(wanted_services)))
    if request.consistency and not listing:
        _check_names(project)
    warn_of_unset(project)
    if not quiet:
        if hashed is not None:
            text = _hashes(project, hashed, flags)
        else:
            text = _listed(chosen, project, shape) if chosen else _model(project, shape)
        put(text, output)
    return 0


def _check_names(project: Project) -> None:
    from composefmt.project.consistency import check_container_names

    with errors_reported(project):
        check_container_names(project.services)


def _schema() -> str:
    from json import dumps

    from composefmt.project.schema import model_schema

    return dumps(model_schema(), indent=2) + "\n"


def _with_flags(request: Request, flags: dict[str, bool], shape: Shape, *, listing: bool) -> Request:
    from composefmt.project.scope import Choices
    from composefmt.project.types import Target

    return request._replace(
        choices=Choices(
            interpolate=shape.interpolated, resolve=not flags["no_path_resolution"], outside_files=not flags["no_outside_files"]
        ),
        normalize=not flags["no_normalize"],
        consistency=not (flags["no_consistency"] or flags["variables"]),
        environment_files=shape.interpolated and not flags["no_env_resolution"] and not listing,
        target=Target(json=shape.output_format == "json" or listing),
    )


def _model(project: Project, shape: Shape) -> str:
    from composefmt.project.output import to_json, to_yaml

    if shape.with_source:
        from composefmt.project.provenance import with_sources

        model = with_sources(project.model, project.values)
        return to_json(model) + "\n" if shape.output_format == "json" else to_yaml(model, double_dollars=False)
    if shape.output_format == "json":
        return to_json(project.model, double_dollars=shape.double_dollars) + "\n"
    return to_yaml(project.model, double_dollars=shape.double_dollars)


def _listed(kind: str, project: Project, shape: Shape) -> str:
    from composefmt.project import summary
    from composefmt.project.consistency import section

    if kind == "variables":
        return _variables(project, shape)
    if kind == "environment":
        lines = [f"{name}={value}" for name, value in sorted(project.environment.items())]
    elif kind == "services":
        lines = summary.service_names(project)
    elif kind == "profiles":
        lines = summary.profile_names(project)
    elif kind == "images":
        lines = summary.image_names(project)
    elif kind == "models":
        lines = summary.model_names(project)
    else:
        lines = sorted(section(project.model, kind))
    return "".join(line + "\n" for line in lines)


def _variables(project: Project, shape: Shape) -> str:
    from composefmt.project.summary import variables

    uses = variables(project.values)
    if shape.output_format == "json":
        from json import dumps

        entries = [{"name": use.name, "required": use.required, "default": use.default, "alternate": use.alternate} for use in uses]
        return dumps(entries, indent=2, ensure_ascii=False) + "\n"
    rows = [("NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE")]
    rows += [(use.name, str(use.required).lower(), use.default, use.alternate) for use in uses]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        f"{name:<{widths[0]}}  {required:<{widths[1]}}  {default:<{widths[2]}}  {other}".rstrip() + "\n"
        for name, required, default, other in rows
    )


def _hashes(project: Project, hashed: str, flags: dict[str, bool]) -> str:
    from composefmt.project.environment import Reading
    from composefmt.project.hashes import service_hashes
    from composefmt.project.types import Target

    names = sorted(project.services) if hashed == "*" else sorted(set(hashed.split(",")))
    for name in names:
        if name not in project.services:
            raise click.ClickException(f'no such service: "{name}"')
    reading = Reading(project.environment, project.directory if flags["no_outside_files"] else None, Target())
    with errors_reported(project):
        found = service_hashes(project, names, None if flags["no_env_resolution"] else reading)
    return "".join(f"{name} {value}\n" for name, value in found.items())
