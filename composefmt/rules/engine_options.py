"""Rules about options that Docker Engine or its container runtime refuses: security options, kernel parameters and tmpfs options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import text_span
from composefmt.findings import Severity
from composefmt.rules._fixes import nearest, written
from composefmt.rules._services import in_service
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

# Those without and those with a value.
_FLAGS = ("no-new-privileges", "writable-cgroups", "disable")
_SECURITY_OPTIONS = ("apparmor", "credentialspec", "label", "no-new-privileges", "seccomp", "systempaths", "writable-cgroups")
_BOOLEANS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")


@rule("unknown-security-option", Severity.WARNING, "services.*.security_opt.*", group="values", scope="project")
def unknown_security_option(element: Element) -> Iterator[Problem]:
    """Detects security options that Docker Engine does not know, or whose value is missing or invalid.

    Docker Engine refuses to create the container with "invalid --security-opt". The cause is often an underscore instead of a
    hyphen. `systempaths=unconfined` only works with an equals sign.

    Bad:

        services:
          web:
            image: nginx
            security_opt: ["no_new_privileges:true"]

    Good:

        services:
          web:
            image: nginx
            security_opt: ["no-new-privileges:true"]

    Source: Moby, daemon/daemon_unix.go, parseSecurityOpt; Docker Compose, pkg/compose/create.go, parseSecurityOpts.
    """
    node = element.node
    if type(node) is not Scalar or not node.value or "$" in node.value:
        return
    found = pattern(r"([^=:]*)([=:]?)(.*)").match(node.value)
    name, sign, value = found.groups() if found else ("", "", "")
    if "=" in node.value:
        name, sign, value = node.value.partition("=")
    what = f'service "{element.service}": security option "{node.value}"'
    if name not in _SECURITY_OPTIONS and not (name == "disable" and not sign):
        meant = name.strip().lower().replace("_", "-").replace(" ", "-")
        known = [f"{each}{sign}{value}" for each in _SECURITY_OPTIONS]
        advice, fix = nearest(element, node, f"{meant}{sign}{value}", known, f"use one of {', '.join(_SECURITY_OPTIONS)}")
        yield Problem(node.span, f'service "{element.service}": unknown security option "{name}"', advice, fix)
    elif not sign and name not in _FLAGS:
        yield Problem(node.span, f"{what} has no value", f'use "{name}=..."')
    elif name in _FLAGS and sign and value not in _BOOLEANS:
        yield Problem(node.span, f"{what} is neither true nor false", f'use "{name}:true"', written(element.file, node, f"{name}:true"))
    elif name == "systempaths" and sign == ":":
        meant = f"systempaths={value}"
        yield Problem(node.span, f"{what} requires an equals sign", f'use "{meant}"', written(element.file, node, meant))


# Parameters of the kernel that belong to the IPC namespace; net.* and fs.mqueue.* are namespaced as a whole.
_IPC_PARAMETERS = frozenset(
    f"kernel.{name}" for name in ("msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced")
)


@rule("unsupported-sysctl", Severity.WARNING, "services.*.sysctls.*", group="values", scope="project")
def unsupported_sysctl(element: Element) -> Iterator[Problem]:
    """Detects kernel parameters that cannot be set for a container.

    Only parameters of the network, IPC and UTS namespaces can be set in `sysctls`, and only if the service does not share this
    namespace with the host. The container runtime refuses to start the container with "sysctl is not in a separate kernel
    namespace". Others, such as `vm.max_map_count`, are set on the host. Services with a `runtime` of their own are not reported.

    Bad:

        services:
          search:
            image: elasticsearch:8.15.0
            sysctls:
              vm.max_map_count: 262144

    Good:

        services:
          web:
            image: nginx
            sysctls:
              net.core.somaxconn: 1024

    Source: runc, libcontainer/configs/validate/validator.go, sysctl.
    """
    node, key = element.node, element.key
    text = key if key is not None else node
    if type(text) is not Scalar or "$" in text.value or in_service(element, "runtime") is not None:
        return
    name = text.value.partition("=")[0].strip()
    if "/" in name.split(".")[0]:
        name = name.replace("/", "\0").replace(".", "/").replace("\0", ".")
    if not name:
        return
    shared = [field for field in ("network_mode", "ipc", "uts") if _is_host(element, field)]
    parameter = f'service "{element.service}": kernel parameter "{name}"'
    if name in _IPC_PARAMETERS or name.startswith("fs.mqueue."):
        needed = "ipc"
    elif name.startswith("net."):
        needed = "network_mode"
    elif name == "kernel.domainname":
        needed = "uts"
    elif name == "kernel.hostname":
        yield Problem(text.span, f'{parameter} cannot be set in "sysctls"', 'use the key "hostname"')
        return
    else:
        yield Problem(text.span, f"{parameter} cannot be set for a container", f"set it on the host: sysctl -w {name}=VALUE")
        return
    if needed in shared:
        advice = f'set it on the host, or remove "{needed}: host"'
        yield Problem(text.span, f'{parameter} cannot be set with "{needed}: host"', advice)


def _is_host(element: Element, field: str) -> bool:
    node = in_service(element, field)
    return type(node) is Scalar and node.value == "host"


_TMPFS_FLAGS = (
    "ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime bind rbind"
    " unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime defaults"
)
_TMPFS_OPTIONS = ("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol")
_TMPFS_VALUES = {"size": r"[0-9]+[kKmMgGtTpPeE%]?", "mode": r"0?[0-7]{1,4}", "uid": r"[0-9]+", "gid": r"[0-9]+"}


@rule("invalid-tmpfs-option", Severity.WARNING, "services.*.tmpfs", "services.*.tmpfs.*", group="volumes", scope="project")
def invalid_tmpfs_option(element: Element) -> Iterator[Problem]:
    """Detects options of a `tmpfs` that Docker Engine or the kernel refuses.

    Docker Engine fails to start the container with "invalid tmpfs option", or with an error of the mount. A size is a number of bytes
    with one of the suffixes k, m, g and %: `64mb` is not valid. A mode is octal.

    Bad:

        services:
          web:
            image: nginx
            tmpfs: ["/run:size=64mb"]

    Good:

        services:
          web:
            image: nginx
            tmpfs: ["/run:size=64m,mode=1777"]

    Source: moby/sys, mount/flags_unix.go, MergeTmpfsOptions; tmpfs(5).
    """
    node = element.node
    if type(node) is not Scalar or ":" not in node.value or "$" in node.value:
        return
    path, _, options = node.value.partition(":")
    start = len(path) + 1
    for option in options.split(",") if options else ():
        span = text_span(element.file.source, node, start, start + len(option))
        start += len(option) + 1
        name, sign, value = option.partition("=")
        if not (name in _TMPFS_OPTIONS if sign else name in _TMPFS_FLAGS.split()):
            known = _TMPFS_FLAGS.split() + [f"{each}={value}" for each in _TMPFS_OPTIONS]
            advice, _ = nearest(element, node, option, known, f"use one of {', '.join(f'{each}=...' for each in _TMPFS_OPTIONS)}")
            yield Problem(span, f'service "{element.service}": unknown tmpfs option "{option}"', advice)
        elif name in _TMPFS_VALUES and not pattern(_TMPFS_VALUES[name]).fullmatch(value):
            advice = 'use a number with "k", "m", "g" or "%"' if name == "size" else "use a number"
            yield Problem(span, f'service "{element.service}": invalid {name} "{value}" of a tmpfs', advice)
