"""The paths of files in reports for other programs: relative to the repository."""

from __future__ import annotations

import os
from functools import lru_cache

# The directory that paths in reports for GitHub and GitLab are relative to.
_REPOSITORY = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


@lru_cache(maxsize=1024)
def repository_path(filename: str) -> str:
    """Return a path with forward slashes, relative to the CI's repository if it is inside, else to the working directory.

    A path outside both is absolute.
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
    """Return a path relative to a directory, None if it is not below that directory."""
    try:
        # Resolve links to directories, but not a link to the file itself.
        directory, name = os.path.split(os.path.abspath(path))
        relative = os.path.relpath(os.path.join(os.path.realpath(directory), name), os.path.realpath(root))
    except (OSError, ValueError):
        # The working directory was removed, or the paths are on different drives.
        return None
    return None if relative == os.pardir or relative.startswith(os.pardir + os.sep) else relative
