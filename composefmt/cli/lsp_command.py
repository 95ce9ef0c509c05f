"""`composefmt lsp`."""

from __future__ import annotations

import click

_EPILOG = """\b
Editors start it and use the Language Server Protocol on its standard input and output.
The documentation has the settings for VS Code, Neovim, Vim, Emacs, Helix, Zed, Sublime Text and JetBrains.

\b
Exit status: 0 after the client requested a shutdown, 1 if it disconnects without one.
"""


@click.command("lsp", epilog=_EPILOG)
@click.option("--stdio", is_flag=True, hidden=True, expose_value=False, help="Use standard input and output, which is what happens anyway.")
def command() -> int:
    """Run the language server for editors."""
    try:
        import pygls  # noqa: F401
    except ImportError:
        from composefmt.distribution import NAME

        raise click.ClickException(f'the language server needs more packages: pipx install "{NAME}[lsp]"') from None
    from composefmt.lsp.serve import serve

    return serve()
