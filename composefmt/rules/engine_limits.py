"""Rules about limits and durations outside of what Docker Engine accepts when it creates the container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_duration
from composefmt.findings import Related, Severity
from composefmt.rules._project import is_active, plain
from composefmt.rules._services import in_service, service_entries
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.nodes import Node


def _number(node: Node | None) -> int | None:
    """Return an integer, None for other values and for variables."""
    text = node.value if type(node) is Scalar else ""
    return whole_number(text) if text.removeprefix("-").isdecimal() and text.isascii() else None


@rule("swappiness-out-of-range", Severity.WARNING, "services.*.mem_swappiness", group="values", scope="project")
def swappiness_out_of_range(element: Element) -> Iterator[Problem]:
    """Detects values of `mem_swappiness` outside of 0 to 100.

    Docker Engine refuses to create the container. Hosts with cgroup version 2 have no swappiness; there the engine ignores the
    value with a warning. `-1` means the host's default.

    Bad:

        services:
          web:
            image: nginx
            mem_swappiness: 200

    Good:

        services:
          web:
            image: nginx
            mem_swappiness: 60

    Source: Moby, daemon/daemon_unix.go, verifyPlatformContainerResources.
    """
    value = _number(element.node)
    if value is not None and not -1 <= value <= _MOST_SWAPPINESS:
        message = f'service "{element.service}": "mem_swappiness" is {value}, but the range is 0 to {_MOST_SWAPPINESS}'
        yield Problem(element.node.span, message, f"use a value from 0 to {_MOST_SWAPPINESS}")


_MOST_SWAPPINESS = 100


@rule(
    "blkio-weight-out-of-range",
    Severity.WARNING,
    "services.*.blkio_config.weight",
    "services.*.blkio_config.weight_device.*.weight",
    group="values",
    scope="project",
)
def blkio_weight_out_of_range(element: Element) -> Iterator[Problem]:
    """Detects weights in `blkio_config` outside of 10 to 1000.

    Docker Engine refuses to create the container, unless the host's kernel has no block I/O weights, in which case it ignores the
    value with a warning. `0` means that no weight is set.

    Bad:

        services:
          web:
            image: nginx
            blkio_config:
              weight: 5

    Good:

        services:
          web:
            image: nginx
            blkio_config:
              weight: 300

    Source: Moby, daemon/daemon_unix.go, verifyPlatformContainerResources; Compose Specification, 05-services, `blkio_config`.
    """
    value = _number(element.node)
    least, most = _WEIGHTS
    if value and not least <= value <= most:
        message = f'service "{element.service}": block I/O weight is {value}, but the range is {least} to {most}'
        yield Problem(element.node.span, message, f"use a value from {least} to {most}")


_WEIGHTS = (10, 1000)


@rule("cpu-quota-out-of-range", Severity.WARNING, "services.*.cpu_period", "services.*.cpu_quota", group="values", scope="project")
def cpu_quota_out_of_range(element: Element) -> Iterator[Problem]:
    """Detects values of `cpu_period` outside of 1000 to 1000000 microseconds, and of `cpu_quota` below 1000.

    Docker Engine refuses to create the container.

    Bad:

        services:
          web:
            image: nginx
            cpu_period: 100
            cpu_quota: 50

    Good:

        services:
          web:
            image: nginx
            cpu_period: 100000
            cpu_quota: 50000

    Source: Moby, daemon/daemon_unix.go, verifyPlatformContainerResources.
    """
    value, key = _number(element.node), str(element.path[-1])
    least, most = _PERIODS
    if not value or (value < 0 and key == "cpu_quota"):
        return
    if value < least or (value > most and key == "cpu_period"):
        wanted = f"from {least} to {most}" if key == "cpu_period" else f"of {least} or more"
        message = f'service "{element.service}": "{key}" is {value} microseconds, which Docker Engine refuses'
        yield Problem(element.node.span, message, f"use a value {wanted} (microseconds)")


_PERIODS = (1000, 1_000_000)


@rule("conflicting-cpu-limits", Severity.ERROR, "services.*", group="values", scope="project")
def conflicting_cpu_limits(element: Element) -> Iterator[Problem]:
    """Detects services that set `cpus` together with `cpu_period` or `cpu_quota`.

    Docker Engine refuses to create the container with "Nano CPUs and CPU Quota cannot both be set". `cpus: 0.5` is the same as
    half of the period as quota.

    Bad:

        services:
          web:
            image: nginx
            cpus: 0.5
            cpu_quota: 50000

    Good:

        services:
          web:
            image: nginx
            cpus: 0.5

    Source: Moby, daemon/daemon_unix.go, verifyPlatformContainerResources.
    """
    file = element.file
    own = file.entries(element.node)
    if not ("cpu_period" in own or "cpu_quota" in own) or not is_active(file, element.service):
        return
    limit = plain(own, "cpus") or plain(service_entries(element, "deploy", "resources", "limits"), "cpus")
    if limit is None or not limit.value.strip("0."):
        return
    for key in ("cpu_period", "cpu_quota"):
        node = plain(own, key)
        if (value := _number(node)) and value > 0 and node is not None:
            message = f'service "{element.service}": "cpus" and "{key}" are mutually exclusive'
            yield Problem(own[key][0].span, message, f'keep "cpus", and remove "{key}"', related=(Related(limit.span, "CPU limit"),))


@rule("swap-without-memory", Severity.WARNING, "services.*.memswap_limit", group="values", scope="project")
def swap_without_memory(element: Element) -> Iterator[Problem]:
    """Detects `memswap_limit` on services without a memory limit.

    `memswap_limit` is the sum of memory and swap. Without a memory limit, Docker Engine refuses to create the container with "You
    should always set the Memory limit when using Memoryswap limit".

    Bad:

        services:
          web:
            image: nginx
            memswap_limit: 2g

    Good:

        services:
          web:
            image: nginx
            mem_limit: 1g
            memswap_limit: 2g

    Source: Moby, daemon/daemon_unix.go, verifyPlatformContainerResources.
    """
    node = element.node
    if type(node) is not Scalar or not node.value.strip("0") or "$" in node.value or node.value.startswith("-"):
        return
    limits = service_entries(element, "deploy", "resources", "limits")
    if "memory" in limits or service_entries(element).keys() & {"mem_limit", "extends"}:
        return
    message = f'service "{element.service}": "memswap_limit" requires a memory limit'
    yield Problem(node.span, message, f'add "mem_limit", at most "{node.value}"')


_DURATIONS = ("interval", "timeout", "start_period", "start_interval")


@rule(
    "healthcheck-duration-too-short",
    Severity.ERROR,
    *(f"services.*.healthcheck.{key}" for key in _DURATIONS),
    group="healthcheck",
    scope="project",
)
def healthcheck_duration_too_short(element: Element) -> Iterator[Problem]:
    """Detects durations of a healthcheck below one millisecond.

    Docker Engine refuses to create the container. The unit is probably wrong: `us` are microseconds. `0s` means the default.

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              test: curl -f http://localhost
              interval: 100us

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              test: curl -f http://localhost
              interval: 100ms

    Source: Moby, daemon/container.go, validateHealthCheck.
    """
    node = element.node
    duration = parse_duration(node.value) if type(node) is Scalar else None
    if duration and abs(duration) < _MILLISECOND and type(node) is Scalar and is_active(element.file, element.service):
        message = f'service "{element.service}": healthcheck {element.path[-1]} "{node.value}" is below the minimum of 1ms'
        yield Problem(node.span, message, 'use a unit such as "ms" or "s"')


_MILLISECOND = 0.001


@rule(
    "start-interval-without-start-period",
    Severity.ERROR,
    "services.*.healthcheck.start_interval",
    group="healthcheck",
    scope="project",
)
def start_interval_without_start_period(element: Element) -> Iterator[Problem]:
    """Detects healthchecks with a `start_interval`, but without a `start_period`.

    The start interval applies during the start period, which is zero by default. Docker Compose refuses to create the container
    with "healthcheck.start_interval requires healthcheck.start_period to be set".

    Bad:

        services:
          web:
            image: nginx
            healthcheck:
              test: curl -f http://localhost
              start_interval: 1s

    Good:

        services:
          web:
            image: nginx
            healthcheck:
              test: curl -f http://localhost
              start_period: 30s
              start_interval: 1s

    Source: Docker Compose, pkg/compose/convert.go, ToMobyHealthCheck; moby/moby#48874.
    """
    given = in_service(element, "healthcheck", "start_period") or in_service(element, "extends")
    if type(element.node) is Scalar and not given and is_active(element.file, element.service):
        yield Problem(
            element.node.span,
            f'service "{element.service}": healthcheck has a "start_interval", but no "start_period"',
            'add "start_period", the time in which failed tests do not count',
        )
