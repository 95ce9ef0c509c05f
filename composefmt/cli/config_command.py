"""`composefmt config`."""

from __future__ import annotations

import os
import sys

import click


@click.command("config")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("-f", "--file", "files", multiple=True, metavar="FILE", help="A Compose file; may be given several times.")
@click.option("--project-directory", metavar="DIR", help="The project's folder (default: that of the first file).")
@click.option("-p", "--project-name", metavar="NAME", help="The project's name.")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="Read variables from this file, not from .env.")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help='Enable a profile; "*" enables all.')
@click.option("--format", "output_format", type=click.Choice(["yaml", "json"]), default="yaml", help="The output's format.")
def command(
    services: tuple[str, ...],
    files: tuple[str, ...],
    project_directory: str | None,
    project_name: str | None,
    env_files: tuple[str, ...],
    profiles: tuple[str, ...],
    output_format: str,
) -> int:
    """Print the canonical project: what Docker Compose makes of the files, without Docker."""
    from composefmt.project.loading import File
    from composefmt.project.output import to_json, to_yaml
    from composefmt.project.project import Request, load
    from composefmt.project.types import Target
    from composefmt.project.values import ProjectError
    from composefmt.project.disk import is_file, read_env_files

    paths = [os.path.abspath(path) for path in files]
    directory = os.path.abspath(project_directory) if project_directory else os.path.dirname(paths[0])
    try:
        environment = dict(os.environ)
        default = os.path.join(directory, ".env")
        for name, value in read_env_files(env_files or ([default] if is_file(default) else []), environment).items():
            environment.setdefault(name, value)
        target = Target(json=output_format == "json")
        project = load(
            Request([File(path) for path in paths], directory, environment, project_name or "", profiles, services, target=target)
        )
    except ProjectError as error:
        click.echo(f"error: {error}", err=True)
        return 2
    sys.stdout.write(to_json(project.model) + "\n" if target.json else to_yaml(project.model, escape=True))
    return 0
