"""Load one or more files into one model: the steps for each file, and those for all of them.

Source: compose-go, loader/loader.go. `extends` and `include` are passed the functions that load the files they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.canonical import to_canonical
from composefmt.project.checks import check
from composefmt.project.deduplicate import enforce
from composefmt.project.defaults import set_defaults
from composefmt.project.interpolate import interpolate
from composefmt.project.merge import merge
from composefmt.project.paths import resolve_paths
from composefmt.project.scope import reset
from composefmt.project.values import Items, Map, Path, ProjectError, children, place_of, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from composefmt.project.read import ParsedDocument
    from composefmt.project.scope import File, Scope


def load_model(files: Sequence[File], scope: Scope) -> Map:
    """Return the merged model of some files, before normalization. Raises ProjectError."""
    scope = scope._replace(extended={}, included=scope.included if scope.included is not None else {})
    model = Map()
    for file in files:
        model, _ = _load_file(file, scope, model)
    if scope.choices.merge_only:
        return model
    set_defaults(model)
    check(model, uninterpolated=scope.choices.uninterpolated)
    if scope.choices.resolve:
        resolve_paths(model, scope.folder, uninterpolated=scope.choices.uninterpolated)
    _resolve_objects(model, scope.environment)
    return model


def load_alone(file: File, scope: Scope) -> tuple[Map, tuple[Path, ...]]:
    """Return the model of one file, without includes, extends and validation, and the paths that its tags remove.

    Raises ProjectError.
    """
    return _load_file(file, scope, Map(), alone=True)


def _load_file(file: File, scope: Scope, model: Map, *, alone: bool = False) -> tuple[Map, tuple[Path, ...]]:
    resets: tuple[Path, ...] = ()
    for document in scope.files.documents(file.path, file.data, file.place):
        resets = document.resets
        model = _load_document(document, file, scope, model, alone=alone)
    return model, resets


def _load_document(document: ParsedDocument, file: File, scope: Scope, model: Map, *, alone: bool) -> Map:
    from composefmt.project.extends import apply_extends
    from composefmt.project.include import apply_include

    value = document.value
    if not isinstance(value, Map):
        raise ProjectError("a Compose file must be a mapping with keys such as services", document.place)
    if scope.choices.interpolate:
        interpolate(value, scope.environment, scope.unset if scope.unset is not None else {}, scope.is_unknown)
    _promote_extensions(value)
    if not alone:
        apply_include(value, scope._replace(including=(*scope.including, file.path)), document.resets, load_model)
    reset(model, document.resets)
    if not alone:
        apply_extends(value, scope, file, document.resets, load_alone)
    uninterpolated = scope.choices.uninterpolated
    model = merge(model, value)
    enforce(model, uninterpolated=uninterpolated)
    if not alone and not scope.choices.merge_only:
        _validate(model, replaced=not uninterpolated)
        model.pop("version", None)
    to_canonical(model, uninterpolated=uninterpolated)
    _omit_empty(model)
    enforce(model, uninterpolated=uninterpolated)
    return model


def _validate(model: Map, *, replaced: bool) -> None:
    """Validate against the schema. `replaced`: variables are replaced, so that a dollar sign is literal."""
    from composefmt.compose.schema import problems

    for problem in problems(plain(model, escaped=replaced)):
        if problem.rule == "ignored-key":
            continue
        path = tuple(str(part) for part in problem.path)
        raise ProjectError(f"{problem.message}; {problem.help}" if problem.help else problem.message, place_of(model, path), path)


def _omit_empty(model: Map) -> None:
    """Remove empty DNS servers, which an unset variable leaves."""
    for section in ("services", "jobs"):
        for _, service in children(model, section):
            servers = service.get("dns")
            if isinstance(servers, Items):
                service["dns"] = Items(servers.place, [(one, place) for one, place in servers.entries() if one not in (None, "")])


def _promote_extensions(model: Map) -> None:
    """Rename extensions that have become attributes: `x-develop`, and `x-initialSync` below `watch`."""
    for _, service in children(model, "services"):
        _promote(service, "x-develop", "develop", ("services", "x", "develop"))
        develop = service.get("develop")
        watched = develop.get("watch") if isinstance(develop, Map) else None
        if isinstance(watched, Items):
            for item in watched:
                if isinstance(item, Map):
                    _promote(item, "x-initialSync", "initial_sync", ())


def _promote(parent: Map, old: str, new: str, path: Path) -> None:
    if old not in parent:
        return
    if parent.get(new) is None:
        parent.take(new, _renamed(parent, old, new))
    elif isinstance(parent[old], Map) and isinstance(parent[new], Map):
        parent[new] = merge(parent[old], parent[new], path)  # type: ignore[arg-type]
    del parent[old]


def _renamed(parent: Map, old: str, new: str) -> Map:
    made = Map(parent.place)
    made.put(new, parent[old], parent.where(old))
    return made


def _resolve_objects(model: Map, environment: Mapping[str, str]) -> None:
    """Return the variables that services, jobs and configs name without a value."""
    for section in ("services", "jobs"):
        for _, service in children(model, section):
            listed = service.get("environment")
            if isinstance(listed, Items):
                entries = [(one, place) for one, place in listed.entries() if isinstance(one, str)]
                service["environment"] = Items(
                    listed.place, [(f"{name}={environment[name]}" if name in environment else name, place) for name, place in entries]
                )
    for _, config in children(model, "configs"):
        name = config.get("environment")
        if isinstance(name, str) and name in environment:
            config["content"] = environment[name]
