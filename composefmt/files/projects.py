"""The projects that settings define in `[[projects]]`: their files, found with wildcards, and the projects of one file.

A wildcard makes one project for each match. The first entry of `files` with wildcards decides what matches; in all other values
of the table, the same wildcards are replaced by what they matched there.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from composefmt.files.names import SKIPPED
from composefmt.options import ProjectOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# More matches or directories than this are a mistake, such as "**" in a home directory.
MAX_PROJECTS = 1000
MAX_DIRECTORIES = 20_000

_WILDCARD = re.compile(r"\*\*|[*?]")
# What is special in a pattern of .gitignore syntax, but not here.
_BRACKET = re.compile(r"([\[\\])")


class ProjectTable(NamedTuple):
    """One `[[projects]]` as it is written; paths are relative to the directory of the settings file."""

    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    directory: str = ""
    name: str = ""


class NoProject(ValueError):
    """A table that defines no project: the key that is to blame, the number of the table from 1, and the reason."""

    def __init__(self, key: str, message: str, number: int = 1) -> None:
        super().__init__(message)
        self.key = key
        self.message = message
        self.number = number


def wildcards(text: str) -> list[str]:
    """Return the wildcards of a value, in order."""
    return _WILDCARD.findall(text)


def leading_entry(files: Sequence[str]) -> str:
    """Return the entry that decides what wildcards match: the first one with wildcards; "" without any."""
    return next(filter(wildcards, files), "")


def include_patterns(tables: Sequence[ProjectTable]) -> list[str]:
    """Return the files of projects as patterns of .gitignore syntax."""
    paths = [os.path.normpath(path).replace(os.sep, "/") for table in tables for path in table.files if not os.path.isabs(path)]
    return ["/" + _BRACKET.sub(r"\\\1", path) for path in dict.fromkeys(paths) if not path.startswith("../")]


def all_projects(directory: str, tables: tuple[ProjectTable, ...]) -> tuple[ProjectOptions, ...]:
    """Return the projects of some settings, with absolute paths. Raises NoProject."""
    found = _all_projects(directory, tables)
    if isinstance(found, NoProject):
        raise found
    return found


@lru_cache(maxsize=64)
def _all_projects(directory: str, tables: tuple[ProjectTable, ...]) -> tuple[ProjectOptions, ...] | NoProject:
    found: list[ProjectOptions] = []
    known: set[str] = set()
    for number, table in enumerate(tables, 1):
        try:
            projects = list(_projects(directory, table))
            for project in projects:
                if project.name in known:
                    raise NoProject("name", f'several projects are named "{project.name}"')
                known.update(filter(None, [project.name]))
        except NoProject as problem:
            problem.number = number
            return problem
        found += projects
    return tuple(found)


@lru_cache(maxsize=64)
def _by_file(directory: str, tables: tuple[ProjectTable, ...]) -> dict[str, list[ProjectOptions]]:
    """Return the projects by the real paths of their files."""
    found: dict[str, list[ProjectOptions]] = {}
    for project in all_projects(directory, tables):
        for path in dict.fromkeys(map(os.path.realpath, project.files)):
            found.setdefault(path, []).append(project)
    return found


def forget_projects() -> None:
    """Forget all projects, so that a long-running server looks for their files again."""
    _all_projects.cache_clear()
    _by_file.cache_clear()


def projects_with(path: str, directory: str, tables: tuple[ProjectTable, ...]) -> tuple[ProjectOptions, ...]:
    """Return the projects that contain a file, with paths relative to its directory. Raises NoProject."""
    real = os.path.realpath(path)
    folder, name = os.path.split(os.path.abspath(path))

    def relative(other: str) -> str:
        return os.path.relpath(other, folder).replace(os.sep, "/")

    def file(other: str) -> str:
        # A symbolic link to the file is the file.
        return name if os.path.realpath(other) == real else relative(other)

    return tuple(
        project._replace(
            files=tuple(map(file, project.files)),
            env_files=tuple(map(relative, project.env_files)),
            directory="" if project.directory == folder else relative(project.directory),
        )
        for project in _by_file(directory, tables).get(real, ())
    )


def _projects(directory: str, table: ProjectTable) -> Iterator[ProjectOptions]:
    leading = leading_entry(table.files)
    if not leading:
        yield _project(directory, table, (), frozenset())
        return
    matches = _matches(directory, leading, {os.path.normpath(path) for path in table.files if not wildcards(path)})
    if not matches:
        raise NoProject("files", f'"{leading}" matches no file')
    optional = frozenset(path for path in table.files if wildcards(path))
    for path in optional - {leading}:
        if not any(os.path.isfile(os.path.join(directory, filled(path, match))) for match in matches):
            raise NoProject("files", f'"{path}" matches no file of the projects of "{leading}"')
    for match in matches:
        yield _project(directory, table, match, optional)


def _project(directory: str, table: ProjectTable, match: tuple[str, ...], optional: frozenset[str]) -> ProjectOptions:
    def absolute(text: str) -> str:
        return os.path.normpath(os.path.join(directory, filled(text, match)))

    files = [absolute(path) for path in table.files if path not in optional or os.path.isfile(absolute(path))]
    for path in table.files:
        if path not in optional and not os.path.isfile(absolute(path)):
            raise NoProject("files", _missing(path, absolute(path)))
    folder = absolute(table.directory) if table.directory else os.path.dirname(files[0])
    if not os.path.isdir(folder):
        raise NoProject("project-directory", f'"{filled(table.directory, match)}" is not a directory')
    env_files = tuple(map(absolute, table.env_files))
    return ProjectOptions(tuple(dict.fromkeys(files)), folder, env_files, table.profiles, _name(table.name, match))


def _missing(path: str, place: str) -> str:
    from difflib import get_close_matches

    folder, name = os.path.split(place)
    if os.path.isdir(place):
        return f'"{path}" is a directory; name its files, such as "{path.rstrip("/")}/compose.yaml"'
    try:
        near = get_close_matches(name, os.listdir(folder)[:1000], 1, 0.75)
    except OSError:
        near = []
    advice = f'; did you mean "{os.path.join(os.path.dirname(path), near[0])}"?' if near else ""
    return f'file "{path}" not found{advice}'


def _name(name: str, match: tuple[str, ...]) -> str:
    if not wildcards(name):
        return name
    from composefmt.project.project import normalized_name

    return normalized_name(filled(name, tuple(text.replace("/", "-") for text in match)))


def filled(text: str, match: Sequence[str]) -> str:
    """Return a value with its wildcards replaced by what they match."""
    texts = iter(match)
    return _WILDCARD.sub(lambda _: next(texts), text)


def _matches(directory: str, pattern: str, others: set[str]) -> list[tuple[str, ...]]:
    """Return what the wildcards of a pattern match for each file, without the files in `others`."""
    search = _Search()
    start, parts = (os.sep, pattern[1:].split("/")) if pattern.startswith("/") else (directory, pattern.split("/"))
    found: list[tuple[str, ...]] = []
    for match in search.found(start, parts, ()):
        if os.path.normpath(filled(pattern, match)) not in others:
            found.append(match)
        if len(found) > MAX_PROJECTS:
            raise NoProject("files", f'"{pattern}" matches more than {MAX_PROJECTS:,} files')
    return found


class _Search:
    """Finds files by a pattern, and counts the directories that it reads."""

    def __init__(self) -> None:
        self.directories = 0

    def found(self, folder: str, parts: Sequence[str], match: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield what the wildcards match for each file below a directory."""
        first, rest = parts[0], parts[1:]
        if first == "**":
            for below in self.below(folder, ""):
                yield from self.found(os.path.join(folder, below), rest, (*match, below))
            return
        for name, texts in self.names(folder, first):
            path = os.path.join(folder, name)
            if not rest:
                if os.path.isfile(path):
                    yield (*match, *texts)
            elif os.path.isdir(path):
                yield from self.found(path, rest, (*match, *texts))

    def names(self, folder: str, part: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the names in a directory that match one part of a pattern, and what its wildcards match."""
        if not wildcards(part):
            yield part, ()
            return
        expression = _expression(part)
        for name in self.listed(folder):
            found = expression.fullmatch(name)
            if found and name not in SKIPPED and (part.startswith(".") or not name.startswith(".")):
                yield name, found.groups()

    def below(self, folder: str, start: str) -> Iterator[str]:
        """Yield a directory and those below it, as relative paths."""
        yield start
        for name in self.listed(os.path.join(folder, start)):
            path = f"{start}/{name}" if start else name
            place = os.path.join(folder, path)
            if name not in SKIPPED and not name.startswith(".") and os.path.isdir(place) and not os.path.islink(place):
                yield from self.below(folder, path)

    def listed(self, folder: str) -> list[str]:
        self.directories += 1
        if self.directories > MAX_DIRECTORIES:
            raise NoProject("files", f"the wildcards lead to more than {MAX_DIRECTORIES:,} directories")
        try:
            return sorted(os.listdir(folder))
        except OSError:
            return []


@lru_cache(maxsize=256)
def _expression(part: str) -> re.Pattern[str]:
    groups = {"?": "(.)", "*": "(.*)", "**": "(.*)"}
    pieces = re.split(f"({_WILDCARD.pattern})", part)
    return re.compile("".join(groups.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)
