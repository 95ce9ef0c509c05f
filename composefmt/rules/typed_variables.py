"""A rule for variables in fields that require a number, a size, a duration or a boolean."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.interpolation import InvalidInterpolation, MissingVariable, Variable
from composefmt.compose.secrecy import uses_secret
from composefmt.findings import Severity
from composefmt.project.claims import variable_files
from composefmt.project.coercion import INTERPOLATED, CastError, to_bytes, to_duration, to_float, to_integer
from composefmt.project.walk import ITEM, Table
from composefmt.rules._project import env_files, of_missing
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _matching(text: str, what: str) -> Callable[[str], object]:
    def matched(value: str) -> object:
        if pattern(text).search(value) is None:
            raise CastError(f'"{value}" is not {what}')
        return value

    return matched


_LIMITS = ("services.*.deploy.resources.limits", "services.*.deploy.resources.reservations")

# Fields with a required format, which an empty string does not have.
_FIELDS: tuple[tuple[str, Callable[[str], object]], ...] = (
    *INTERPOLATED,
    *((f"services.*.{field}", to_bytes) for field in ("mem_limit", "mem_reservation", "memswap_limit", "shm_size")),
    *((f"{limits}.memory", to_bytes) for limits in _LIMITS),
    *((f"{limits}.cpus", to_float) for limits in _LIMITS),
    (f"{_LIMITS[0]}.pids", to_integer),
    ("services.*.stop_grace_period", to_duration),
    *((f"services.*.healthcheck.{field}", to_duration) for field in ("interval", "timeout", "start_period", "start_interval")),
    ("services.*.container_name", _matching(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", "a valid container name")),
    (
        "services.*.pull_policy",
        _matching(r"^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_.+)$", "a valid pull policy"),
    ),
    ("services.*.depends_on.*.condition", _matching(r"^service_(started|healthy|completed_successfully)$", "a valid condition")),
    (f"services.*.extra_hosts.{ITEM}", _matching(r"[=:]", "a host and its address")),
)


@lru_cache(maxsize=1)
def _casts() -> Table[Callable[[str], object]]:
    return Table(_FIELDS)


@rule("variable-type", Severity.ERROR, *(path.replace(ITEM, "*") for path, _ in _FIELDS), group="interpolation")
def variable_type(element: Element) -> Iterator[Problem]:
    """Detects variables whose value does not match the type of the field, such as a number, a size or a boolean.

    Docker Compose refuses the file. A variable without a default that neither `.env` nor the environment sets is empty. If the
    project has no `.env` file, this is a warning because the file is often not part of the repository.

    Bad:

        services:
          web:
            image: nginx
            read_only: ${READ_ONLY:-maybe}

    Good:

        services:
          web:
            image: nginx
            read_only: ${READ_ONLY:-true}

    Source: compose-go, loader/interpolate.go.
    """
    node, options = element.node, element.file.options
    if type(node) is not Scalar or "$" not in node.value or options.surroundings is None:
        return
    cast = _casts().at(tuple(part if isinstance(part, str) else ITEM for part in element.path))
    try:
        parts = [part for part in interpolation.split(node.value) if isinstance(part, Variable)]
        if (
            cast is None
            or not parts
            or any(part.name not in options.environment and options.surroundings.is_set(part.name) for part in parts)
        ):
            return
        text = interpolation.substitute(node.value, options.environment)
    except (InvalidInterpolation, MissingVariable):
        # Reported by other rules.
        return
    if not text and element.path[-1] == "target":
        # The short form of the same port is not reported either: its validity depends on the value.
        return
    try:
        cast(text)
    except CastError as error:
        field = ".".join(str(part + 1) if isinstance(part, int) else part for part in element.path[2:]) or str(element.path[-1])
        owner = f'service "{element.service}": ' if element.service else ""
        secret = uses_secret([part.name for part in parts], options.environment)
        reason = f'the value of variable "{parts[0].name}" does not have the type of this field' if secret else str(error)
        message = f"{owner}{field}: {reason}" if text else f'{owner}{field} is empty because variable "{parts[0].name}" is not set'
        advice = "change its value or its default"
        if not text:
            advice = f'set it in {env_files(element.file)}, or add a default: "${{{parts[0].name}:-...}}"'
        paths = variable_files(options, element.file.source.filename)
        is_certain = text or all(options.surroundings.kind(path) for path in paths)
        severity, note = of_missing(element.file, "its project may have other values") if is_certain else (Severity.WARNING, "")
        yield Problem(node.span, message, advice + note, severity=severity)
