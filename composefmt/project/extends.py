"""`extends`: a service based on another one, in the same file or in another.

Source: the specification's 05-services, `extends`, and compose-go, loader/extends.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.limits import cycle
from composefmt.project.merge import merge
from composefmt.project.paths import check_inside, is_remote, join, relative_folder, resolve_paths
from composefmt.project.scope import ExtendedFile, File, Scope, reset
from composefmt.project.values import Location, Map, Path, ProjectError, Unreachable, clone

if TYPE_CHECKING:
    from collections.abc import Callable

    Load = Callable[[File, Scope], tuple[Map, tuple[Path, ...]]]

# Each level uses some of the stack; no real project is this deep.
MAX_CHAIN = 150


class _Source(NamedTuple):
    """The origin of a service: its file's path, that file's services, and the paths its tags remove."""

    path: str
    services: Map
    resets: tuple[Path, ...]


def apply_extends(model: Map, scope: Scope, file: File, resets: tuple[Path, ...], load: Load) -> None:
    """Merge every service of a file over those it extends, in place. `load` loads another file alone. Raises ProjectError."""
    for section in ("services", "jobs"):
        services = model.get(section)
        if section not in model or services is None:
            continue
        if not isinstance(services, Map):
            raise ProjectError(f"{section} must be a mapping", model.where(section), (section,))
        for name in list(services):
            services[name] = _extended(name, _Source(file.path, services, resets), scope, load, ())


def _extended(name: str, source: _Source, scope: Scope, load: Load, chain: tuple[tuple[str, str], ...]) -> object:
    service = source.services.get(name)
    place = source.services.where(name)
    if service is None:
        return None
    if not isinstance(service, Map):
        raise ProjectError(f"services.{name} must be a mapping", place, ("services", name))
    if "extends" not in service:
        return service
    place = service.where("extends") or place
    chain = (*chain, (source.path, name))
    reference, path = _reference(service, name, place)
    try:
        base_source = source if path is None else _other_file(path, scope, load, place)
    except Unreachable:
        if scope.gaps is None:
            raise
        # The service keeps its "extends", which says that it is incomplete; nothing else is.
        return service
    mistake = _mistake(name, reference, base_source, chain, "in this file" if path is None else f"in {path}")
    if mistake:
        scope.pass_over(ProjectError(mistake, place))
        return service
    base = _extended(reference, base_source, scope, load, chain)
    if not isinstance(base, Map):
        return service
    made = _merged(base, service, name, source)
    source.services[name] = made
    return made


def _mistake(name: str, reference: str, source: _Source, chain: tuple[tuple[str, str], ...], where: str) -> str:
    """Return why a service cannot be extended; "" if it can."""
    if reference not in source.services:
        return f'service "{name}" extends undefined service "{reference}" {where}'
    if (source.path, reference) in chain:
        start = chain.index((source.path, reference))
        return f"circular extends: {cycle([one for _, one in chain[start:]])}"
    return f"chain of more than {MAX_CHAIN} extended services" if len(chain) > MAX_CHAIN else ""


def _merged(base: Map, service: Map, name: str, source: _Source) -> Map:
    wrapped, services = Map(base.place), Map(base.place)
    copy = clone(base)
    copy = copy if isinstance(copy, Map) else Map(base.place)
    services.put(name, copy, base.place)
    wrapped.put("services", services, base.place)
    # A tag on the whole service removes nothing from what it extends.
    reset(wrapped, source.resets)
    made = merge(copy, service, ("services", "x"))
    if "extends" not in base:
        made.pop("extends", None)
    return made


def _reference(service: Map, name: str, place: Location | None) -> tuple[str, str | None]:
    """Return the extended service, and its file if it is another one."""
    extends = service["extends"]
    if isinstance(extends, str):
        return extends, None
    reference = extends.get("service") if isinstance(extends, Map) else None
    if not isinstance(extends, Map) or not isinstance(reference, str):
        raise ProjectError(f'service "{name}" has an "extends" without a service', place)
    path = extends.get("file")
    if path is not None and not isinstance(path, str):
        raise ProjectError("extends.file must be a path", extends.where("file"))
    return reference, path


def _other_file(path: str, scope: Scope, load: Load, place: Location | None) -> _Source:
    if is_remote(path):
        raise Unreachable(f"{path} is remote, and composefmt never accesses the network", place)
    if scope.is_unknown is not None and "$" in path:
        raise Unreachable(f"the value of {path} is not known", place)
    local = path if path.startswith("/") else join(scope.base, path)
    if not scope.choices.outside_files:
        check_inside(local, scope.root, place)
    folder = relative_folder(path, scope.base, scope.files.is_directory)
    known = scope.extended if scope.extended is not None else {}
    found = known.get((local, folder))
    if found is None:
        found = known[local, folder] = _services_of(File(local, place=place), folder, scope, load)
    services = clone(found.services)
    return _Source(local, services if isinstance(services, Map) else Map(), found.resets)


def _services_of(file: File, folder: str, scope: Scope, load: Load) -> ExtendedFile:
    model, resets = load(file, scope._replace(folder=folder))
    if "services" not in model:
        raise ProjectError(f"{file.path} defines no services", file.place)
    services = model["services"]
    if not isinstance(services, Map):
        raise ProjectError("services must be a mapping", model.where("services"))
    resolve_paths(model, folder, uninterpolated=scope.choices.uninterpolated)
    return ExtendedFile(services, resets)
