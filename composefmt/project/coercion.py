"""Convert strings to numbers, booleans, sizes and durations, as Docker Compose does, and durations back to strings."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from composefmt.compose.schema import formats
from composefmt.compose.schema.formats import NANOSECONDS
from composefmt.compose.units import POWERS
from composefmt.project.walk import CONTAINERS, WORKLOADS
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUE = frozenset(("true", "y", "yes", "on"))


class CastError(ValueError):
    """A string does not have the expected type; the message says why."""


def to_integer(text: str) -> int:
    """Parse a decimal integer. Raises CastError."""
    if not formats.is_integer(text):
        raise CastError(f'"{text}" is not an integer')
    return whole_number(text)


def to_float(text: str) -> float:
    """Parse a decimal number. Raises CastError."""
    if not formats.is_decimal(text):
        raise CastError(f'"{text}" is not a number')
    return float.fromhex(text) if "x" in text.lower() else float(text)


def to_float32(text: str) -> float:
    """Parse a decimal number in single precision. Raises CastError."""
    return single(to_float(text))


def to_boolean(text: str) -> bool:
    """Parse a boolean such as `true` or `no`. Raises CastError."""
    if not formats.is_boolean(text):
        raise CastError(f'"{text}" is not a boolean')
    return text.lower() in _TRUE


def to_umask(text: str) -> int:
    """Parse an integer in Go's notation: `022` and `0o22` are octal. Raises CastError."""
    if not formats.is_umask(text):
        raise CastError(f'"{text}" is not a file mode')
    digits = text.replace("_", "").lower()
    return int(digits, 8) if digits[0] == "0" and digits[1:].isdecimal() else int(digits, 0)


def single(value: float) -> float:
    """Return the shortest number that is equal in single precision, which is how Go prints it."""
    try:
        packed = struct.pack("f", value)
    except OverflowError:
        raise CastError(f"{value} is too large") from None
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits}g}")
        if struct.pack("f", candidate) == packed:
            return candidate
    return value


def to_bytes(text: str) -> int:
    """Parse a size in bytes: `512m`, `1.5 gb`, or a number, which may be negative. Raises CastError."""
    if not formats.is_size(text):
        raise CastError(f'invalid size "{text}"; use a size such as 512m')
    if formats.is_integer(text):
        return whole_number(text)
    found = re.fullmatch(r"(.*?) ?([a-zA-Z]*)", text)
    number, unit = (found[1], found[2].lower()) if found else (text, "")
    return int(float(number) * 1024 ** POWERS.get(unit[:1], 0))


def to_duration(text: str) -> str:
    """Normalize a duration, in nanosecond precision, as Go prints it: `90s` is `1m30s`. Raises CastError."""
    if not formats.is_duration(text):
        raise CastError(f'invalid duration "{text}"; use a duration such as 1m30s')
    total = 0
    for whole, fraction, unit in re.findall(r"([0-9]*)(?:\.([0-9]*))?([^0-9.+-]+)", text):
        total += whole_number(whole or "0") * NANOSECONDS[unit]
        if fraction:
            total += int(float(int(fraction)) * (NANOSECONDS[unit] / 10 ** len(fraction)))
    return _duration_text(-total if text.startswith("-") else total)


def _duration_text(nanoseconds: int) -> str:
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    for unit, size in (("ns", 1), ("\u00b5s", 10**3), ("ms", 10**6)):
        if rest < size * 1000:
            return f"{sign}{_decimal(rest, size)}{unit}"
    hours, rest = divmod(rest, NANOSECONDS["h"])
    minutes, rest = divmod(rest, NANOSECONDS["m"])
    start = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{start}{_decimal(rest, 10**9)}s"


def _decimal(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    fraction = str(rest).zfill(len(str(size)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


Cast = "Callable[[str], object]"

_SERVICES = ("services.*",)
_RESOURCES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("networks.*.external", to_boolean),
    ("networks.*.internal", to_boolean),
    ("networks.*.attachable", to_boolean),
    ("networks.*.enable_ipv4", to_boolean),
    ("networks.*.enable_ipv6", to_boolean),
    ("volumes.*.external", to_boolean),
    ("secrets.*.external", to_boolean),
    ("configs.*.external", to_boolean),
)
_FIELDS: tuple[tuple[tuple[str, ...], Callable[[str], object], tuple[str, ...]], ...] = (
    (
        CONTAINERS,
        to_integer,
        ("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "oom_score_adj", "pids_limit"),
    ),
    (CONTAINERS, to_integer, ("ulimits.*", "ulimits.*.hard", "ulimits.*.soft")),
    (CONTAINERS, to_float, ("cpu_percent",)),
    (CONTAINERS, to_float32, ("cpus",)),
    (CONTAINERS, to_umask, ("umask",)),
    (
        CONTAINERS,
        to_boolean,
        (
            "init",
            "networks.*.use_service_name_alias",
            "oom_kill_disable",
            "privileged",
            "read_only",
            "volumes.[].read_only",
            "volumes.[].volume.nocopy",
        ),
    ),
    (WORKLOADS, to_boolean, ("depends_on.*.required", "depends_on.*.restart", "healthcheck.disable", "stdin_open", "tty")),
    (WORKLOADS, to_integer, ("healthcheck.retries", "ports.[].target")),
    (_SERVICES, to_float, ("deploy.update_config.max_failure_ratio", "deploy.rollback_config.max_failure_ratio")),
    (
        _SERVICES,
        to_integer,
        (
            "deploy.replicas",
            "deploy.update_config.parallelism",
            "deploy.rollback_config.parallelism",
            "deploy.restart_policy.max_attempts",
            "deploy.placement.max_replicas_per_node",
            "scale",
        ),
    ),
)

# The type of a string after interpolation, by path pattern (compose-go, loader/interpolate.go).
INTERPOLATED: tuple[tuple[str, Callable[[str], object]], ...] = (
    *_RESOURCES,
    *((f"{prefix}.{field}", cast) for prefixes, cast, fields in _FIELDS for prefix in prefixes for field in fields),
)
