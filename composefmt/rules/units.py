"""Rules about values with units: durations, sizes and numbers of processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import BYTES_EXAMPLE, DURATION_EXAMPLE, is_duration, parse_bytes
from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEALTHCHECK = tuple(f"services.*.healthcheck.{key}" for key in ("interval", "timeout", "start_period", "start_interval"))
_UPDATES = tuple(f"services.*.deploy.{part}.{key}" for part in ("update_config", "rollback_config") for key in ("delay", "monitor"))
_RESTARTS = ("services.*.deploy.restart_policy.delay", "services.*.deploy.restart_policy.window")
_SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "shm_size")
_RESOURCES = ("services.*.deploy.resources.limits", "services.*.deploy.resources.reservations")


def _text(element: Element) -> str | None:
    """The text of a value that is text and holds no variable."""
    node = element.node
    value = scalar_value(node) if type(node) is Scalar else None
    return value if isinstance(value, str) and "$" not in value else None


@rule("invalid-duration", Severity.ERROR, "services.*.stop_grace_period", *_HEALTHCHECK, *_UPDATES, *_RESTARTS, group="units")
def invalid_duration(element: Element) -> Iterator[Problem]:
    """A duration that cannot be read: numbers with the units w, d, h, m, s, ms, us or ns, without spaces.

    Bad:

        services:
          web:
            image: nginx
            stop_grace_period: "30"

    Good:

        services:
          web:
            image: nginx
            stop_grace_period: 30s

    Source: the specification's 11-extension, durations; the reference's types/duration.go.
    """
    text = _text(element)
    if text is not None and not is_duration(text):
        advice = f'did you mean "{text}s"?' if text.isdecimal() else f"a duration looks like {DURATION_EXAMPLE}"
        yield Problem(element.node.span, f'service "{element.service}": {element.path[-1]} cannot be "{text}"', advice)


@rule(
    "invalid-bytes", Severity.ERROR, *(f"services.*.{key}" for key in _SIZES), "services.*.build.shm_size",
    *(f"{place}.memory" for place in _RESOURCES), "services.*.volumes.*.tmpfs.size", "services.*.blkio_config.*.*.rate", group="units",
)  # fmt: skip
def invalid_bytes(element: Element) -> Iterator[Problem]:
    """A size that cannot be read: a number with the unit b, k, m or g (also kb, mb, gb).

    Bad:

        services:
          web:
            image: nginx
            mem_limit: 512 megabytes

    Good:

        services:
          web:
            image: nginx
            mem_limit: 512m

    Source: the specification's 11-extension, byte values; the reference's types/bytes.go.
    """
    text = _text(element)
    if text is not None and parse_bytes(text) is None:
        yield Problem(
            element.node.span, f'service "{element.service}": {element.path[-1]} cannot be "{text}"', f"a size looks like {BYTES_EXAMPLE}"
        )


@rule("invalid-cpus", Severity.ERROR, "services.*.cpus", *(f"{place}.cpus" for place in _RESOURCES), group="units")
def invalid_cpus(element: Element) -> Iterator[Problem]:
    """A number of processors that is not a number.

    Bad:

        services:
          web:
            image: nginx
            cpus: half

    Good:

        services:
          web:
            image: nginx
            cpus: "0.5"

    Source: the specification's 05-services, `cpus`; the reference's types/cpus.go.
    """
    text = _text(element)
    if text is not None and not _is_number(text):
        yield Problem(
            element.node.span, f'service "{element.service}": {element.path[-1]} cannot be "{text}"', 'a number such as "0.5" or "2"'
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip() == text
