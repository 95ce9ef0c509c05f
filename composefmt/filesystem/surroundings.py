"""A file system as seen from the directory of a Compose file.

Every question and its answer is recorded: a cached result is valid as long as the answers are the same.
"""

from __future__ import annotations

from posixpath import isabs, join, normpath, relpath
from typing import TYPE_CHECKING

from composefmt.filesystem.base import FileSystem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.filesystem.base import Kind

MISSING = "missing"

# If a Compose file names more or larger files than this, the rest is not read.
MAX_FILES = 1000
MAX_BYTES = 50_000_000


class Surroundings(FileSystem):
    """The files of a file system by path, relative to a directory, or absolute."""

    def __init__(self, system: FileSystem, folder: str = "") -> None:
        self._system = system
        self._folder = folder
        self._files_left = MAX_FILES
        self._bytes_left = MAX_BYTES
        self._kinds: dict[str, Kind | None] = {}
        self._contents: dict[str, bytes | None] = {}
        self._variables: dict[str, bool] = {}
        self._values: dict[str, str | None] = {}
        self._listings: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, str] = {}

    def seen_from(self, folder: str) -> Surroundings:
        """Return the same files as seen from another directory, with a record of their own."""
        return Surroundings(self, folder)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None if it does not exist or cannot be read, or if too many were."""
        path = normpath(path)
        if path not in self._contents:
            self._contents[path] = self._read(path)
        return self._contents[path]

    def _read(self, path: str) -> bytes | None:
        if self._files_left <= 0 or self._bytes_left <= 0:
            return None
        self._files_left -= 1
        data = self._system.read(self._place(path))
        self._bytes_left -= len(data or b"")
        return data

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path."""
        path = normpath(path)
        if path not in self._kinds:
            self._kinds[path] = self._system.kind(self._place(path))
        return self._kinds[path]

    def is_set(self, variable: str) -> bool:
        """Return whether the process environment sets a variable."""
        if variable not in self._variables:
            self._variables[variable] = self._system.value(variable) is not None
        return self._variables[variable]

    def value(self, variable: str) -> str | None:
        """Return a variable of the process environment."""
        if variable not in self._values:
            self._values[variable] = self._system.value(variable)
        return self._values[variable]

    def files_below(self, path: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the files with one of some names in the subdirectories of a directory."""
        question = f"{'|'.join(names)} {normpath(path)}"
        if question not in self._listings:
            self._listings[question] = tuple(self._system.files_below(self._place(normpath(path)), names))
        return self._listings[question]

    def absolute(self, path: str) -> str:
        """Return a path as an absolute one."""
        return self._system.absolute(self._place(path))

    def above(self, path: str = "") -> tuple[str, ...]:
        """Return the directories below the repository's root that lead to a directory, by default the own one."""
        question = f"above {path}" if path else "above"
        if question not in self._places:
            self._places[question] = "/".join(self._system.above(self._place(path)))
        return tuple(self._places[question].split("/")) if self._places[question] else ()

    @property
    def working_directory(self) -> str:
        """The path from the own directory to the working directory."""
        if "working" not in self._places:
            self._places["working"] = relpath(self._system.absolute(""), self.absolute(""))
        return self._places["working"]

    def shortest(self, path: str) -> str:
        """Return a path in its shortest form: in a directory `here`, `../here/x.yaml` is `x.yaml`."""
        path = normpath(path)
        if not path.startswith("../"):
            return path
        parts = path.split("/")
        up = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
        above, rest = self.above(), parts[up:]
        while 0 < up <= len(above) and rest[:1] == [above[-up]]:
            up, rest = up - 1, rest[1:]
        return "/".join([".."] * up + rest) or "."

    def _place(self, path: str) -> str:
        """Return a path as the file system below takes it. As for Docker Compose, `..` leads out of a symbolic link."""
        if not self._folder or isabs(path):
            return path
        return normpath(join(self._system.absolute(self._folder), path)) if path.startswith("..") else join(self._folder, path)

    @property
    def asked(self) -> dict[str, str]:
        """The questions asked so far with their answers, which compare equal as long as nothing relevant has changed.

        A question is a path, `kind PATH`, `$NAME`, `=NAME`, `below NAMES PATH`, `?above` or `?working`; an answer is a digest,
        "file", "directory", "set" or "missing", or paths.
        """
        from hashlib import blake2b

        # Copies, since another thread may ask at the same time.
        answers = {f"kind {path}": kind or MISSING for path, kind in list(self._kinds.items())}
        for path, data in list(self._contents.items()):
            answers[path] = MISSING if data is None else blake2b(data, digest_size=16).hexdigest()
        answers.update((f"below {question}", "|".join(paths)) for question, paths in list(self._listings.items()))
        for name, value in list(self._values.items()):
            answers[f"={name}"] = MISSING if value is None else blake2b(value.encode("utf-8", "replace"), digest_size=16).hexdigest()
        answers.update((f"?{name}", place) for name, place in list(self._places.items()))
        for name, known in list(self._variables.items()):
            answers[f"${name}"] = "set" if known else MISSING
        return answers

    @property
    def touched(self) -> set[str]:
        """The absolute paths of all files that were asked for, whether they exist or not."""
        return {self.absolute(path) for path in (*list(self._contents), *list(self._kinds))}

    def answers(self, questions: Iterable[str]) -> dict[str, str]:
        """Return the answers to the recorded questions (`asked`) of other surroundings."""
        for question in questions:
            if question.startswith("$"):
                self.is_set(question[1:])
            elif question.startswith("="):
                self.value(question[1:])
            elif question.startswith("below "):
                _, names, path = question.split(" ", 2)
                self.files_below(path, tuple(names.split("|")))
            elif question.startswith("?above"):
                self.above(question[7:])
            elif question == "?working":
                _ = self.working_directory
            elif question.startswith("kind "):
                self.kind(question[5:])
            else:
                self.read(question)
        return self.asked
