"""`include`: the files of other projects as part of this one, with their own directories and env files.

Source: the specification's 14-include, and compose-go, loader/include.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.env_files import read_env_files
from composefmt.project.limits import cycle
from composefmt.project.merge import merge
from composefmt.project.paths import check_inside, folder_of, is_remote, join, relative_folder, texts
from composefmt.project.scope import MAX_DEPTH, File, IncludeKey, Scope, reset
from composefmt.project.values import Items, Location, Map, Path, ProjectError, Unreachable, clone, same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Load = Callable[[Sequence[File], Scope], Map]

_SECTIONS = ("services", "jobs", "volumes", "networks", "secrets", "configs", "models")


class _Included(NamedTuple):
    """One entry of `include`."""

    paths: list[str]
    project_directory: str
    env_files: list[str]
    place: Location | None


def apply_include(model: Map, scope: Scope, resets: tuple[Path, ...], load: Load) -> None:
    """Add the included projects to a file, in place; the file's own definitions are merged over included ones.

    `load` loads the files of one. Raises ProjectError.
    """
    if "include" not in model:
        return
    place = model.where("include")
    entries = model.pop("include")
    if entries is None:
        return
    if not isinstance(entries, Items):
        raise ProjectError("include must be a list", place, ("include",))
    if len(scope.including) > MAX_DEPTH:
        raise ProjectError(f"chain of more than {MAX_DEPTH} included files", place)
    for value, where in entries.entries():
        try:
            included = _load(_entry(value, where), scope, load)
        except Unreachable as gap:
            scope.report(gap)
        else:
            if included is not None:
                _import(included, model, resets)


def _entry(value: object, place: Location | None) -> _Included:
    if isinstance(value, str):
        return _Included([value], "", [], place)
    if not isinstance(value, Map):
        raise ProjectError("an include entry must be a path or a mapping", place, ("include",))
    directory = value.get("project_directory")
    return _Included(texts(value.get("path")), directory if isinstance(directory, str) else "", texts(value.get("env_file")), place)


def _load(entry: _Included, scope: Scope, load: Load) -> Map | None:
    if not entry.paths:
        raise ProjectError('an include entry requires "path"', entry.place, ("include",))
    paths = []
    for path in entry.paths:
        if is_remote(path):
            raise Unreachable(f"{path} is remote, and composefmt never accesses the network", entry.place)
        if scope.is_unknown is not None and "$" in path:
            raise Unreachable(f"the value of {path} is not known", entry.place)
        paths.append(path if path.startswith("/") else join(scope.base, path))
        if not scope.choices.outside_files:
            check_inside(paths[-1], scope.root, entry.place)
    if paths[0] in scope.including:
        scope.pass_over(ProjectError(f"circular include: {cycle(scope.including[scope.including.index(paths[0]) :])}", entry.place))
        return None
    if entry.project_directory:
        base = entry.project_directory if entry.project_directory.startswith("/") else join(scope.base, entry.project_directory)
        folder = (
            base
            if entry.project_directory.startswith("/")
            else relative_folder(entry.project_directory, scope.base, scope.files.is_directory)
        )
    else:
        base, folder = folder_of(paths[0]), relative_folder(paths[0], scope.base, scope.files.is_directory)
    env_files = _env_files(entry, base, scope)
    for path in env_files if not scope.choices.outside_files else ():
        check_inside(path, scope.root, entry.place)
    environment = {**read_env_files(scope.files, env_files, scope.environment, entry.place), **scope.environment}
    inner = scope._replace(environment=environment, folder=folder, base=base, choices=scope.choices._replace(resolve=True))
    known = scope.included if scope.included is not None else {}
    key = IncludeKey(tuple(paths), folder, base, tuple(sorted(environment.items())))
    if key not in known:
        known[key] = load([File(path, place=entry.place) for path in paths], inner)
    copy = clone(known[key])
    return copy if isinstance(copy, Map) else None


def _env_files(entry: _Included, base: str, scope: Scope) -> list[str]:
    if not entry.env_files:
        default = join(base, ".env")
        return [default] if scope.files.is_file(default) else []
    return [path if path.startswith("/") else join(scope.base, path) for path in entry.env_files if path != "/dev/null"]


def _import(included: Map, model: Map, resets: tuple[Path, ...]) -> None:
    for section in _SECTIONS:
        theirs = included.get(section)
        if not isinstance(theirs, Map):
            continue
        ours = model.get(section)
        if section not in model:
            ours = Map(included.where(section))
            model.put(section, ours, included.where(section))
        if not isinstance(ours, Map):
            raise ProjectError(f"{section} must be a mapping", model.where(section), (section,))
        for name in theirs:
            if name not in ours:
                ours.take(name, theirs)
            elif not same(theirs[name], ours[name]):
                _combine(section, name, theirs, ours, resets)


def _combine(section: str, name: str, theirs: Map, ours: Map, resets: tuple[Path, ...]) -> None:
    """Return a definition of the file merged over the included one."""
    value, own = theirs[name], ours[name]
    if not isinstance(value, Map) or not isinstance(own, Map):
        if own is None:
            ours.take(name, theirs)
        return
    wrapped, inner = Map(value.place), Map(value.place)
    inner.put(name, value, value.place)
    wrapped.put(section, inner, value.place)
    reset(wrapped, resets)
    # A tag on the whole definition removes nothing from the included one.
    ours[name] = merge(value, own, (section, name))
