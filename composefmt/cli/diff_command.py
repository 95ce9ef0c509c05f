"""`composefmt diff`."""

from __future__ import annotations

import sys

import click

from composefmt.cli.project_options import fail
from composefmt.cli.run import write_utf8

_EPILOG = """\b
Examples:
  composefmt diff old.yaml new.yaml   two files
  composefmt diff --git HEAD .        all projects below this directory, compared with the last commit
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

    A and B are Compose files, directories, or several files as in COMPOSE_FILE: base.yaml:override.yaml. With --git, all
    projects below the directory A are compared; files that Git ignores, such as .env, are the same on both sides.
    A service whose configuration hash changes is marked: docker compose up would recreate its container.
    Exit status: 0 no differences, 1 differences, 2 a project cannot be loaded.
    """
    if (new is None) == (revision is None):
        raise click.UsageError("Give two projects, or one and --git REVISION.")
    from composefmt.cli.comparison import ComparisonOptions, compare_two, compare_with_revision
    from composefmt.cli.differences import as_json, as_text
    from composefmt.project.values import ProjectError

    choices = ComparisonOptions(env_files, profiles or ("*",), not no_consistency)
    try:
        if revision is None:
            comparisons, complete = [compare_two(old, new or "", choices)], True
        else:
            comparisons, complete = compare_with_revision(old, revision, choices)
    except ProjectError as error:
        fail(error)
    write_utf8(sys.stdout)
    sys.stdout.write(as_json(comparisons) if output_format == "json" else as_text(comparisons))
    if not complete:
        return 2
    return 1 if any(comparison.differences for comparison in comparisons) else 0
