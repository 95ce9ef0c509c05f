"""`composefmt graph`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from composefmt.cli.project_options import check_services, loaded, project_options, request_for
from composefmt.cli.reporting import put

if TYPE_CHECKING:
    from composefmt.project.graph import Graph

_FORMATS = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid"}


_EPILOG = """\b
Examples:
  composefmt graph                       this directory's project, as Mermaid for Markdown
  composefmt graph -o shop.svg           a picture
  composefmt graph --without network db  one service with its dependencies, without networks
"""


@click.command("graph", epilog=_EPILOG)
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@project_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["mermaid", "dot", "svg"]),
    help="Output format (default: by the file extension, or mermaid).",
)
@click.option(
    "--without", "left_out", multiple=True, type=click.Choice(["network", "volume"]), help="Omit networks or volumes; repeatable."
)
@click.option("--no-graphviz", is_flag=True, help="Do not use Graphviz, even if installed.")
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
def command(
    services: tuple[str, ...],
    files: tuple[str, ...],
    project_directory: str,
    project_name: str,
    env_files: tuple[str, ...],
    profiles: tuple[str, ...],
    output_format: str | None,
    left_out: tuple[str, ...],
    no_graphviz: bool,
    output: str | None,
) -> int:
    """Draw a project: its services, published ports, dependencies, networks and volumes."""
    from composefmt.project.discovery import Wanted
    from composefmt.project.graph import NETWORK, VOLUME, graph_of, to_dot, to_mermaid

    ending = os.path.splitext(output or "")[1].lower()
    if output_format is None and ending not in ("", ".txt", ".md", *_FORMATS):
        raise click.UsageError(f'--output: nothing is drawn as "{ending}": name a file in {", ".join(_FORMATS)}, or a --format.')
    check_services(services)
    request = request_for(Wanted(files, project_directory, project_name, env_files, profiles))
    project = loaded(request._replace(services=services, environment_files=False))
    graph = graph_of(project, {NETWORK, VOLUME} - set(left_out))
    kind = output_format or _FORMATS.get(ending, "mermaid")
    text = {"mermaid": to_mermaid, "dot": to_dot}[kind](graph) if kind != "svg" else _svg(graph, graphviz=not no_graphviz)
    put(text, output)
    return 0


def _svg(graph: Graph, *, graphviz: bool) -> str:
    """Render the graph with Graphviz if it is installed, because its layout is better, else with the built-in renderer."""
    import shutil
    import subprocess

    from composefmt.project.drawing import to_svg
    from composefmt.project.graph import to_dot

    program = shutil.which("dot") if graphviz else None
    if program is not None:
        done = subprocess.run([program, "-Tsvg"], input=to_dot(graph), capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603 - no shell
        if done.returncode == 0:
            return done.stdout
    return to_svg(graph)
