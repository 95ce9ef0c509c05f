"""Every violation of the schema in one value, found by the jsonschema library and told in Compose's words."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from composefmt.compose.interpolation import has_variable
from composefmt.compose.schema import SchemaProblem
from composefmt.compose.schema.load import Schema, branches, resolve, schema
from composefmt.compose.schema.words import EXAMPLES, KINDS, KNOWN_AS, SECTIONS, Path, found, one_of, subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

# Lists from which the reference drops repeated entries before it asks the schema (its override/uncity.go).
_DEDUPLICATED = re.compile(
    r"(?:networks\.[^.]+\.(?:labels|ipam\.options)|services\.[^.]+\.(?:annotations|build\.(?:args|additional_contexts|tags|labels)"
    r"|cap_add|cap_drop|devices|configs|deploy\.labels|dns|dns_opt|dns_search|environment|env_file|expose|labels|links"
    r"|networks\.[^.]+\.(?:aliases|link_local_ips)|ports|profiles|secrets|sysctls|tmpfs|volumes))"
)


# The sections whose keys are looked through for the home of a misplaced key, and how deep.
_DEFINITIONS = {"services": "service", "networks": "network", "volumes": "volume"}
_DEEPEST_HOME = 6


def explain(value: object) -> list[SchemaProblem]:
    """All violations, in the order of the paths, each once."""
    problems = dict.fromkeys(_translated(map(_violation, _validator().iter_errors(value))))
    return sorted(problems, key=lambda problem: [str(part) for part in problem.path])


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


class _Violation(NamedTuple):
    """What the library says of one place: the keyword, what it demands, the subschema, the value, and inner violations."""

    keyword: str
    wanted: Any
    node: Schema
    instance: Any
    path: Path
    at_root: bool
    branch: object
    inner: list[_Violation]


def _violation(error: ValidationError) -> _Violation:
    return _Violation(
        str(error.validator),
        error.validator_value,
        cast("Schema", error.schema),
        error.instance,
        tuple(error.absolute_path),
        not error.relative_path,
        next(iter(error.relative_schema_path), None),
        [_violation(inner) for inner in error.context or ()],
    )


def _translated(errors: Iterable[_Violation]) -> Iterator[SchemaProblem]:
    for error in errors:
        path = error.path
        if _depends_on_variables(error.instance):
            continue
        tell = _TELLERS.get(error.keyword)
        if tell is not None:
            yield from tell(error, path)
        else:
            yield SchemaProblem("invalid-value", path, False, f"{subject(path)} cannot be {found(error.instance)}", "")


def _depends_on_variables(value: object) -> bool:
    """Whether the text is not known yet: the reference asks the schema after it has replaced the variables."""
    return isinstance(value, str) and "$" in value and has_variable(value)


def _alternatives(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    """None of several forms fits: tell what is wrong with the one that was meant, or which forms there are."""
    groups: dict[object, list[_Violation]] = {}
    for inner in error.inner:
        groups.setdefault(inner.branch, []).append(inner)
    meant = [group for group in groups.values() if not any(inner.keyword == "type" and inner.at_root for inner in group)]
    if meant:
        # The deepest error lies in the form that fits best.
        yield from _translated(max(meant, key=lambda group: max(len(inner.path) for inner in group)))
    elif groups:
        yield _wrong_type(path, error.instance, list(_types(error.node)))
    else:
        yield SchemaProblem("invalid-value", path, False, f"{subject(path)} cannot be {found(error.instance)}", "")


def _types(node: Schema) -> Iterator[str]:
    for part in branches(schema(), node):
        kinds = part.get("type", [])
        yield from [kinds] if isinstance(kinds, str) else kinds


def _type(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    kinds = error.wanted
    yield _wrong_type(path, error.instance, [kinds] if isinstance(kinds, str) else list(kinds))


def _wrong_type(path: Path, value: object, kinds: list[str]) -> SchemaProblem:
    words = list(dict.fromkeys(KINDS[kind] for kind in sorted(kinds, key=list(KINDS).index)))
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    # The examples are those of services; a section at the top level is written in another way.
    fits_here = bool(path) and key == path[-1] and (len(path) > 1 or key == "services")
    example = EXAMPLES.get(key, "") if fits_here else ""
    advice = f"for example: {example}" if example else f"write {one_of(words)}"
    if isinstance(value, dict) and len(value) == 1 and path and isinstance(path[-1], int) and "string" in kinds:
        name, inner = next(iter(value.items()))
        advice = f'write "- {name}={inner}", or leave out the dashes of the whole list'
    if value is None:
        advice = f"give it a value or delete the line; {advice}"
    return SchemaProblem("wrong-type", path, False, f"{subject(path)} must be {one_of(words)}, not {found(value)}", advice)


def _additional(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    node, instance = error.node, error.instance
    known = node.get("properties", {})
    patterns = node.get("patternProperties", {})
    for key in instance:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        if not known and len(path) == 1 and path[0] in SECTIONS:
            kind = SECTIONS[str(path[0])]
            yield SchemaProblem(
                "invalid-service-name",
                (*path, key),
                True,
                f'"{key}" cannot be the name of a {kind}',
                "names are made of letters, digits, dots, dashes and underscores",
            )
        else:
            yield SchemaProblem("unknown-key", (*path, key), True, _no_key(path, key), _advice(path, key, instance[key], list(known)))


def _no_key(path: Path, key: str) -> str:
    return f'{subject(path)} has no key "{key}"' if path else f'there is no top-level key "{key}"'


def _advice(path: Path, key: str, value: object, known: list[str]) -> str:
    """Where the key belongs, or what it should have been."""
    if (near := _nearest(key, known)) is not None:
        return f'did you mean "{near}"?'
    if not path and isinstance(value, dict) and value.keys() & {"image", "build", "extends"}:
        return f'it looks like a service: indent "{key}" below "services:"'
    if (home := _home(key, path)) is not None:
        return f'"{key}" belongs {home}'
    return f'keys of your own begin with "x-": "x-{key}"' if not key.startswith("x") else 'keys of your own begin with "x-"'


def _nearest(key: str, known: list[str]) -> str | None:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_").lower()
    if plain in known:
        return plain
    if (alias := KNOWN_AS.get(plain)) in known:
        return alias
    from difflib import get_close_matches

    return next(iter(get_close_matches(plain, known, 1, 0.75)), None)


@lru_cache(maxsize=1)
def _homes() -> dict[str, list[tuple[str, ...]]]:
    """For each key of the schema the places where it belongs, outermost first; () is the top level."""
    root = schema()
    homes: dict[str, list[tuple[str, ...]]] = {key: [()] for key in root["properties"]}
    queue: list[tuple[tuple[str, ...], Schema]] = [
        ((section, "NAME"), root["$defs"][definition]) for section, definition in _DEFINITIONS.items()
    ]
    while queue:
        path, node = queue.pop(0)
        for part in branches(root, node):
            for key, inner in part.get("properties", {}).items():
                homes.setdefault(key, []).append(path)
                if len(path) < _DEEPEST_HOME:
                    queue.append(((*path, key), resolve(root, inner)))
    return homes


def _home(key: str, path: Path) -> str | None:
    """Where a key belongs: of several places the one nearest to where it stands."""
    here = [str(part) if index != 1 else "NAME" for index, part in enumerate(path)]
    places = _homes().get(key)
    if not places:
        return None
    best = max(places, key=lambda place: (_shared(place, here), -len(place)))
    return f"below {'.'.join(best)}" if best else "at the top level of the file"


def _shared(place: tuple[str, ...], here: list[str]) -> int:
    """How many steps from the top two paths have in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(place, here, strict=False)))


def _enum(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    allowed = [str(value) for value in error.wanted]
    near = _nearest(str(error.instance), allowed)
    advice = f'did you mean "{near}"?' if near else f"it can be {one_of(allowed)}"
    yield SchemaProblem("invalid-value", path, False, f"{subject(path)} cannot be {found(error.instance)}", advice)


def _pattern(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    advice = {
        "pull_policy": "it can be always, never, missing, build, daily, weekly or every_ with a time, such as every_12h",
        "container_name": "it begins with a letter or digit and goes on with letters, digits, _, . and -",
    }.get(str(path[-1]) if path else "", f"it has to match {error.wanted}")
    yield SchemaProblem("invalid-value", path, False, f"{subject(path)} cannot be {found(error.instance)}", advice)


def _bound(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    side = "at least" if error.keyword == "minimum" else "at most"
    yield SchemaProblem(
        "invalid-value",
        path,
        False,
        f"{subject(path)} is {error.instance}, but must be {side} {error.wanted}",
        f"write a number that is {side} {error.wanted}",
    )


def _required(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    for key in error.wanted:
        if key not in error.instance:
            yield SchemaProblem(
                "missing-key", path, bool(path) and isinstance(path[-1], str), f'{subject(path)} lacks the key "{key}"', f'add "{key}: ..."'
            )


def _unique(error: _Violation, path: Path) -> Iterator[SchemaProblem]:
    if _DEDUPLICATED.fullmatch(".".join(map(str, path))):
        return
    items = error.instance
    for index, item in enumerate(items):
        if item in items[:index]:
            yield SchemaProblem("invalid-value", (*path, index), False, f"{subject(path)} lists {found(item)} twice", "keep one of the two")


_TELLERS = {
    "additionalProperties": _additional,
    "anyOf": _alternatives,
    "enum": _enum,
    "maximum": _bound,
    "minimum": _bound,
    "oneOf": _alternatives,
    "pattern": _pattern,
    "required": _required,
    "type": _type,
    "uniqueItems": _unique,
}
