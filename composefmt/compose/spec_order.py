"""The order of keys in the specification, for each mapping, and other orders of choice.

The top level follows the order of the chapters. Within most chapters the keys are in alphabetical order; the exceptions are
listed here. Source: the specification's chapters 04 to 14, build, deploy and develop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.patterns import PatternNode

if TYPE_CHECKING:
    from collections.abc import Sequence

# Keys of services; a comment that starts with one of them is a disabled entry.
SERVICE_KEYS = frozenset(
    [
        "annotations",
        "attach",
        "blkio_config",
        "build",
        "cap_add",
        "cap_drop",
        "cgroup",
        "cgroup_parent",
        "command",
        "configs",
        "container_name",
        "cpu_count",
        "cpu_percent",
        "cpu_period",
        "cpu_quota",
        "cpu_rt_period",
        "cpu_rt_runtime",
        "cpu_shares",
        "cpus",
        "cpuset",
        "credential_spec",
        "depends_on",
        "deploy",
        "develop",
        "device_cgroup_rules",
        "devices",
        "dns",
        "dns_opt",
        "dns_search",
        "domainname",
        "entrypoint",
        "env_file",
        "environment",
        "expose",
        "extends",
        "external_links",
        "extra_hosts",
        "gpus",
        "group_add",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "ipc",
        "isolation",
        "label_file",
        "labels",
        "links",
        "logging",
        "mac_address",
        "mem_limit",
        "mem_reservation",
        "mem_swappiness",
        "memswap_limit",
        "models",
        "network_mode",
        "networks",
        "oom_kill_disable",
        "oom_score_adj",
        "pid",
        "pids_limit",
        "platform",
        "ports",
        "post_start",
        "pre_start",
        "pre_stop",
        "privileged",
        "profiles",
        "provider",
        "pull_policy",
        "pull_refresh_after",
        "read_only",
        "restart",
        "runtime",
        "scale",
        "secrets",
        "security_opt",
        "shm_size",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "storage_opt",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "umask",
        "use_api_socket",
        "user",
        "userns_mode",
        "uts",
        "volumes",
        "volumes_from",
        "working_dir",
    ]
)

_ALPHABET: tuple[str, ...] = ()

# Other keys follow the listed ones in alphabetical order; extensions (x-...) come last. A merge key always comes first.
_ORDERS: dict[str, tuple[str, ...]] = {
    "services.*": _ALPHABET,
    "services.*.build": _ALPHABET,
    "services.*.blkio_config": _ALPHABET,
    "services.*.credential_spec": _ALPHABET,
    "services.*.deploy": _ALPHABET,
    "services.*.deploy.placement": _ALPHABET,
    "services.*.deploy.resources": _ALPHABET,
    "services.*.deploy.resources.limits": ("cpus", "memory", "pids"),
    "services.*.deploy.resources.reservations": ("cpus", "memory", "generic_resources", "devices"),
    "services.*.deploy.restart_policy": ("condition", "delay", "max_attempts", "window"),
    "services.*.deploy.rollback_config": ("parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order"),
    "services.*.deploy.update_config": ("parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order"),
    "services.*.depends_on.*": ("restart", "condition", "required"),
    "services.*.develop.watch.*": ("action", "exec", "ignore", "include", "path", "target"),
    "services.*.healthcheck": ("test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"),
    "services.*.logging": ("driver", "options"),
    "services.*.networks.*": _ALPHABET,
    "services.*.configs.*": ("source", "target", "uid", "gid", "mode"),
    "services.*.secrets.*": ("source", "target", "uid", "gid", "mode"),
    "services.*.env_file.*": ("path", "required", "format"),
    "services.*.extends": ("file", "service"),
    "services.*.ports.*": ("name", "target", "host_ip", "published", "protocol", "app_protocol", "mode"),
    "services.*.volumes.*": ("type", "source", "target", "read_only", "bind", "volume", "tmpfs", "image", "consistency"),
    "services.*.volumes.*.bind": ("propagation", "create_host_path", "selinux", "recursive"),
    "services.*.volumes.*.volume": ("nocopy", "subpath", "labels"),
    "include.*": ("path", "project_directory", "env_file"),
    "networks.*": _ALPHABET,
    "networks.*.ipam": ("driver", "config", "options"),
    "networks.*.ipam.config.*": ("subnet", "ip_range", "gateway", "aux_addresses"),
    "volumes.*": _ALPHABET,
    "configs.*": ("file", "environment", "content", "external", "name"),
    "secrets.*": ("file", "environment", "external", "name"),
}
# Top-level extensions contain shared values, so they come early.
_TOP = ("version", "name", "x-", "include", "services", "models", "networks", "volumes", "configs", "secrets")


# Stands for the keys that an order does not list; they keep their relative order.
REST = "..."
# The defaults of dclint's rules service-keys-order and top-level-properties-order.
DCLINT_GROUPS: dict[str, tuple[str, ...]] = {
    "Core Definitions": ("image", "build", "container_name"),
    "Service Dependencies": ("depends_on",),
    "Data Management and Configuration": ("volumes", "volumes_from", "configs", "secrets"),
    "Environment Configuration": ("environment", "env_file"),
    "Networking": ("ports", "networks", "network_mode", "extra_hosts"),
    "Runtime Behavior": ("command", "entrypoint", "working_dir", "restart", "healthcheck"),
    "Operational Metadata": ("logging", "labels"),
    "Security and Execution Context": ("user", "isolation"),
}
_DCLINT: dict[str, tuple[str, ...]] = {
    "": ("x-", "version", "name", "include", "services", "networks", "volumes", "secrets", "configs", REST),
    "services.*": (*(key for keys in DCLINT_GROUPS.values() for key in keys), REST),
}
PRESETS: dict[str, dict[str, tuple[str, ...]]] = {"spec": {"": _TOP, **_ORDERS}, "dclint": _DCLINT}


def places(order: str | tuple[str, ...]) -> PatternNode[tuple[str, ...]]:
    """Return the mappings with an order of keys, as a pattern tree. `order`: the name of a preset, or the keys of services."""
    root: PatternNode[tuple[str, ...]] = PatternNode()
    chosen = PRESETS[order] if isinstance(order, str) else {"services.*": order if REST in order else (*order, REST)}
    for pattern, keys in chosen.items():
        root.add(pattern, keys)
    return root


def order_problem(keys: Sequence[str]) -> str:
    """Return the problem with an order of service keys; "" for a valid one."""
    from difflib import get_close_matches

    for key in keys:
        if key not in SERVICE_KEYS and key != REST and not key.startswith("x-"):
            near = get_close_matches(key, SERVICE_KEYS, 1, 0.75)
            return f'"{key}" is not a key of a service' + (f'; did you mean "{near[0]}"?' if near else "")
        if keys.count(key) > 1:
            return f'"{key}" is listed twice'
    return "" if set(keys) - {REST} else "it lists no key"


def rank(key: str, order: tuple[str, ...]) -> tuple[int, str]:
    """Return the sort rank of a key: lower ranks come first."""
    if key == "<<":
        return -1, ""
    if key in order:
        return order.index(key), ""
    if REST in order and not (key.startswith("x-") and "x-" in order):
        return order.index(REST), ""
    if key.startswith("x-"):
        # Extensions keep their relative order.
        return (order.index("x-"), "") if "x-" in order else (len(order) + 1, "")
    return len(order), key
