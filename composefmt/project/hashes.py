"""The configuration hash by which Docker Compose decides whether a service's container is up to date.

It covers the service's JSON, without what may change while the container stays. The order of fields is significant.
Source: docker/compose, pkg/compose/hash.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project.output import whole_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from composefmt.project.environment import Reading
    from composefmt.project.model import Model
    from composefmt.project.project import Project

_LEFT_OUT = ("build", "pull_policy", "scale", "depends_on", "profiles")

# Fields that are not listed come after these.
_FIELDS = (
    "annotations attach develop blkio_config cap_add cap_drop cgroup_parent cgroup cpu_count cpu_percent cpu_period cpu_quota"
    " cpu_rt_period cpu_rt_runtime cpus cpuset cpu_shares command configs container_name credential_spec deploy"
    " device_cgroup_rules devices dns dns_opt dns_search dockerfile domainname entrypoint provider environment env_file expose"
    " extends external_links extra_hosts group_add gpus hostname healthcheck image init ipc isolation labels label_file links"
    " logging log_driver log_opt mem_limit mem_reservation memswap_limit mem_swappiness mac_address models net network_mode"
    " networks oom_kill_disable oom_score_adj pid pids_limit platform ports privileged read_only restart runtime secrets"
    " security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user"
    " userns_mode uts volume_driver volumes volumes_from working_dir pre_start post_start pre_stop pull_refresh_after"
)
_ORDER = {name: place for place, name in enumerate(_FIELDS.split())}


def service_hashes(project: Project, names: Sequence[str], reading: Reading | None) -> dict[str, str]:
    """Return the hashes of some services of a project made for JSON; `reading`: their env files have to be read.

    Raises ProjectError.
    """
    from composefmt.project.environment import resolve_environment

    chosen = {name: project.services[name] for name in names}
    if reading is not None:
        resolve_environment({"services": chosen}, reading)
    return {name: service_hash(service, project.environment) for name, service in chosen.items()}


def service_hash(service: Model, environment: Mapping[str, str]) -> str:
    """Return the hash of a service with resolved env files, made for JSON; `environment` may set a build platform."""
    from hashlib import sha256
    from json import dumps

    kept = {key: value for key, value in service.items() if key not in _LEFT_OUT}
    deploy = kept.get("deploy")
    if isinstance(deploy, dict):
        kept["deploy"] = {key: value for key, value in deploy.items() if key != "replicas"}
    if "build" in service and "platform" not in kept and environment.get("DOCKER_DEFAULT_PLATFORM"):
        kept["platform"] = environment["DOCKER_DEFAULT_PLATFORM"]
    ordered = {key: whole_numbers(kept[key]) for key in sorted(kept, key=lambda key: (_ORDER.get(key, len(_ORDER)), key))}
    data = dumps(ordered, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        data = data.replace(character, f"\\u{ord(character):04x}")
    return sha256(data.encode()).hexdigest()
