"""Settings of a project: `composefmt.toml`, `.composefmt.toml` or `[tool.composefmt]` of pyproject.toml.

As with Ruff, the nearest file above a Compose file applies; files further up are ignored.
"""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from composefmt.files.content import FileError, read_file
from composefmt.files.ignore import covers, parse_patterns
from composefmt.files.names import YAML

if TYPE_CHECKING:
    from typing import Any

    from composefmt.files.ignore import Pattern
    from composefmt.files.projects import NoProject, ProjectTable
    from composefmt.files.settings_model import SettingsModel
    from composefmt.options import Chosen, Options, ProjectOptions

# In the order of precedence within one directory.
NAMES = (".composefmt.toml", "composefmt.toml", "pyproject.toml")
_SECTION = b"composefmt"

# Larger files and deeper names are a mistake, and reading them would take minutes.
_MAX_BYTES = 1_000_000
_DEEP = re.compile(r"(?:\.[ \t]*[\w\"'-]+[ \t]*){100}")
# An unknown name may be as long as the file.
_MAX_SHOWN = 1000
_MISTAKE = re.compile(r"(.*) \(at line ([0-9]+), column ([0-9]+)\)", re.DOTALL)


class Settings(NamedTuple):
    """The content of one settings file: its path, the values of `Options`, and everything that is not an option of one text.

    given: everything the file sets, as written, by the names of SettingsModel.
    directory: the directory that patterns and paths are relative to: the file's, or the working directory if the file was named.
    per_file_ignores: pairs of patterns and of the rules and groups that are not checked in matching files.
    fragments: patterns of files that are parts of projects.
    include: patterns of files to find in directories, besides the default names: the files of projects among them.
    projects: the tables that define projects.
    fail_level, baseline, exclude, extend_exclude, force_exclude: as in the settings; None if absent.
    """

    path: str
    directory: str
    values: Chosen
    given: dict[str, Any]
    per_file_ignores: tuple[tuple[tuple[Pattern, ...], frozenset[str]], ...] = ()
    fragments: tuple[Pattern, ...] = ()
    include: tuple[Pattern, ...] = ()
    projects: tuple[ProjectTable, ...] = ()
    fail_level: str | None = None
    baseline: str | None = None
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False

    @property
    def rule_names(self) -> frozenset[str]:
        """Return all names of rules and groups in the settings."""
        values = self.values
        ignored = (rules for _, rules in self.per_file_ignores)
        chosen = (values.get("select") or frozenset(), values.get("extend_select", frozenset()), values.get("ignore", frozenset()))
        return frozenset(values.get("severity", {})).union(*chosen, *ignored)

    def options_for(self, path: str, defaults: Options) -> Options:
        """Return the options for a Compose file. Raises FileError if a project has no files."""
        options = defaults._replace(**self.values)
        if self.projects:
            options = options._replace(projects=self.projects_with(path))
        if not self.per_file_ignores and not self.fragments:
            return options
        relative = relative_path(path, self.directory)
        ignored = [rules for patterns, rules in self.per_file_ignores if covers(patterns, relative)]
        return options._replace(file_ignore=frozenset().union(*ignored), is_fragment=covers(self.fragments, relative))

    def projects_with(self, path: str) -> tuple[ProjectOptions, ...]:
        """Return the projects that contain a file, with paths relative to its directory. Raises FileError."""
        from composefmt.files.projects import NoProject, projects_with

        try:
            return projects_with(path, self.directory, self.projects)
        except NoProject as problem:
            raise self._without_project(problem) from None

    def all_projects(self) -> tuple[ProjectOptions, ...]:
        """Return all projects, with absolute paths. Raises FileError."""
        if not self.projects:
            return ()
        from composefmt.files.projects import NoProject, all_projects

        try:
            return all_projects(self.directory, self.projects)
        except NoProject as problem:
            raise self._without_project(problem) from None

    def _without_project(self, problem: NoProject) -> FileError:
        from composefmt.files.settings_places import place_in_project

        try:
            text = read_file(self.path).decode("utf-8", "replace")
        except FileError:
            text = ""
        place = place_in_project(text, problem.number, len(self.projects), problem.key)
        return _invalid(self.path, f'invalid setting "projects.{problem.key}" of project {problem.number}: {problem.message}', place)

    def includes(self, path: str) -> bool:
        """Return whether the settings add a file to the Compose files of its directory."""
        return bool(self.include) and path.endswith(YAML) and covers(self.include, relative_path(path, self.directory))


def relative_path(path: str, directory: str) -> str:
    """Return a path relative to a directory, with forward slashes."""
    return os.path.relpath(os.path.abspath(path), directory).replace(os.sep, "/")


def settings_for(path: str) -> Settings | None:
    """Return the settings that apply to a Compose file, None without any. Raises FileError for the settings file."""
    return _for_directory(os.path.dirname(path))


def settings_with_projects(path: str) -> Settings | None:
    """Return the settings that apply to a path if they may define projects; reading them takes time. Raises FileError."""
    try:
        directory = os.path.abspath(os.path.dirname(path))
    except FileNotFoundError:
        return None
    while True:
        for name in NAMES:
            place = os.path.join(directory, name)
            if os.access(place, os.F_OK) and os.path.isfile(place):
                data = read_file(place)
                if name != "pyproject.toml" or _SECTION in data:
                    return settings_for(path) if b"projects" in data else None
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def settings_in_force(path: str, config: str | None) -> Settings | None:
    """Return the settings for a Compose file: of the named settings file, else of the nearest one above. Raises FileError."""
    if not config:
        return settings_for(path)
    settings = read_settings(config)
    return settings._replace(directory=os.getcwd()) if settings is not None else None


@lru_cache(maxsize=4096)
def _for_directory(directory: str) -> Settings | None:
    try:
        current = os.path.abspath(directory)
    except FileNotFoundError:
        # The working directory was removed; nothing is above it.
        return None
    passed: list[str] = []
    found: Settings | None = None
    while current not in _KNOWN:
        passed.append(current)
        found = _in_directory(current)
        parent = os.path.dirname(current)
        if found is not None or parent == current:
            break
        current = parent
    else:
        found = _KNOWN[current]
    _KNOWN.update(dict.fromkeys(passed, found))
    return found


# The settings of visited directories: in a batch, many directories share the same ancestors.
_KNOWN: dict[str, Settings | None] = {}


def forget_settings() -> None:
    """Forget all settings, so that a long-running server reads them again."""
    _KNOWN.clear()
    _for_directory.cache_clear()
    read_settings.cache_clear()
    # Most settings define no projects, and then nothing was loaded.
    projects = sys.modules.get("composefmt.files.projects")
    if projects is not None:
        projects.forget_projects()


def _in_directory(directory: str) -> Settings | None:
    for name in NAMES:
        path = f"{directory}/{name}"
        # The fastest check, because most directories have no settings file.
        if os.access(path, os.F_OK) and os.path.isfile(path):
            settings = read_settings(path)
            if settings is not None:
                return settings
    return None


@lru_cache(maxsize=256)
def read_settings(path: str) -> Settings | None:
    """Read a settings file; None for a pyproject.toml without our section. Raises FileError."""
    try:
        data = read_file(path)
    except FileError as error:
        raise FileError("settings", f"{path}: {error.message}") from None
    if len(data) > _MAX_BYTES:
        raise FileError("settings", f"{path}: more than {_MAX_BYTES:,} bytes")
    is_project = os.path.basename(path) == "pyproject.toml"
    if is_project and _SECTION not in data:
        return None
    text = _text(path, data)
    table = _parsed(path, text)
    if is_project:
        tool = table.get("tool")
        section = tool.get("composefmt") if isinstance(tool, dict) else None
        if section is None:
            return None
        if not isinstance(section, dict):
            raise FileError("settings", f"{path}: tool.composefmt is not a table")
        table = section
    return _as_settings(path, _validated(path, text, table))


def _text(path: str, data: bytes) -> str:
    from composefmt.syntax.source import NotText, Source

    try:
        return Source.from_bytes(data).text
    except NotText as problem:
        place = Source.from_bytes(data, errors="replace").position(problem.start)
        raise _invalid(path, problem.message, place) from None


def _invalid(path: str, message: str, place: tuple[int, int] | None = None) -> FileError:
    return FileError("settings", f"{path}:{place[0]}:{place[1]}: {message}" if place is not None else f"{path}: {message}")


def _parsed(path: str, text: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    if _DEEP.search(text):
        raise FileError("settings", f"{path}: it is nested too deep")
    try:
        table: dict[str, object] = tomllib.loads(text)
    except RecursionError:
        raise FileError("settings", f"{path}: it is nested too deep") from None
    except ValueError as error:
        raise FileError("settings", _located(path, str(error))) from None
    return table


def _located(path: str, message: str) -> str:
    """Return a mistake in the syntax, or in a number of thousands of digits, with its position in front."""
    if message.startswith("Exceeds the limit"):
        # Python's message says how to change its limit.
        message = "a number has too many digits"
    found = _MISTAKE.fullmatch(message)
    place, message = (f":{found[2]}:{found[3]}", found[1]) if found else ("", message)
    return f"{path}{place}: invalid TOML: {message[:1].lower()}{message[1:]}"


def _validated(path: str, text: str, table: dict[str, object]) -> SettingsModel:
    from pydantic import ValidationError

    from composefmt.files.settings_model import SettingsModel, explain

    try:
        return SettingsModel.model_validate(table)
    except ValidationError as error:
        message, (section, number, key) = explain(error)
        shown = message if len(message) <= _MAX_SHOWN else f"{message[:_MAX_SHOWN]} ..."
        place = None
        if section == "projects" and number:
            from composefmt.files.settings_places import place_in_project

            place = place_in_project(text, number, len(cast("list[object]", table["projects"])), key)
        raise _invalid(path, shown, place) from None


# Settings that are not options of one text; the others of these are handled here.
_OF_THE_RUN = ("fail_level", "baseline", "exclude", "extend_exclude", "force_exclude")
_NO_OPTIONS = {*_OF_THE_RUN, "per_file_ignores", "fragments", "include", "projects", "required_version"}


def _as_settings(path: str, model: SettingsModel) -> Settings:
    given = model.model_dump(exclude_unset=True)
    ignores = tuple((parse_patterns([pattern]), frozenset(rules)) for pattern, rules in model.per_file_ignores.items())
    of_the_run: dict[str, Any] = {
        name: tuple(given[name]) if isinstance(given[name], list) else given[name] for name in _OF_THE_RUN if name in given
    }
    directory = os.path.dirname(os.path.abspath(path))
    projects = tuple(project.table for project in model.projects)
    patterns = model.include
    if projects:
        from composefmt.files.projects import include_patterns

        patterns = [*include_patterns(projects), *patterns]
    return Settings(
        path,
        directory,
        _as_options(given),
        given,
        ignores,
        parse_patterns(model.fragments),
        parse_patterns(patterns),
        projects,
        **of_the_run,
    )


def _as_options(given: dict[str, Any]) -> Chosen:
    values = {name: value for name, value in given.items() if name not in _NO_OPTIONS}
    for name, value in values.items():
        if value == "all":
            values[name] = ("all",)
        elif isinstance(value, list):
            values[name] = tuple(value) if name in ("long_form", "short_form", "order") else frozenset(value)
    if not values.get("select", True):
        # An empty list is the default; it does not disable all rules.
        values["select"] = None
    return cast("Chosen", values)
