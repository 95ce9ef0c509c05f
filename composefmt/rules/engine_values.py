"""Rules about values that Docker Compose accepts, and that Docker Engine refuses when it creates the container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import nearest, written
from composefmt.rules._project import plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator


_CAPABILITIES = (
    "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID"
    " IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON"
    " SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE"
    " SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
)
_ULIMITS = "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack"
_SIGNALS = (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU UNUSED"
    " URG USR1 USR2 VTALRM WINCH XCPU XFSZ"
)


@rule("unknown-capability", Severity.WARNING, "services.*.cap_add.*", "services.*.cap_drop.*", group="values")
def unknown_capability(element: Element) -> Iterator[Problem]:
    """Detects unknown Linux capabilities in `cap_add` and `cap_drop`.

    Docker Engine refuses to create the container. The cause is often a typo.

    Bad:

        services:
          web:
            image: nginx
            cap_add: [NET_BIND]

    Good:

        services:
          web:
            image: nginx
            cap_add: [NET_BIND_SERVICE]

    Source: capabilities(7); Docker Engine's error "invalid CapAdd".
    """
    node = element.node
    name = node.value.upper().removeprefix("CAP_") if type(node) is Scalar and "$" not in node.value else ""
    if name and name not in _CAPABILITIES.split():
        advice, fix = nearest(element, node, name, _CAPABILITIES.split(), "use a capability listed in capabilities(7)")
        yield Problem(node.span, f'service "{element.service}": unknown capability "{name}"', advice, fix)


@rule("unknown-ulimit", Severity.WARNING, "services.*.ulimits.*", group="values")
def unknown_ulimit(element: Element) -> Iterator[Problem]:
    """Detects unknown limits in `ulimits`, and soft limits above the hard limit.

    Docker Engine refuses to create the container.

    Bad:

        services:
          web:
            image: nginx
            ulimits:
              nofiles: 1024

    Good:

        services:
          web:
            image: nginx
            ulimits:
              nofile: {soft: 1024, hard: 4096}

    Source: getrlimit(2); docker/go-units, ulimit.go.
    """
    name, entries = str(element.path[-1]), element.file.entries(element.node)
    if element.key is not None and name not in _ULIMITS.split() and not name.startswith("x-") and "$" not in name:
        message = f'service "{element.service}": unknown ulimit "{name}"'
        known = _ULIMITS.split()
        yield Problem(element.key.span, message, *nearest(element, element.key, name, known, f"use one of {', '.join(known)}"))
    soft, hard = plain(entries, "soft"), plain(entries, "hard")
    if (
        soft is not None
        and hard is not None
        and soft.value.isdecimal()
        and hard.value.isdecimal()
        and whole_number(soft.value) > whole_number(hard.value)
    ):
        yield Problem(
            soft.span,
            f'service "{element.service}": soft limit {soft.value} of ulimit "{name}" is above hard limit {hard.value}',
            f'set "soft" to at most {hard.value}',
            related=(Related(hard.span, "hard limit"),),
        )


@rule("unknown-signal", Severity.WARNING, "services.*.stop_signal", group="values")
def unknown_signal(element: Element) -> Iterator[Problem]:
    """Detects unknown signals in `stop_signal`.

    Docker Engine refuses to create the container. The cause is often a typo.

    Bad:

        services:
          web:
            image: nginx
            stop_signal: SIGTREM

    Good:

        services:
          web:
            image: nginx
            stop_signal: SIGTERM

    Source: signal(7); Docker Engine's error "invalid signal".
    """
    node = element.node
    if type(node) is not Scalar or not node.value or "$" in node.value or node.value.isdecimal():
        return
    name = node.value.upper().removeprefix("SIG")
    if name not in _SIGNALS.split() and not pattern(r"RTM(?:IN|AX)(?:[-+][0-9]{1,2})?").fullmatch(name):
        known = [f"SIG{signal}" for signal in _SIGNALS.split()]
        advice, fix = nearest(element, node, f"SIG{name}", known, "use a signal listed in signal(7)")
        yield Problem(node.span, f'service "{element.service}": unknown signal "{node.value}"', advice, fix)


@rule("relative-container-path", Severity.WARNING, "services.*.working_dir", "services.*.tmpfs", "services.*.tmpfs.*", group="values")
def relative_container_path(element: Element) -> Iterator[Problem]:
    """Detects container paths in `working_dir` and `tmpfs` that are not absolute.

    Docker Engine refuses to create the container.

    Bad:

        services:
          web:
            image: nginx
            working_dir: app

    Good:

        services:
          web:
            image: nginx
            working_dir: /app

    Source: Docker Engine's error "the working directory 'app' is invalid, it needs to be an absolute path".
    """
    node = element.node
    if type(node) is Scalar and node.value and not node.value.startswith(("/", "$")) and not pattern(r"[A-Za-z]:[\\/].*").match(node.value):
        path = node.value.partition(":")[0]
        yield Problem(
            node.span,
            f'service "{element.service}": container path "{path}" in "{element.path[2]}" is not absolute',
            f'use "/{path.removeprefix("./")}"',
            written(element.file, node, f"/{node.value.removeprefix('./')}"),
        )


@rule(
    "invalid-address", Severity.WARNING, "services.*.dns", "services.*.dns.*", "services.*.extra_hosts.*", group="values", scope="project"
)
def invalid_address(element: Element) -> Iterator[Problem]:
    """Detects invalid IP addresses in `dns` and `extra_hosts`.

    Docker Engine refuses to create the container, because it does not resolve host names here. In `extra_hosts` the value
    `host-gateway` refers to the host.

    Bad:

        services:
          web:
            image: nginx
            dns: dns.example.org
            extra_hosts: ["db=database.example.org"]

    Good:

        services:
          web:
            image: nginx
            dns: 10.0.0.1
            extra_hosts: ["db=10.0.0.2", "host.docker.internal=host-gateway"]

    Source: Docker Engine's error "invalid IP address in add-host", "IP address is not correctly formatted".
    """
    node = element.node
    if type(node) is not Scalar or not node.value or "$" in node.value:
        return
    text = node.value
    if element.path[2] == "extra_hosts" and isinstance(element.path[-1], int):
        text = pattern(r"[^=:]*[=:]?").sub("", text, count=1)
    text = text.strip().strip("[]")
    if text and text != "host-gateway" and not _is_address(text):
        advice = 'use an IP address such as "10.0.0.1"' + (' or "host-gateway"' if element.path[2] == "extra_hosts" else "")
        yield Problem(node.span, f'service "{element.service}": invalid IP address "{text}" in "{element.path[2]}"', advice)


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        return all(ip_address(part.strip().partition("%")[0]) for part in text.split(","))
    except ValueError:
        return False


# The minimum of Docker Engine, 6 MB.
_LEAST = 6 * 1024 * 1024


@rule(
    "memory-limit-too-low",
    Severity.WARNING,
    "services.*.mem_limit",
    "services.*.deploy.resources.limits.memory",
    group="values",
    formerly="tiny-memory",
)
def memory_limit_too_low(element: Element) -> Iterator[Problem]:
    """Detects memory limits below 6 MB.

    Docker Engine refuses to create the container. A number without a unit is in bytes, so the unit is probably missing.

    Bad:

        services:
          web:
            image: nginx
            mem_limit: 512

    Good:

        services:
          web:
            image: nginx
            mem_limit: 512m

    Source: Docker Engine's error "Minimum memory limit allowed is 6MB".
    """
    node = element.node
    size = parse_bytes(node.value) if type(node) is Scalar and "$" not in node.value else None
    if size is not None and 0 < size < _LEAST and type(node) is Scalar:
        advice = f'add a unit: "{node.value}m"' if node.value.isdecimal() else 'use at least "6m"'
        fix = written(element.file, node, f"{node.value}m") if node.value.isdecimal() else None
        yield Problem(
            node.span, f'service "{element.service}": memory limit "{node.value}" ({size} bytes) is below the minimum of 6 MB', advice, fix
        )


@rule("swap-below-memory", Severity.WARNING, "services.*.memswap_limit", group="values", scope="project")
def swap_below_memory(element: Element) -> Iterator[Problem]:
    """Detects values of `memswap_limit` below `mem_limit`.

    Docker Engine refuses to create the container, because `memswap_limit` is the sum of memory and swap.

    Bad:

        services:
          web:
            image: nginx
            mem_limit: 1g
            memswap_limit: 512m

    Good:

        services:
          web:
            image: nginx
            mem_limit: 1g
            memswap_limit: 2g

    Source: Docker Engine's error "Minimum memoryswap limit should be larger than memory limit".
    """
    file = element.file
    memory = plain(file.entries(file.get("services", element.service)), "mem_limit")
    node = element.node
    if memory is None or type(node) is not Scalar:
        return
    limit, swap = parse_bytes(memory.value), parse_bytes(node.value)
    if limit and swap and swap < limit:
        yield Problem(
            node.span,
            f'service "{element.service}": "memswap_limit" is "{node.value}", which is below "mem_limit" ("{memory.value}")',
            f'use at least "{memory.value}" (memory plus swap), or "-1" for unlimited swap',
            related=(Related(memory.span, "memory limit"),),
        )
