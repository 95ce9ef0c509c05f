"""The commands, each imported on first use."""

from __future__ import annotations

import os

import click

from composefmt.cli.pipe import PipeClosed

_COMMANDS = {
    "format": ("composefmt.cli.format_command", "Format Compose files in place."),
    "check": ("composefmt.cli.check_command", "Check Compose files for errors, run-time problems and bad practice."),
    "config": ("composefmt.cli.config_command", "Print the effective configuration of a project."),
    "diff": ("composefmt.cli.diff_command", "Compare the effective configurations of two projects."),
    "graph": ("composefmt.cli.graph_command", "Draw a project: services, dependencies, networks, volumes, ports."),
    "get": ("composefmt.cli.get_command", "Print values of a Compose file."),
    "set": ("composefmt.cli.set_command", "Set values, and keep everything else in the file."),
    "add": ("composefmt.cli.add_command", "Add items to lists and entries to mappings."),
    "unset": ("composefmt.cli.unset_command", "Remove values."),
    "rename": ("composefmt.cli.rename_command", "Rename a service, volume and the like with all references."),
    "init": ("composefmt.cli.init_command", "Set up composefmt in a repository: settings, pre-commit, CI."),
    "rules": ("composefmt.cli.rules_command", "List all rules."),
    "settings": ("composefmt.cli.settings_command", "Print the effective settings for a file."),
    "lsp": ("composefmt.cli.lsp_command", "Run the language server for editors."),
    "clean": ("composefmt.cli.clean_command", "Clear the cache."),
    "explain": ("composefmt.cli.explain_command", "Explain a rule, with examples."),
    "completions": ("composefmt.cli.completions_command", "Print shell completions."),
}


class _Lazy(click.Group):
    """A group that imports a command only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(_COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names. Raises click.UsageError with the nearest name for an unknown one."""
        if args[0] in _COMMANDS or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(args[0], _COMMANDS, 1)
        if near:
            advice = f'did you mean "{near[0]}"?'
        elif args[0].endswith((".yaml", ".yml")) or os.path.exists(args[0]):
            advice = f'did you mean "{_call("format", args)}"?'
        else:
            advice = f"commands: {', '.join(_COMMANDS)}."
        raise click.UsageError(f'unknown command "{args[0]}"; {advice}', ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options before a command. Raises click.UsageError, with the command that has the option if there is one."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            owner = next((name for name in _ON_FILES if error.option_name in _options(self.get_command(ctx, name))), None)
            if owner is None:
                raise
            raise click.UsageError(f'no such option "{error.option_name}"; did you mean "{_call(owner, given)}"?', ctx) from None

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosed from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


# The commands whose options are suggested if the command is missing.
_ON_FILES = ("format", "check", "config")


def _options(command: click.Command | None) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts} if command is not None else set()


def _call(command: str, args: list[str]) -> str:
    """Return a command line, as it is typed in a shell."""
    from shlex import join

    return join(["composefmt", command, *args])


EPILOG = """\b
Examples:
  composefmt format                  format all Compose files below the current directory
  composefmt format --diff web.yaml  show the changes without writing them
  composefmt check --output-format json . > findings.json

\b
Environment variables set options: COMPOSEFMT_CHECK_OUTPUT_FORMAT=concise.
Exit status: 0 clean, 1 findings or files that would change, 2 unreadable files or an invalid command line.
"""


def _version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        from composefmt.distribution import describe

        click.echo(describe())
        context.exit()


@click.group(cls=_Lazy, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "COMPOSEFMT"})
@click.option("-V", "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit.")
def app() -> None:
    """Format and check Docker Compose files."""
