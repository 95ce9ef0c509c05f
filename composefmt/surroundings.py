"""The files around a Compose file and the environment, as the rules see them: read by path, from disk or from memory.

Every question and its answer is recorded: a cached result is valid as long as the answers are the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from posixpath import normpath
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["file", "directory"]

MISSING = "missing"

# Of a directory with more subdirectories than this only the first ones are searched.
MAX_LISTED = 64


class Surroundings(ABC):
    """The files around a Compose file. Paths are relative to its directory, or absolute, with slashes."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind | None] = {}
        self._contents: dict[str, bytes | None] = {}
        self._variables: dict[str, bool] = {}
        self._values: dict[str, str | None] = {}
        self._listings: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, str] = {}

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None if it does not exist or cannot be read: a directory, a device, a huge file."""
        path = normpath(path)
        if path not in self._contents:
            self._contents[path] = self._read(path)
        return self._contents[path]

    def kind(self, path: str) -> Kind | None:
        """Return whether a path is a "directory" or any other "file"; None if it does not exist or is not accessible."""
        path = normpath(path)
        if path not in self._kinds:
            self._kinds[path] = self._kind(path)
        return self._kinds[path]

    def is_set(self, variable: str) -> bool:
        """Return whether the process environment sets a variable."""
        if variable not in self._variables:
            self._variables[variable] = self._is_set(variable)
        return self._variables[variable]

    def value(self, variable: str) -> str | None:
        """Return the value of a variable of the process environment; None if it is not set."""
        if variable not in self._values:
            self._values[variable] = self._value(variable)
        return self._values[variable]

    def files_below(self, path: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the files with one of some names in the first `MAX_LISTED` subdirectories of a directory, as paths below it."""
        question = f"{'|'.join(names)} {normpath(path)}"
        if question not in self._listings:
            self._listings[question] = tuple(self._files_below(normpath(path), names))
        return self._listings[question]

    @property
    def above(self) -> tuple[str, ...]:
        """The names of the directories below the repository's root that lead to the file; () at the root, or if it is unknown."""
        if "above" not in self._places:
            self._places["above"] = "/".join(self._above())
        return tuple(self._places["above"].split("/")) if self._places["above"] else ()

    @property
    def working_directory(self) -> str:
        """The path from the file's directory to the working directory."""
        if "working" not in self._places:
            self._places["working"] = self._working_directory()
        return self._places["working"]

    def shortest(self, path: str) -> str:
        """Return a path in its shortest form: in a directory `here`, `../here/x.yaml` is `x.yaml`."""
        path = normpath(path)
        if not path.startswith("../"):
            return path
        parts = path.split("/")
        up = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
        above, rest = self.above, parts[up:]
        while 0 < up <= len(above) and rest[:1] == [above[-up]]:
            up, rest = up - 1, rest[1:]
        return "/".join([".."] * up + rest) or "."

    @property
    def asked(self) -> dict[str, str]:
        """The questions asked so far with their answers, which compare equal as long as nothing relevant has changed.

        A question is a path, `kind PATH`, `$NAME`, `=NAME`, `below NAMES PATH`, `?above` or `?working`; an answer is a digest,
        "file", "directory", "set" or "missing", or paths.
        """
        from hashlib import blake2b

        answers = {f"kind {path}": kind or MISSING for path, kind in self._kinds.items()}
        for path, data in self._contents.items():
            answers[path] = MISSING if data is None else blake2b(data, digest_size=16).hexdigest()
        answers.update((f"below {question}", "|".join(paths)) for question, paths in self._listings.items())
        for name, value in self._values.items():
            answers[f"={name}"] = MISSING if value is None else blake2b(value.encode("utf-8", "replace"), digest_size=16).hexdigest()
        answers.update((f"?{name}", place) for name, place in self._places.items())
        for name, known in self._variables.items():
            answers[f"${name}"] = "set" if known else MISSING
        return answers

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
            elif question in ("?above", "?working"):
                _ = self.above if question == "?above" else self.working_directory
            elif question.startswith("kind "):
                self.kind(question[5:])
            else:
                self.read(question)
        return self.asked

    @abstractmethod
    def _read(self, path: str) -> bytes | None: ...

    @abstractmethod
    def _kind(self, path: str) -> Kind | None: ...

    def _is_set(self, variable: str) -> bool:
        return False

    def _value(self, variable: str) -> str | None:
        return None

    def _files_below(self, path: str, names: tuple[str, ...]) -> Iterable[str]:
        return ()

    def _above(self) -> tuple[str, ...]:
        return ()

    def _working_directory(self) -> str:
        return "."


class InMemory(Surroundings):
    """In-memory files: an editor's unsaved texts over the files on disk (`beneath`), or a test's.

    `files` holds bytes by path; their parent directories exist as well, and so do `directories`. `variables` are the names of
    variables that are set, or their values by name. `location` is the file's directory, relative to the repository's root.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        directories: Iterable[str] = (),
        variables: Iterable[str] = (),
        beneath: Surroundings | None = None,
        location: str = "",
    ) -> None:
        super().__init__()
        self._files = {normpath(path): data for path, data in files.items()}
        self._folders = {"."}
        self._set = dict(variables) if isinstance(variables, Mapping) else dict.fromkeys(variables, "")
        self._location = tuple(part for part in location.split("/") if part)
        self._beneath = beneath
        for path in [*self._files, *(normpath(each) + "/" for each in directories)]:
            self._folders.update(path[:at] for at, character in enumerate(path) if character == "/")

    def _read(self, path: str) -> bytes | None:
        data = self._files.get(path)
        return self._beneath.read(path) if data is None and self._beneath else data

    def _kind(self, path: str) -> Kind | None:
        if path in self._files:
            return "file"
        if path in self._folders:
            return "directory"
        return self._beneath.kind(path) if self._beneath else None

    def _is_set(self, variable: str) -> bool:
        return variable in self._set or (self._beneath is not None and self._beneath.is_set(variable))

    def _value(self, variable: str) -> str | None:
        value = self._set.get(variable)
        return self._beneath.value(variable) if value is None and self._beneath else value

    def _files_below(self, path: str, names: tuple[str, ...]) -> Iterable[str]:
        start = "" if path == "." else f"{path}/"
        below = [each[len(start) :] for each in self._files if each.startswith(start)]
        own = [each for each in below if each.count("/") == 1 and each.split("/")[1] in names and not each.startswith(".")]
        return sorted({*own, *(self._beneath.files_below(path, names) if self._beneath else ())})

    def _above(self) -> tuple[str, ...]:
        return self._location or (self._beneath.above if self._beneath else ())

    def _working_directory(self) -> str:
        return self._beneath.working_directory if self._beneath else "/".join([".."] * len(self._location)) or "."
