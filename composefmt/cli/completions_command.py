"""`composefmt completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

_EPILOG = """\b
In bash:
  mkdir -p ~/.local/share/bash-completion/completions
  composefmt completions bash > ~/.local/share/bash-completion/completions/composefmt

\b
In zsh, with fpath+=(~/.zfunc) above compinit in ~/.zshrc:
  mkdir -p ~/.zfunc
  composefmt completions zsh > ~/.zfunc/_composefmt

\b
In fish:
  mkdir -p ~/.config/fish/completions
  composefmt completions fish > ~/.config/fish/completions/composefmt.fish
"""


_SHELLS = ("bash", "zsh", "fish")


# Click 8.1 has no type parameter here.
if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice


class _Shell(_Choice):
    """A shell; an unknown one is rejected in one line."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in _SHELLS:
            raise click.UsageError(f'no completions for "{value}"; supported shells: {", ".join(_SHELLS)}', ctx)
        return value


@click.command("completions", epilog=_EPILOG)
@click.argument("shell", type=_Shell(_SHELLS))
def command(shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from composefmt.cli.app import app

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completions for {shell}")
    click.echo(found(app, {}, "composefmt", "_COMPOSEFMT_COMPLETE").source())
    return 0
