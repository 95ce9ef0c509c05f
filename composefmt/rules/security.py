"""Opt-in rules for the rights of a container on its host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Fix, Severity
from composefmt.rules._fixes import added, deleted, written
from composefmt.rules._project import plain, whole_service
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.values import Entries

_SERVICE = "services.*"


@rule("privileged", Severity.WARNING, "services.*.privileged", group="security", scope="project", default=False)
def privileged(element: Element) -> Iterator[Problem]:
    """Checks for privileged containers.

    A privileged container has all capabilities and access to all devices, so it can take over the host.

    Bad:

        services:
          agent:
            image: my/agent
            privileged: true

    Good:

        services:
          agent:
            image: my/agent
            cap_add: [NET_ADMIN]

    Source: Docker's documentation, "Runtime privilege and Linux capabilities".
    """
    node = element.node
    if type(node) is Scalar and node.value.lower() in ("true", "yes", "on"):
        yield Problem(
            node.span,
            f'service "{element.service}" is privileged and has full control over the host',
            'remove "privileged", and add the required capabilities and devices',
            deleted(element.file, element.key),
        )


@rule(
    "host-namespace", Severity.WARNING, *(f"services.*.{key}" for key in ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")),
    group="security", default=False,
)  # fmt: skip
def host_namespace(element: Element) -> Iterator[Problem]:
    """Checks for containers that share a namespace with the host.

    Such a container can access the host's processes, network or memory.

    Bad:

        services:
          agent:
            image: my/agent
            pid: host

    Good:

        services:
          agent:
            image: my/agent

    Source: CIS Docker Benchmark 5.9, 5.15, 5.16, 5.20, 5.30.
    """
    node = element.node
    if type(node) is Scalar and node.value == "host":
        fix = deleted(element.file, element.key)
        yield Problem(
            node.span,
            f'service "{element.service}" shares the {_NAMESPACES[str(element.path[-1])]} of the host',
            f'remove "{element.path[-1]}: host"',
            fix,
        )


_NAMESPACES = {
    "network_mode": "network namespace",
    "pid": "PID namespace",
    "ipc": "IPC namespace",
    "uts": "UTS namespace",
    "userns_mode": "user namespace",
    "cgroup": "cgroup namespace",
}


@rule("dangerous-capability", Severity.WARNING, "services.*.cap_add.*", group="security", scope="project", default=False)
def dangerous_capability(element: Element) -> Iterator[Problem]:
    """Checks for capabilities that allow a container to take over the host.

    Capabilities such as `SYS_ADMIN` are nearly equivalent to root on the host.

    Bad:

        services:
          agent:
            image: my/agent
            cap_add: [SYS_ADMIN]

    Good:

        services:
          agent:
            image: my/agent
            cap_add: [NET_BIND_SERVICE]

    Source: capabilities(7); CIS Docker Benchmark 5.3.
    """
    node = element.node
    if type(node) is Scalar and node.value.upper().removeprefix("CAP_") in _DANGEROUS:
        yield Problem(
            node.span,
            f'service "{element.service}" can take over the host with capability "{node.value}"',
            "remove it, and add only the required capabilities",
            deleted(element.file, node),
        )


_DANGEROUS = frozenset(("ALL", "BPF", "DAC_READ_SEARCH", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_TIME"))


@rule("unconfined-profile", Severity.WARNING, "services.*.security_opt.*", group="security", scope="project", default=False)
def unconfined_profile(element: Element) -> Iterator[Problem]:
    """Checks for containers that disable seccomp, AppArmor or SELinux.

    These profiles limit the damage that a compromised container can cause.

    Bad:

        services:
          agent:
            image: my/agent
            security_opt: ["seccomp:unconfined"]

    Good:

        services:
          agent:
            image: my/agent
            security_opt: ["seccomp:./profile.json"]

    Source: Docker's documentation, "Seccomp security profiles for Docker"; CIS Docker Benchmark 5.1, 5.2, 5.21.
    """
    node = element.node
    if type(node) is Scalar and pattern(r"(?:seccomp|apparmor|systempaths)[:=]unconfined|label[:=]disable").fullmatch(node.value):
        yield Problem(
            node.span,
            f'service "{element.service}" disables a security profile with "{node.value}"',
            "remove it, or use a custom profile",
            deleted(element.file, node),
        )


@rule("missing-no-new-privileges", Severity.WARNING, _SERVICE, group="security", scope="project", default=False)
def missing_no_new_privileges(element: Element) -> Iterator[Problem]:
    """Checks for services without `no-new-privileges`.

    Without it, programs in the container can gain privileges, for example by files with the set-user-ID bit.

    Bad:

        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx
            security_opt: ["no-new-privileges:true"]

    Source: CIS Docker Benchmark 5.25; the kernel's documentation of no_new_privs.
    """
    found = whole_service(element)
    if found is None:
        return
    key, entries = found
    options = element.file.items(entries["security_opt"][1]) if "security_opt" in entries else []
    texts = [item.value for item in map(resolve, options) if type(item) is Scalar]
    if not any(text in ("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true") for text in texts):
        yield Problem(
            key.span,
            f'service "{element.service}" allows processes to gain privileges',
            'add "security_opt: [no-new-privileges:true]"',
            _without_new_privileges(element, entries),
        )


def _without_new_privileges(element: Element, entries: Entries) -> Fix | None:
    option = "no-new-privileges:true"
    if "security_opt" not in entries:
        return added(element.file, element.node, ("security_opt",), [option])
    options = entries["security_opt"][1]
    return Fix.of(f'add "{option}"', element.file.changes.append(options, option) if type(options) is Sequence else (), safe=False)


@rule("runs-as-root", Severity.WARNING, _SERVICE, group="security", scope="project", default=False)
def runs_as_root(element: Element) -> Iterator[Problem]:
    """Checks for containers that run as root or do not set a user.

    Root in a container has more ways to attack the host. Without `user`, the image decides, and most images use root.

    Bad:

        services:
          web:
            image: nginx
            user: root

    Good:

        services:
          web:
            image: nginx
            user: "1000:1000"

    Source: CIS Docker Benchmark 4.1.
    """
    found = whole_service(element)
    if found is None:
        return
    key, entries = found
    user = value_of(entries, "user")
    if user is None:
        yield Problem(
            key.span, f'service "{element.service}" does not set "user" and may run as root', 'add a user, such as "user: 1000:1000"'
        )
    elif type(user) is Scalar and user.value.partition(":")[0] in ("root", "0"):
        yield Problem(user.span, f'service "{element.service}" runs as root', 'use another user, such as "1000:1000"')


@rule("writable-root", Severity.WARNING, _SERVICE, group="security", scope="project", default=False)
def writable_root(element: Element) -> Iterator[Problem]:
    """Checks for containers with a writable root file system.

    An attacker can change the programs of a writable container.

    Bad:

        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx
            read_only: true
            tmpfs: [/tmp, /run]

    Source: CIS Docker Benchmark 5.12.
    """
    found = whole_service(element)
    if found is None:
        return
    key, entries = found
    node = plain(entries, "read_only")
    if "read_only" not in entries or (node is not None and node.value.lower() == "false"):
        span = node.span if node is not None else key.span
        message = f'service "{element.service}" has a writable root file system'
        fix = written(element.file, node, True) if node is not None else added(element.file, element.node, ("read_only",), True)
        yield Problem(span, message, 'add "read_only: true", and "tmpfs" for writable directories', fix)


@rule("device-access", Severity.WARNING, "services.*.devices.*", group="security", scope="project", default=False)
def device_access(element: Element) -> Iterator[Problem]:
    """Checks for devices that expose the disks or the memory of the host.

    The container can read and change all data on the device, including the files of the host.

    Bad:

        services:
          agent:
            image: my/agent
            devices: ["/dev/sda:/dev/sda"]

    Good:

        services:
          agent:
            image: my/agent
            devices: ["/dev/ttyUSB0:/dev/ttyUSB0"]

    Source: CIS Docker Benchmark 5.17.
    """
    node = element.node
    if type(node) is Mapping:
        source = plain(element.file.entries(node), "source")
    else:
        source = node if type(node) is Scalar else None
    if source is not None and pattern(r"/dev/(?:[shv]d[a-z]+[0-9]*|nvme[0-9].*|mem|kmem|port|mapper/.*|disk/.*|dm-[0-9]+)").fullmatch(
        source.value.partition(":")[0]
    ):
        yield Problem(
            source.span,
            f'service "{element.service}" can read and write the host device "{source.value.partition(":")[0]}"',
            "use a bind mount of the required directory",
        )
