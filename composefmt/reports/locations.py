"""Where a file is for the program that shows a report: its path in the repository."""

from __future__ import annotations

import os
from functools import lru_cache

# The folder to which GitHub and GitLab take the paths of a report to be relative.
_REPOSITORY = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


@lru_cache(maxsize=1024)
def repository_path(filename: str) -> str:
    """A path with forward slashes, relative to the repository where a CI names one that holds it, else to the working folder.

    A path outside of these is absolute.
    """
    path = os.path.normpath(filename)
    for root in filter(None, map(os.environ.get, _REPOSITORY)):
        relative = _below(root, path)
        if relative is not None:
            path = relative
            break
    else:
        if os.path.isabs(path) or path.startswith(".."):
            relative = _below(os.getcwd(), path)
            path = os.path.abspath(path) if relative is None else relative
    return path.replace(os.sep, "/")


def _below(root: str, path: str) -> str | None:
    """A path relative to a folder above it, None where it is not below that folder."""
    try:
        # A link to a file is where it stands; a link to a folder is on the way.
        folder, name = os.path.split(os.path.abspath(path))
        relative = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))
    except (OSError, ValueError):
        # The working folder was removed, or the two are on different drives.
        return None
    return None if relative == os.pardir or relative.startswith(os.pardir + os.sep) else relative
