"""`composefmt diff`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from composefmt.cli.project_options import fail
from composefmt.cli.run import count, write_utf8

if TYPE_CHECKING:
    from composefmt.project.compare import Change
    from composefmt.project.discovery import Found
    from composefmt.project.project import Project
    from composefmt.project.values import ProjectError

_SINGULAR = {"services": "service", "jobs": "job", "networks": "network", "volumes": "volume"}


_EPILOG = """\b
Examples:
  composefmt diff old.yaml new.yaml   two files
  composefmt diff --git HEAD .        this folder's project: what changed since the last commit
"""


@click.command("diff", epilog=_EPILOG)
@click.argument("old", metavar="A")
@click.argument("new", metavar="[B]", required=False)
@click.option("--git", "revision", metavar="REVISION", help="Compare A at this Git revision with A in the working tree.")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="Env file for interpolation (default: .env).")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help='Enable a profile (default: all, "*").')
@click.option("--format", "output_format", type=click.Choice(["text", "json"]), default="text", help="Output format (default: text).")
@click.option("--no-consistency", is_flag=True, help="Do not check references between services and resources.")
def command(
    old: str,
    new: str | None,
    revision: str | None,
    env_files: tuple[str, ...],
    profiles: tuple[str, ...],
    output_format: str,
    no_consistency: bool,
) -> int:
    """Compare the effective configurations of two projects.

    A and B are Compose files, directories, or several files as in COMPOSE_FILE: base.yaml:override.yaml.
    A service whose configuration hash changes is marked: docker compose up would recreate its container.
    Exit status: 0 no differences, 1 differences, 2 a project cannot be loaded.
    """
    if (new is None) == (revision is None):
        raise click.UsageError("Give two projects, or one and --git REVISION.")
    from composefmt.project.compare import compare, recreated
    from composefmt.project.discovery import Wanted, find
    from composefmt.project.values import ProjectError

    def found(text: str, name: str = "") -> Found:
        directory = text if os.path.isdir(text) else ""
        files = () if directory else text.split(os.pathsep)
        return find(Wanted(files, directory, name, env_files, profiles or ("*",)), os.environ)

    try:
        if revision is None:
            second = _load(found(new or ""), "", consistency=not no_consistency)
            first = _load(found(old), second.name, consistency=not no_consistency)
        else:
            second = _load(found(old), "", consistency=not no_consistency)
            first = _earlier(found(old), revision, second.name, consistency=not no_consistency)
    except ProjectError as error:
        fail(error)
    changes = compare(first, second)
    replaced = recreated(first, second) if changes else set()
    write_utf8(sys.stdout)
    sys.stdout.write(_json(changes, replaced) if output_format == "json" else _text(changes, replaced))
    return 1 if changes else 0


def _load(found: Found, name: str, *, consistency: bool) -> Project:
    from composefmt.project.project import Request, load

    return load(Request(found.files, found.directory, found.environment, name or found.name, found.profiles, consistency=consistency))


def _earlier(found: Found, revision: str, name: str, *, consistency: bool) -> Project:
    """The project as it was at a revision, with the variables of today."""
    from tempfile import TemporaryDirectory

    from composefmt.project.revision import top_folder, unpack
    from composefmt.project.values import ProjectError

    top = top_folder(found.directory)
    with TemporaryDirectory() as folder:
        target = os.path.realpath(folder)
        unpack(revision, top, target)

        def moved(path: str) -> str:
            return os.path.normpath(os.path.join(target, os.path.relpath(os.path.realpath(path), top)))

        files = [file._replace(path=moved(file.path)) for file in found.files]
        try:
            return _load(found._replace(files=files, directory=moved(found.directory)), name, consistency=consistency)
        except ProjectError as error:
            raise _committed(error, f"{target}/", f"{revision}:") from None


def _committed(error: ProjectError, folder: str, revision: str) -> ProjectError:
    """The error with files named as git names those of a revision: `HEAD:compose.yaml`."""
    from composefmt.project.values import Place, ProjectError
    from composefmt.syntax.source import Source

    place = error.place
    if place is not None and place.source.filename.startswith(folder):
        place = Place(Source(place.source.text, revision + place.source.filename.removeprefix(folder)), place.offset)
    return ProjectError(error.message.replace(folder, revision), place)


def _text(changes: list[Change], replaced: set[str]) -> str:
    from itertools import groupby

    from composefmt.project.compare import words
    from composefmt.reports.text import printable

    lines: list[str] = []
    for head, group in groupby(changes, key=lambda change: change.path[:2]):
        title = f"{_SINGULAR.get(head[0], head[0])} {head[1]}" if len(head) > 1 else head[0]
        if head[0] == "services" and head[-1] in replaced:
            title += " (container will be recreated)"
        for index, change in enumerate(group):
            rest = ".".join(change.path[2:])
            if not rest:
                value = "" if isinstance(change.after or change.before, dict) else f": {words(change.before)} -> {words(change.after)}"
                lines.append(f"{title}{value}" if value else f"{title}: {change.kind}")
                continue
            if not index:
                lines.append(title)
            if change.kind == "changed":
                lines.append(f"  {rest}: {words(change.before)} -> {words(change.after)}")
            else:
                shown = words(change.after if change.kind == "added" else change.before)
                # An item of a list is called by its value.
                rest = ".".join(change.path[2:-1]) if change.path[-1] == shown else rest
                lines.append(f"  {rest}: {change.kind} {shown}")
    lines.append(count(len(changes), "difference") if changes else "no difference")
    return "".join(printable(line) + "\n" for line in lines)


def _json(changes: list[Change], replaced: set[str]) -> str:
    from json import dumps

    entries = [
        change._asdict() | {"path": list(change.path), "recreates": change.path[0] == "services" and change.path[1] in replaced}
        for change in changes
    ]
    return dumps(entries, indent=2, ensure_ascii=False) + "\n"
