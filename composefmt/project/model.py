"""The canonical model: the fields of every section with their types, in the order in which Docker Compose prints them.

Source: compose-go, types/types.go and its neighbors.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.project import types as t
from composefmt.project.coercion import CastError
from composefmt.project.structs import Listed, Named, Optional, Struct
from composefmt.project.values import Map, ProjectError, place_of, plain

if TYPE_CHECKING:
    from composefmt.project.structs import Type
    from composefmt.project.types import Target

Model = dict[str, object]

_ULIMITS = Named(t.ulimit)
_DEVICE_REQUEST = Struct(
    {"capabilities": t.strings, "driver": t.string, "count": t.device_count, "device_ids": t.strings, "options": t.mapping}
)
_FILE_MOUNT = Struct({"source": t.string, "target": t.string, "uid": t.string, "gid": t.string, "mode": t.file_mode})
_THROTTLE = Struct({"path": t.string, "rate": t.size}, needed={"path": "", "rate": "0"}, names={"path": "Path", "rate": "Rate"})
_BLKIO = Struct(
    {
        "weight": t.integer,
        "weight_device": Listed(
            Struct({"path": t.string, "weight": t.integer}, needed={"path": "", "weight": 0}, names={"path": "Path", "weight": "Weight"})
        ),
        "device_read_bps": Listed(_THROTTLE),
        "device_read_iops": Listed(_THROTTLE),
        "device_write_bps": Listed(_THROTTLE),
        "device_write_iops": Listed(_THROTTLE),
    }
)
_NETWORK_USE = Struct(
    {
        "aliases": t.strings,
        "driver_opts": t.mapping,
        "gw_priority": t.integer,
        "interface_name": t.string,
        "ipv4_address": t.string,
        "ipv6_address": t.string,
        "link_local_ips": t.strings,
        "mac_address": t.string,
        "priority": t.integer,
        "use_service_name_alias": t.optional_boolean,
    }
)
_VOLUME_USE = Struct(
    {
        "type": t.string,
        "source": t.string,
        "target": t.string,
        "read_only": t.boolean,
        "consistency": t.string,
        "bind": Optional(Struct({"selinux": t.string, "propagation": t.string, "create_host_path": t.opt_out, "recursive": t.string})),
        "volume": Optional(Struct({"labels": t.mapping, "nocopy": t.boolean, "subpath": t.string})),
        "tmpfs": Optional(Struct({"size": t.size, "mode": t.integer})),
        "image": Optional(Struct({"subpath": t.string})),
    }
)

# The fields of everything that runs a container: services, jobs, and pre-start hooks.
CONTAINER: dict[str, Type] = {
    "annotations": t.mapping,
    "blkio_config": Optional(_BLKIO),
    "cap_add": t.strings,
    "cap_drop": t.strings,
    "cgroup_parent": t.string,
    "cgroup": t.string,
    "cpu_count": t.integer,
    "cpu_percent": t.number,
    "cpu_period": t.integer,
    "cpu_quota": t.integer,
    "cpu_rt_period": t.integer,
    "cpu_rt_runtime": t.integer,
    "cpus": t.number,
    "cpuset": t.string,
    "cpu_shares": t.integer,
    "command": t.command,
    "configs": Listed(_FILE_MOUNT),
    "credential_spec": Optional(Struct({"config": t.string, "file": t.string, "registry": t.string})),
    "device_cgroup_rules": t.strings,
    "devices": Listed(Struct({"source": t.string, "target": t.string, "permissions": t.string})),
    "dns": t.strings,
    "dns_opt": t.strings,
    "dns_search": t.strings,
    "domainname": t.string,
    "entrypoint": t.command,
    "environment": t.environment,
    "env_file": Listed(Struct({"path": t.string, "required": t.opt_out, "format": t.string})),
    "extra_hosts": t.hosts,
    "group_add": t.strings,
    "gpus": Listed(_DEVICE_REQUEST),
    "hostname": t.string,
    "image": t.string,
    "init": t.optional_boolean,
    "ipc": t.string,
    "isolation": t.string,
    "labels": t.mapping,
    "label_file": t.strings,
    "logging": Optional(Struct({"driver": t.string, "options": t.mapping})),
    "log_driver": t.string,
    "log_opt": t.mapping,
    "mem_limit": t.size,
    "mem_reservation": t.size,
    "memswap_limit": t.size,
    "mem_swappiness": t.size,
    "mac_address": t.string,
    "models": Named(Struct({"endpoint_var": t.string, "model_var": t.string}), null=True),
    "network_mode": t.string,
    "networks": Named(_NETWORK_USE, null=True),
    "oom_kill_disable": t.boolean,
    "oom_score_adj": t.integer,
    "pid": t.string,
    "pids_limit": t.integer,
    "platform": t.string,
    "privileged": t.boolean,
    "pull_policy": t.string,
    "pull_refresh_after": t.string,
    "read_only": t.boolean,
    "runtime": t.string,
    "secrets": Listed(_FILE_MOUNT),
    "security_opt": t.strings,
    "shm_size": t.size,
    "stop_grace_period": t.duration,
    "stop_signal": t.string,
    "storage_opt": t.mapping,
    "sysctls": t.mapping,
    "tmpfs": t.strings,
    "ulimits": _ULIMITS,
    "umask": t.optional_integer,
    "use_api_socket": t.boolean,
    "user": t.string,
    "userns_mode": t.string,
    "uts": t.string,
    "volume_driver": t.string,
    "volumes": Listed(_VOLUME_USE),
    "volumes_from": t.strings,
    "working_dir": t.string,
}
_COMMANDS = {"command": None, "entrypoint": None}

_BUILD = Struct(
    {
        "context": t.string,
        "dockerfile": t.string,
        "dockerfile_inline": t.string,
        "entitlements": t.strings,
        "args": t.environment,
        "provenance": t.string,
        "sbom": t.string,
        "ssh": t.ssh,
        "labels": t.mapping,
        "cache_from": t.strings,
        "cache_to": t.strings,
        "no_cache": t.boolean,
        "no_cache_filter": t.strings,
        "additional_contexts": t.mapping,
        "pull": t.boolean,
        "extra_hosts": t.hosts,
        "isolation": t.string,
        "network": t.string,
        "target": t.string,
        "secrets": Listed(_FILE_MOUNT),
        "shm_size": t.size,
        "tags": t.strings,
        "ulimits": _ULIMITS,
        "platforms": t.strings,
        "privileged": t.boolean,
    }
)
_HEALTHCHECK = Struct(
    {
        "test": t.health_test,
        "timeout": t.duration,
        "interval": t.duration,
        "retries": t.optional_integer,
        "start_period": t.duration,
        "start_interval": t.duration,
        "disable": t.boolean,
    }
)
_PORT = Struct(
    {
        "name": t.string,
        "mode": t.string,
        "host_ip": t.string,
        "target": t.integer,
        "published": t.string,
        "protocol": t.string,
        "app_protocol": t.string,
    }
)
_WORKLOAD: dict[str, Type] = {
    "build": Optional(_BUILD),
    "depends_on": Named(Struct({"condition": t.string, "restart": t.boolean, "required": t.boolean}, needed={"required": False})),
    "dockerfile": t.string,
    "expose": t.texts,
    "healthcheck": Optional(_HEALTHCHECK),
    "ports": Listed(_PORT),
    "stdin_open": t.boolean,
    "tty": t.boolean,
}

_UPDATE = Struct(
    {
        "parallelism": t.optional_integer,
        "delay": t.long_duration,
        "failure_action": t.string,
        "monitor": t.long_duration,
        "max_failure_ratio": t.number,
        "order": t.string,
    }
)
_RESOURCE = Struct(
    {
        "cpus": t.number,
        "memory": t.size,
        "pids": t.integer,
        "devices": Listed(_DEVICE_REQUEST),
        "generic_resources": Listed(
            Struct({"discrete_resource_spec": Optional(Struct({"kind": t.string, "value": t.integer}, needed={"kind": "", "value": 0}))})
        ),
    }
)
_DEPLOY = Struct(
    {
        "mode": t.string,
        "replicas": t.optional_integer,
        "labels": t.mapping,
        "update_config": Optional(_UPDATE),
        "rollback_config": Optional(_UPDATE),
        "resources": Struct({"limits": Optional(_RESOURCE), "reservations": Optional(_RESOURCE)}),
        "restart_policy": Optional(
            Struct({"condition": t.string, "delay": t.duration, "max_attempts": t.optional_integer, "window": t.duration})
        ),
        "placement": Struct(
            {"constraints": t.strings, "preferences": Listed(Struct({"spread": t.string})), "max_replicas_per_node": t.integer}
        ),
        "endpoint_mode": t.string,
    },
    shown={"resources": {}, "placement": {}},
)
_HOOK = Struct(
    {"command": t.command, "user": t.string, "privileged": t.boolean, "working_dir": t.string, "environment": t.environment},
    shown={"command": None},
)
_WATCH = Struct(
    {
        "path": t.string,
        "action": t.string,
        "target": t.string,
        "exec": _HOOK,
        "include": t.strings,
        "ignore": t.strings,
        "initial_sync": t.boolean,
    },
    shown={"exec": {"command": None}},
    needed={"path": "", "action": ""},
)
SERVICE = Struct(
    {
        "profiles": t.strings,
        "deploy": Optional(_DEPLOY),
        "develop": Optional(Struct({"watch": Listed(_WATCH)})),
        "restart": t.string,
        "scale": t.optional_integer,
        "attach": t.optional_boolean,
        "container_name": t.string,
        "provider": Optional(Struct({"type": t.string, "options": t.multi_options})),
        "extends": Optional(Struct({"file": t.string, "service": t.string})),
        "external_links": t.strings,
        "links": t.strings,
        "net": t.string,
        "pre_start": Listed(Struct({**CONTAINER, "per_replica": t.boolean}, shown=_COMMANDS)),
        "post_start": Listed(_HOOK),
        "pre_stop": Listed(_HOOK),
        **CONTAINER,
        **_WORKLOAD,
    },
    shown=_COMMANDS,
)
_SCHEDULE = Struct({"cron": t.string, "timezone": t.string, "concurrency": t.string, "missed_fires": t.string})
_JOB = Struct(
    {
        "profiles": t.strings,
        "triggers": Optional(Struct({"manual": t.optional_boolean, "schedule": Listed(_SCHEDULE)})),
        **CONTAINER,
        **_WORKLOAD,
    },
    shown=_COMMANDS,
)
_POOL = Struct({"subnet": t.string, "gateway": t.string, "ip_range": t.string, "aux_addresses": t.mapping})
_NETWORK = Struct(
    {
        "name": t.string,
        "driver": t.string,
        "driver_opts": t.mapping,
        "ipam": Struct({"driver": t.string, "config": Listed(_POOL), "options": t.mapping}),
        "external": t.boolean,
        "internal": t.boolean,
        "attachable": t.boolean,
        "labels": t.mapping,
        "enable_ipv4": t.optional_boolean,
        "enable_ipv6": t.optional_boolean,
    },
    shown={"ipam": {}},
)
_VOLUME = Struct({"name": t.string, "driver": t.string, "driver_opts": t.mapping, "external": t.boolean, "labels": t.mapping})
_FILE_OBJECT: dict[str, Type] = {
    "name": t.string,
    "file": t.string,
    "environment": t.string,
    "content": t.string,
    "external": t.boolean,
    "labels": t.mapping,
    "driver": t.string,
    "driver_opts": t.mapping,
    "template_driver": t.string,
}
_MODEL = Struct({"name": t.string, "model": t.string, "context_size": t.integer, "runtime_flags": t.strings})


class _Secret(Struct):
    """A secret, whose content is never shown."""

    def __call__(self, value: object, target: Target) -> object:
        found = super().__call__(value, target)
        if isinstance(found, dict):
            found.pop("content", None)
        return found


class _Config(Struct):
    """A config, whose content is shown if it is written inline, not if it comes from the environment."""

    def __call__(self, value: object, target: Target) -> object:
        found = super().__call__(value, target)
        if isinstance(found, dict) and found.get("environment"):
            found.pop("content", None)
        return found


@lru_cache(maxsize=1)
def project_type() -> Struct:
    """Return the type of the whole project."""
    return Struct(
        {
            "name": t.string,
            "services": Named(SERVICE),
            "jobs": Named(_JOB),
            "networks": Named(_NETWORK),
            "volumes": Named(_VOLUME),
            "secrets": Named(_Secret(_FILE_OBJECT)),
            "configs": Named(_Config(_FILE_OBJECT)),
            "models": Named(_MODEL),
        },
        needed={"services": {}},
    )


def to_model(value: Map, target: Target) -> Model:
    """Return the typed model of a project's values. Raises ProjectError for a value of the wrong type."""
    try:
        found = project_type()(plain(value), target)
    except CastError as error:
        path: tuple[str, ...] = getattr(error, "path", ())
        raise ProjectError(f"{'.'.join(path)}: {error}", place_of(value, path), path) from None
    model = found if isinstance(found, dict) else {}
    if target.json:
        model.update((key, plain(part)) for key, part in value.items() if key.startswith("x-"))
    return model
