"""`composefmt completions`."""

from __future__ import annotations

import click

_EPILOG = """\b
Where it goes:
  bash   composefmt completions bash > ~/.local/share/bash-completion/completions/composefmt
  zsh    composefmt completions zsh > ~/.zfunc/_composefmt    (with ~/.zfunc in fpath)
  fish   composefmt completions fish > ~/.config/fish/completions/composefmt.fish
"""


@click.command("completions", epilog=_EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print what a shell needs to complete commands, options and their values."""
    from click.shell_completion import get_completion_class

    from composefmt.cli.app import app

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there are no completions for {shell}")
    click.echo(found(app, {}, "composefmt", "_COMPOSEFMT_COMPLETE").source())
    return 0
