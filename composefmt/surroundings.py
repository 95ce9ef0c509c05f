"""The files around a Compose file and the environment, as the rules see them: read by path, from disk or from memory.

Every question and its answer is recorded: a cached result is valid as long as the answers are the same.
"""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind = Literal["file", "folder"]

MISSING = "missing"


class Surroundings:
    """The files around a Compose file. Paths are relative to its directory, or absolute, with slashes."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind | None] = {}
        self._contents: dict[str, bytes | None] = {}
        self._variables: dict[str, bool] = {}

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None if it does not exist or cannot be read: a directory, a device, a huge file."""
        path = normpath(path)
        if path not in self._contents:
            self._contents[path] = self._read(path)
        return self._contents[path]

    def kind(self, path: str) -> Kind | None:
        """Return whether a path is a "folder" or any other "file"; None if it does not exist or is not accessible."""
        path = normpath(path)
        if path not in self._kinds:
            self._kinds[path] = self._kind(path)
        return self._kinds[path]

    def is_set(self, variable: str) -> bool:
        """Return whether the process environment sets a variable."""
        if variable not in self._variables:
            self._variables[variable] = self._is_set(variable)
        return self._variables[variable]

    @property
    def asked(self) -> dict[str, str]:
        """The questions asked so far with their answers, which compare equal as long as nothing relevant has changed.

        A question is a path, `kind PATH` or `$NAME`; an answer is a digest, "file", "folder", "set" or "missing".
        """
        from hashlib import blake2b

        answers = {f"kind {path}": kind or MISSING for path, kind in self._kinds.items()}
        for path, data in self._contents.items():
            answers[path] = MISSING if data is None else blake2b(data, digest_size=16).hexdigest()
        for name, known in self._variables.items():
            answers[f"${name}"] = "set" if known else MISSING
        return answers

    def answers(self, questions: Iterable[str]) -> dict[str, str]:
        """Return the answers to the recorded questions (`asked`) of other surroundings."""
        for question in questions:
            if question.startswith("$"):
                self.is_set(question[1:])
            elif question.startswith("kind "):
                self.kind(question[5:])
            else:
                self.read(question)
        return self.asked

    def _read(self, path: str) -> bytes | None:
        raise NotImplementedError

    def _kind(self, path: str) -> Kind | None:
        raise NotImplementedError

    def _is_set(self, variable: str) -> bool:
        return False


class InMemory(Surroundings):
    """In-memory files: an editor's unsaved texts over the files on disk (`beneath`), or a test's.

    `files` holds bytes by path; their parent directories exist as well, and so do `folders`.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        folders: Iterable[str] = (),
        variables: Iterable[str] = (),
        beneath: Surroundings | None = None,
    ) -> None:
        super().__init__()
        self._files = {normpath(path): data for path, data in files.items()}
        self._folders = {"."}
        self._set = frozenset(variables)
        self._beneath = beneath
        for path in [*self._files, *(f"{normpath(folder)}/" for folder in folders)]:
            self._folders.update(path[:at] for at, character in enumerate(path) if character == "/")

    def _read(self, path: str) -> bytes | None:
        data = self._files.get(path)
        return self._beneath.read(path) if data is None and self._beneath else data

    def _kind(self, path: str) -> Kind | None:
        if path in self._files:
            return "file"
        if path in self._folders:
            return "folder"
        return self._beneath.kind(path) if self._beneath else None

    def _is_set(self, variable: str) -> bool:
        return variable in self._set or (self._beneath is not None and self._beneath.is_set(variable))
