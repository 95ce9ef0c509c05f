"""The name and version under which composefmt is distributed.

The command and the package are named `composefmt`; the distribution is not, because that name belongs to another project.
"""

from __future__ import annotations

NAME = "composefmt-cli"
REPOSITORY = "https://github.com/composefmt/composefmt"


def describe() -> str:
    """Return the program's name and version, its distribution, and the Python and YAML parser that it runs with."""
    from importlib.util import find_spec
    from platform import python_version

    from composefmt import __version__

    parser = "C" if find_spec("_ruamel_yaml") is not None else "pure Python"
    return f"composefmt {__version__} ({NAME}, Python {python_version()}, {parser} parser)"
