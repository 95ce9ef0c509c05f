"""Resolve relative paths of a model against the project directory, or an included file's.

Source: compose-go, paths/.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from composefmt.project.values import Items, Map, ProjectError
from composefmt.project.walk import Spot, Table, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from composefmt.project.values import Location, Path

    Function = Callable[[object, Spot], object]

_REMOTE_CONTEXT = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
_WINDOWS_ABSOLUTE = re.compile(r"[A-Za-z]:[\\/]|[\\/]{2}[^\\/]+[\\/][^\\/]+")
_REMOTE_FILE = re.compile(r"(?:https?|git|ssh|oci)://|git@|github\.com/|.*\.git(?:#.*)?$")


def is_remote(path: str) -> bool:
    """Return whether a Compose file would have to be fetched."""
    return _REMOTE_FILE.match(path) is not None


def join(folder: str, path: str) -> str:
    """Join a path to a directory and normalize `.`, `..` and double slashes."""
    cleaned = posixpath.normpath(f"{folder}/{path}" if folder else path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def expand_home(path: str) -> str:
    """Replace a leading `~` by the home directory, if the environment sets one."""
    if not path.startswith("~"):
        return path
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE")
    return join(home, path[1:]) if home else path


def resolve_paths(model: Map, folder: str, *, uninterpolated: bool) -> None:
    """Resolve the paths of a model against a directory (absolute if it is), in place. Raises ProjectError.

    `uninterpolated`: variables were not replaced; a path that starts with one may be absolute.
    """
    rewrite(model, _Resolver(folder).table(), uninterpolated=uninterpolated)


class _Resolver:
    """The functions for fields that hold paths."""

    __slots__ = ("folder",)

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def table(self) -> Table[Function]:
        workload: tuple[tuple[str, Function], ...] = (
            ("build.context", self.context),
            ("build.additional_contexts.*", self.context),
            ("build.ssh.*", self.host_path),
            ("env_file.*.path", self.local_path),
            ("label_file.*", self.local_path),
            ("extends.file", self.file),
            ("volumes.*", self.mount),
        )
        return Table(
            (
                *((f"{section}.*.{field}", function) for section in ("services", "jobs") for field, function in workload),
                ("services.*.develop.watch.*.path", self.watched),
                ("services.*.pre_start.*.env_file.*.path", self.local_path),
                ("services.*.pre_start.*.label_file.*", self.local_path),
                ("services.*.pre_start.*.volumes.*", self.mount),
                ("configs.*.file", self.host_path),
                ("secrets.*.file", self.host_path),
                ("volumes.*", self.driver_options),
            )
        )

    def local_path(self, value: object, _: Spot) -> object:
        if not isinstance(value, str) or not value:
            return value
        path = expand_home(value)
        return path if os.path.isabs(path) else join(self.folder, path)

    def host_path(self, value: object, spot: Spot) -> object:
        """Resolve a path that may use Windows syntax."""
        if not isinstance(value, str):
            return value
        path = expand_home(value)
        if path.startswith("/") or spot.hides(path[:1]) or _WINDOWS_ABSOLUTE.match(path):
            return path
        return join(self.folder, path)

    def context(self, value: object, spot: Spot) -> object:
        if not isinstance(value, str):
            raise ProjectError(f"{'.'.join(spot.path)} must be a path", spot.place, spot.path)
        if "://" in value or value.startswith(("service:", *_REMOTE_CONTEXT)):
            return value
        return self.local_path(value, spot)

    def file(self, value: object, spot: Spot) -> object:
        return value if isinstance(value, str) and is_remote(value) else self.local_path(value, spot)

    def mount(self, value: object, spot: Spot) -> object:
        if isinstance(value, Map) and value.get("type") == "bind":
            if "source" not in value:
                raise ProjectError("a bind mount requires a source", spot.place, spot.path)
            value["source"] = self.host_path(value["source"], spot)
        return value

    def driver_options(self, value: object, spot: Spot) -> object:
        """Resolve the device of a local volume that is a bind mount."""
        if isinstance(value, Map) and value.get("driver") == "local":
            options = value.get("driver_opts")
            if isinstance(options, Map) and options.get("o") == "bind" and "device" in options:
                options["device"] = self.host_path(options["device"], spot)
        return value

    def watched(self, value: object, spot: Spot) -> object:
        path = self.local_path(value, spot)
        return _without_link(path) if isinstance(path, str) else path


def _without_link(path: str) -> str:
    """Resolve the first symbolic link of a path."""
    current = "/" if os.path.isabs(path) else ""
    for part in path.split("/"):
        if not part:
            continue
        current = os.path.join(current, part)
        if os.path.islink(current):
            return path.replace(current, os.path.realpath(current), 1)
    return path


def check_inside(path: str, root: str, place: Location | None = None, where: Path = ()) -> None:
    """Raise ProjectError for a file outside a directory, with links followed."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    if os.path.commonpath((real, top)) != top:
        raise ProjectError(f"{path} is outside the project directory {root}", place, where)


def folder_of(path: str) -> str:
    """Return the directory of a file."""
    return posixpath.dirname(path) or "."


def relative_folder(path: str, base: str, is_directory: Callable[[str], bool]) -> str:
    """Return the directory of a file (or a directory itself), relative to a base directory."""
    absolute = path if os.path.isabs(path) else join(base, path)
    folder = absolute if is_directory(absolute) else posixpath.dirname(absolute)
    return os.path.relpath(folder or ".", base)


def texts(value: object) -> list[str]:
    """Return a string, or the strings of a list, as a list."""
    if isinstance(value, str):
        return [value]
    return [part for part in value if isinstance(part, str)] if isinstance(value, Items) else []
