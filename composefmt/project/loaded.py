"""Projects that are checked: their files merged as they are written, each project once for all of its files."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.surroundings import Surroundings
from composefmt.project.claims import path_in
from composefmt.project.files import ProjectFiles
from composefmt.project.loading import load_model
from composefmt.project.read import documents_of, source_of, tree_of
from composefmt.project.scope import Choices, File, Scope
from composefmt.project.values import ProjectError, Unreachable, child

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from composefmt.compose.file import ComposeFile
    from composefmt.project.claims import Claim
    from composefmt.project.read import ParsedDocument
    from composefmt.project.scope import IncludeKey
    from composefmt.project.values import Location, Map
    from composefmt.syntax.nodes import Tree
    from composefmt.syntax.source import Source

Made = TypeVar("Made")

# So many projects are kept; a file is looked for in more than that only in very large repositories.
_KEPT = 256
# Trees of files up to this size are kept for the next project that contains them.
_SMALL = 50_000


class ParsedFiles(ProjectFiles):
    """The files of a project by path, relative to the project directory; each is parsed once, mistakes and all.

    `parsed` holds those that took part, in order. `folder` is the project directory as reports show it; `own` is a file that
    is parsed already.
    """

    def __init__(self, system: Surroundings, folder: str, own: tuple[str, Source, Tree]) -> None:
        super().__init__(system)
        self.surroundings = system
        self._folder = folder
        self._own = own
        self.parsed: dict[str, tuple[Source, Tree]] = {}

    def documents(self, path: str, data: bytes | None, place: Location | None) -> Iterable[ParsedDocument]:
        """Return the documents of a Compose file. Raises ProjectError."""
        path = self.surroundings.shortest(path)
        if path not in self.parsed:
            data = self.read(path, place) if data is None else data
            self.parsed[path] = self._own[1:] if path == self._own[0] else parsed(shown(self._folder, path), data)
        return documents_of(*self.parsed[path])


def shown(folder: str, path: str) -> str:
    """Return a path, relative to a directory, as reports show it; `..` leads out of the directory that is named last."""
    while path.partition("/")[0] == ".." and basename(folder) not in ("", ".", ".."):
        folder, path = dirname(folder), path[3:]
    return join(folder, path) if path else folder


def parsed(filename: str, data: bytes) -> tuple[Source, Tree]:
    """Return the source and the tree of a file's bytes. Raises ProjectError."""
    return _parsed(filename, data) if len(data) <= _SMALL else _parsed.__wrapped__(filename, data)


@lru_cache(maxsize=512)
def _parsed(filename: str, data: bytes) -> tuple[Source, Tree]:
    source = source_of(data, filename)
    return source, tree_of(source)


class LoadedProject:
    """A project as its files are written: what merging them gives, the files that cannot be reached, and what Docker Compose refuses.

    `problem` is why Docker Compose would refuse it, as far as variables are known; None if it would not.
    """

    def __init__(self, claim: Claim, files: ParsedFiles) -> None:
        """Load the project. Raises ProjectError."""
        self.claim = claim
        self.files = files
        self.environment = _variables(claim, files.surroundings)
        self.gaps: list[Unreachable] = []
        self.problem: ProjectError | None = None
        self._included: dict[IncludeKey, Map] = {}
        self._made: dict[object, Any] = {}
        listed = [File(path) for path in claim.paths]
        scope = Scope(
            self.environment,
            ".",
            ".",
            ".",
            Choices(known_only=True, resolve=False),
            included=self._included,
            files=files,
            gaps=self.gaps,
            is_unknown=files.surroundings.is_set,
        )
        try:
            self.model = load_model(listed, scope)
        except Unreachable:
            raise
        except ProjectError as error:
            # Without validation, the rules may still find out more.
            self.problem = error
            self.gaps.clear()
            self._included.clear()
            self.model = load_model(listed, scope._replace(choices=Choices(merge_only=True), broken=[]))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all files that took part, relative to the project directory."""
        return tuple(self.files.parsed)

    def folder_of(self, path: str) -> str:
        """Return the directory that the paths in a file are relative to, relative to the project directory."""
        shortest = self.files.surroundings.shortest
        return next((key.base for key in self._included if path in map(shortest, key.paths)), "")

    def names(self, section: str) -> list[str]:
        """Return the names that a top-level section has."""
        return list(child(self.model, section) or ())

    def once(self, key: Hashable, make: Callable[[LoadedProject], Made]) -> Made:
        """Return the cached result of a function of this project."""
        if key not in self._made:
            self._made[key] = make(self)
        made: Made = self._made[key]
        return made


class _LoadedBefore(NamedTuple):
    """A project, or why it cannot be loaded; and the files around it, which know what was asked of them."""

    result: LoadedProject | ProjectError
    surroundings: Surroundings


_LAST: OrderedDict[tuple[str, Claim], _LoadedBefore] = OrderedDict()


def load_claim(file: ComposeFile, claim: Claim) -> LoadedProject:
    """Load a project of a file; the last projects are kept as long as nothing around them changes. Raises ProjectError."""
    source = file.source
    own, folder = basename(source.filename), dirname(source.filename)
    around = file.options.surroundings or Surroundings(InMemory({}))
    # The file may not be saved.
    texts = InMemory({own: source.to_bytes(source.text)}, beneath=around)
    surroundings = Surroundings(texts, claim.folder)
    key = (shown(folder, claim.folder), claim._replace(folder="", reason=""))
    kept = _LAST.get(key)
    if kept is None or kept.surroundings.asked != surroundings.answers(kept.surroundings.asked):
        files = ParsedFiles(surroundings, key[0], (path_of(file, claim), source, file.tree))
        kept = _LAST[key] = _LoadedBefore(_loaded(claim, files), surroundings)
        while len(_LAST) > _KEPT:
            _LAST.popitem(last=False)
    _LAST.move_to_end(key)
    if isinstance(kept.result, ProjectError):
        raise kept.result
    return kept.result


def path_of(file: ComposeFile, claim: Claim) -> str:
    """Return the path of a file in the project directory."""
    own, surroundings = basename(file.source.filename), file.options.surroundings
    return path_in(claim, own, surroundings) if surroundings is not None else own


def _loaded(claim: Claim, files: ParsedFiles) -> LoadedProject | ProjectError:
    try:
        return LoadedProject(claim, files)
    except ProjectError as error:
        return error.with_traceback(None)


def _variables(claim: Claim, surroundings: Surroundings) -> dict[str, str]:
    contents = [surroundings.read(path) for path in claim.variable_files]
    known = [content for content in contents if content is not None]
    if not known:
        return {}
    from composefmt.project.dotenv import known_variables

    return known_variables(*known)
