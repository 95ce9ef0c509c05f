"""The message for a run that finds no Compose files: which names it looked for, and how to add others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from composefmt.files.content import FileError
from composefmt.files.names import DEFAULT_NAMES
from composefmt.files.settings import settings_in_force
from composefmt.reports.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def no_files(paths: Sequence[str], config: str | None) -> str:
    """Return the message for the paths of the command line, on two lines if directories were searched."""
    directories = [path for path in paths if os.path.isdir(path)]
    if not directories:
        return "No Compose files found: all paths are excluded."
    patterns = list(dict.fromkeys(pattern for directory in directories for pattern in _included(directory, config)))
    names = f"{', '.join(DEFAULT_NAMES[:-1])} and {DEFAULT_NAMES[-1]}"
    included = f', and for {", ".join(map(printable, patterns))} (setting "include")' if patterns else ""
    return (
        f"No Compose files found. Looked for {names}{included}, except files excluded by .gitignore or settings.\n"
        'To process other files, name them, or add patterns to the settings: include = ["stacks/*.yml"].'
    )


def _included(directory: str, config: str | None) -> list[str]:
    """Return the patterns of the setting `include` for a directory; wrong settings are reported elsewhere."""
    try:
        settings = settings_in_force(os.path.join(directory, "compose.yaml"), config)
    except FileError:
        return []
    return settings.given.get("include", []) if settings is not None else []
