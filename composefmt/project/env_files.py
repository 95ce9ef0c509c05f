"""Read the env files of a project and of its services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.dotenv import EnvFileError, parse_env, parse_raw
from composefmt.project.values import Location, ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from composefmt.project.dotenv import Lookup
    from composefmt.project.files import ProjectFiles


def read_env(
    files: ProjectFiles, path: str, variables: dict[str, str], lookup: Lookup, place: Location | None = None, *, raw: bool = False
) -> None:
    """Add the variables of an env file to `variables`; `raw`: values are used verbatim. Raises ProjectError."""
    text = files.read(path, place).decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        (parse_raw if raw else parse_env)(text, variables, lookup)
    except EnvFileError as error:
        from composefmt.syntax.source import Source

        wrong = ProjectError(error.message, Location(Source(text, path), error.offset))
        raise (wrong if place is None else ProjectError(str(wrong), place)) from None


def read_env_files(
    files: ProjectFiles, paths: Sequence[str], environment: Mapping[str, str], place: Location | None = None
) -> dict[str, str]:
    """Return the variables of a project's env files, later files over earlier ones, the environment over all of them."""
    found: dict[str, str] = {}

    def lookup(name: str) -> str | None:
        value = environment.get(name)
        return value if value is not None else found.get(name)

    for path in paths:
        read_env(files, path, found, lookup, place)
    return found
