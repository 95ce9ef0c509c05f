"""The variables that a Compose file is interpolated with: those of the `.env` file beside it, or of its projects' env files."""

from __future__ import annotations

from posixpath import join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from composefmt.filesystem.base import FileSystem
    from composefmt.project.claims import Claim


# The directory, the files in it, and whether someone names them.
_BESIDE = (("", (".env",), False),)


def environment_beside(files: FileSystem, data: bytes, claims: Sequence[Claim] = ()) -> dict[str, str]:
    """Return the known variables of a Compose file, {} if it uses none: of the given projects, else of the `.env` file beside it.

    If projects differ, the first one decides; if one of their env files is missing, nothing is known. The process environment does
    not count: a file must be formatted the same everywhere.
    """
    if b"$" not in data:
        return {}
    variables: dict[str, str] = {}
    for folder, paths, named in dict.fromkeys((claim.folder, claim.variable_files, bool(claim.env_files)) for claim in claims) or _BESIDE:
        contents = [files.read(join(folder, path)) for path in paths]
        known = [content for content in contents if content is not None]
        if len(known) < len(contents) and named:
            return {}
        if known:
            from composefmt.project.dotenv import known_variables

            variables = {**known_variables(*known), **variables}
    return variables
