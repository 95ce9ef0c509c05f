"""Rules about what a container may do to its host; all are a matter of opinion, so they are off unless selected."""

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


@rule("privileged", Severity.WARNING, "services.*.privileged", group="security", default=False)
def privileged(element: Element) -> Iterator[Problem]:
    """A container has all rights over the host.

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
            f'service "{element.service}" is privileged: it has all rights over the host',
            "give it the capabilities and devices that it needs",
            deleted(element.file, element.key),
        )


@rule(
    "host-namespace", Severity.WARNING, *(f"services.*.{key}" for key in ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")),
    group="security", default=False,
)  # fmt: skip
def host_namespace(element: Element) -> Iterator[Problem]:
    """A container shares a namespace with the host, so that it sees the host's processes, network or memory.

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
            node.span, f'service "{element.service}" shares the {_NAMESPACES[str(element.path[-1])]} of the host', "leave it out", fix
        )


_NAMESPACES = {
    "network_mode": "network",
    "pid": "processes",
    "ipc": "shared memory",
    "uts": "host name",
    "userns_mode": "users",
    "cgroup": "control groups",
}


@rule("dangerous-capability", Severity.WARNING, "services.*.cap_add.*", group="security", default=False)
def dangerous_capability(element: Element) -> Iterator[Problem]:
    """A capability that is nearly as good as all rights over the host.

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
            f'service "{element.service}": with the capability {node.value} it can take over the host',
            "give it only what it needs",
            deleted(element.file, node),
        )


_DANGEROUS = frozenset(("ALL", "BPF", "DAC_READ_SEARCH", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_TIME"))


@rule("unconfined-profile", Severity.WARNING, "services.*.security_opt.*", group="security", default=False)
def unconfined_profile(element: Element) -> Iterator[Problem]:
    """The filter of system calls (seccomp), AppArmor or SELinux is switched off for a container.

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
            f'service "{element.service}": "{node.value}" switches a protection off',
            "leave it out, or name a profile",
            deleted(element.file, node),
        )


@rule("missing-no-new-privileges", Severity.WARNING, _SERVICE, group="security", default=False)
def missing_no_new_privileges(element: Element) -> Iterator[Problem]:
    """The programs of a container may gain rights, through files with the set-user-ID bit.

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
            f'service "{element.service}" may gain rights while it runs',
            'write "security_opt: [no-new-privileges:true]"',
            _without_new_privileges(element, entries),
        )


def _without_new_privileges(element: Element, entries: Entries) -> Fix | None:
    option = "no-new-privileges:true"
    if "security_opt" not in entries:
        return added(element.file, element.node, ("security_opt",), [option])
    options = entries["security_opt"][1]
    return Fix.of(f'add "{option}"', element.file.changes.append(options, option) if type(options) is Sequence else (), safe=False)


@rule("runs-as-root", Severity.WARNING, _SERVICE, group="security", default=False)
def runs_as_root(element: Element) -> Iterator[Problem]:
    """A container runs as root, or as whatever user its image names.

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
        yield Problem(key.span, f'service "{element.service}" names no user, so it may run as root', 'write "user: 1000:1000"')
    elif type(user) is Scalar and user.value.partition(":")[0] in ("root", "0"):
        yield Problem(user.span, f'service "{element.service}" runs as root', "name another user")


@rule("writable-root", Severity.WARNING, _SERVICE, group="security", default=False)
def writable_root(element: Element) -> Iterator[Problem]:
    """The files of a container's image can be changed while it runs.

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
        message = f'service "{element.service}" can change the files of its image'
        fix = written(element.file, node, True) if node is not None else added(element.file, element.node, ("read_only",), True)
        yield Problem(span, message, 'write "read_only: true", and tmpfs for what changes', fix)


@rule("device-access", Severity.WARNING, "services.*.devices.*", group="security", default=False)
def device_access(element: Element) -> Iterator[Problem]:
    """A container gets a device through which it can read all of the host's disks or memory.

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
            f'service "{element.service}" can read and write {source.value.partition(":")[0]} of the host',
            "mount a folder of it",
        )
