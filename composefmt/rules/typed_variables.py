"""A rule about variables where more is asked for than text: numbers, sizes, durations, true or false."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.interpolation import InvalidInterpolation, MissingVariable, Variable
from composefmt.findings import Severity
from composefmt.project.casts import INTERPOLATED, CastError, to_bytes, to_duration, to_float, to_integer
from composefmt.project.walk import ITEM, Table
from composefmt.rules._project import severity
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

# Fields whose text must have a form of its own as well, which an empty one has not.
_FIELDS: tuple[tuple[str, Callable[[str], object]], ...] = (
    *INTERPOLATED,
    *((f"services.*.{field}", to_bytes) for field in ("mem_limit", "mem_reservation", "memswap_limit", "shm_size")),
    *((f"{limits}.memory", to_bytes) for limits in _LIMITS),
    *((f"{limits}.cpus", to_float) for limits in _LIMITS),
    (f"{_LIMITS[0]}.pids", to_integer),
    ("services.*.stop_grace_period", to_duration),
    *((f"services.*.healthcheck.{field}", to_duration) for field in ("interval", "timeout", "start_period", "start_interval")),
    ("services.*.container_name", _matching(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", "a name for a container")),
    ("services.*.pull_policy", _matching(r"^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_.+)$", "a policy")),
    ("services.*.depends_on.*.condition", _matching(r"^service_(started|healthy|completed_successfully)$", "a condition")),
    (f"services.*.extra_hosts.{ITEM}", _matching(r"[=:]", "a host with its address")),
)


@lru_cache(maxsize=1)
def _casts() -> Table[Callable[[str], object]]:
    return Table(_FIELDS)


@rule("variable-type", Severity.ERROR, *(path.replace(ITEM, "*") for path, _ in _FIELDS), group="interpolation")
def variable_type(element: Element) -> Iterator[Problem]:
    """A variable stands where a number, a size, true or false, or the like must stand, and its value here is none.

    A variable without a default that neither `.env` nor the environment sets is empty; Docker refuses the file then. A name
    without a `.env` file is a warning: the file itself is sound, and what is often kept out of the repository may set it.

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

    Source: the reference's loader/interpolate.go.
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
        # Told by other rules.
        return
    try:
        cast(text)
    except CastError as error:
        field = ".".join(str(part) for part in element.path[2:]) or str(element.path[-1])
        owner = f'service "{element.service}": ' if element.service else ""
        message = f"{owner}{field}: {error}" if text else f"{owner}{field} is empty, for {parts[0].name} has no value here"
        advice = "" if text else f"give it a value in .env, or a default: ${{{parts[0].name}:-...}}"
        sure = text or options.environment or element.path[-1] != "container_name"
        yield Problem(node.span, message, advice, severity=severity(element.file) if sure else Severity.WARNING)
