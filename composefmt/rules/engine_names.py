"""Rules about names, addresses and platforms that Docker Engine does not accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._fixes import nearest, written
from composefmt.rules._project import is_active, plain
from composefmt.rules._services import in_service, service_entries
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("invalid-hostname", Severity.WARNING, "services.*.hostname", "services.*.domainname", group="values", scope="project")
def invalid_hostname(element: Element) -> Iterator[Problem]:
    """Detects host names that are too long, and those with characters that host names cannot have.

    Linux limits a host name to 64 bytes, so Docker Engine refuses to create the container; that is an error. Other characters than
    letters, digits, dots and hyphens are passed on, but programs in the container refuse such a name. Underscores are not reported,
    because most programs accept them.

    Bad:

        services:
          web:
            image: nginx
            hostname: my host!

    Good:

        services:
          web:
            image: nginx
            hostname: my-host

    Source: Moby, daemon/daemon_unix.go, verifyPlatformContainerSettings; hostname(7).
    """
    node, key = element.node, str(element.path[-1])
    if type(node) is not Scalar or not node.value or "$" in node.value:
        return
    name = node.value
    if len(name.encode()) > _LONGEST and key == "hostname":
        sure = is_active(element.file, element.service)
        yield Problem(
            node.span,
            f'service "{element.service}": hostname "{name[:20]}..." has {len(name.encode())} bytes, but the limit is {_LONGEST}',
            "use a shorter name",
            severity=Severity.ERROR if sure else None,
        )
    elif not pattern(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?").fullmatch(name):
        yield Problem(node.span, f'service "{element.service}": invalid {key} "{name}"', "use letters, digits, dots and hyphens")


_LONGEST = 64


@rule("invalid-mac-address", Severity.ERROR, "services.*.mac_address", "services.*.networks.*.mac_address", group="values", scope="project")
def invalid_mac_address(element: Element) -> Iterator[Problem]:
    """Detects malformed MAC addresses.

    Docker Compose refuses to create the container with "invalid MAC address".

    Bad:

        services:
          web:
            image: nginx
            mac_address: 02:42:ac:11:00

    Good:

        services:
          web:
            image: nginx
            mac_address: 02:42:ac:11:00:02

    Source: Docker Compose, pkg/compose/create.go, parseMACAddr; Go's net.ParseMAC.
    """
    node, file = element.node, element.file
    if type(node) is not Scalar or not node.value or "$" in node.value or not is_active(file, element.service):
        return
    if in_service(element, "network_mode") or pattern(_MAC).fullmatch(node.value):
        return
    meant = ":".join(pattern(r"[0-9A-Fa-f]{1,2}").findall(node.value))
    fixable = pattern(r"[0-9A-Fa-f]{12}").fullmatch(node.value)
    yield Problem(
        node.span,
        f'service "{element.service}": invalid MAC address "{node.value}"',
        f'use "{meant}"' if fixable else 'use six pairs of hexadecimal digits, such as "02:42:ac:11:00:02"',
        written(file, node, meant) if fixable else None,
    )


_PAIR, _FOUR = r"[0-9A-Fa-f]{2}", r"[0-9A-Fa-f]{4}"
# 6, 8 or 20 bytes, as Go's net.ParseMAC reads them.
_MAC = "|".join(
    [rf"{_PAIR}(?:{sign}{_PAIR}){{{count - 1}}}" for sign in ":-" for count in (6, 8, 20)]
    + [rf"{_FOUR}(?:\.{_FOUR}){{{count - 1}}}" for count in (3, 4, 10)]
)


@rule("reserved-network-name", Severity.ERROR, "networks.*.name", group="networks", scope="project")
def reserved_network_name(element: Element) -> Iterator[Problem]:
    """Detects networks with the name of a network that Docker Engine defines itself: `host`, `bridge`, `none` and `default`.

    Docker Engine refuses to create such a network, and Docker Compose cannot attach a service to the existing one, because it gives
    each service an alias: "network-scoped aliases are only supported for user-defined networks". The network mode of the service
    selects these networks. An external network of this name is a warning, because Swarm accepts it.

    Bad:

        services: {web: {image: nginx, networks: [outside]}}
        networks:
          outside:
            name: host

    Good:

        services:
          web:
            image: nginx
            network_mode: host

    Source: Moby, daemon/network.go, createNetwork, and daemon/container_operations.go, validateEndpointSettings.
    """
    node = element.node
    if type(node) is not Scalar or node.value not in _RESERVED:
        return
    external = plain(element.file.entries(element.file.defined("networks").get(str(element.path[1]))), "external")
    yield Problem(
        node.span,
        f'network "{element.path[1]}": name "{node.value}" is reserved for a network of Docker Engine',
        f'use another name, or "network_mode: {node.value}" in the services' if node.value != "default" else "use another name",
        severity=Severity.WARNING if external is not None else None,
    )


_RESERVED = ("host", "bridge", "none", "default")


@rule("invalid-resource-name", Severity.WARNING, "networks.*.name", "volumes.*.name", group="values", scope="project")
def invalid_resource_name(element: Element) -> Iterator[Problem]:
    """Detects names of networks and volumes with characters that Docker Engine or Swarm refuse.

    The name of a volume consists of at least two letters, digits, underscores, dots and hyphens, and starts with a letter or digit;
    otherwise the local driver refuses to create it. Docker Engine accepts any name for a network that is not on a swarm, but names
    with spaces or slashes break its use on the command line and in host names. Volumes of other drivers are not reported.

    Bad:

        services: {web: {image: nginx, volumes: ["data:/data"]}}
        volumes:
          data:
            name: my data

    Good:

        services: {web: {image: nginx, volumes: ["data:/data"]}}
        volumes:
          data:
            name: my-data

    Source: Moby, daemon/volume/local/local.go, validateName; SwarmKit, manager/controlapi, validateAnnotations.
    """
    node, section = element.node, str(element.path[0])
    if type(node) is not Scalar or not node.value or "$" in node.value:
        return
    entries = element.file.entries(element.file.defined(section).get(str(element.path[1])))
    driver = plain(entries, "driver")
    if section == "volumes" and driver is not None and driver.value != "local":
        return
    kind, least = ("volume", 2) if section == "volumes" else ("network", 1)
    if len(node.value) < least or not pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]*").fullmatch(node.value):
        meant = pattern(r"[^A-Za-z0-9_.-]+").sub("-", node.value).strip("-_.")
        better = meant if len(meant) >= least and meant != node.value else ""
        advice = f'use "{better}"' if better else "use at least two letters, digits, underscores, dots or hyphens"
        fix = written(element.file, node, better) if better and "external" not in entries else None
        yield Problem(node.span, f'{kind} "{element.path[1]}": invalid {kind} name "{node.value}"', advice, fix)


_SYSTEMS = "aix android darwin dragonfly freebsd hurd illumos ios js linux macos nacl netbsd openbsd plan9 solaris wasip1 windows wasi zos"
_ARCHITECTURES = (
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64"
    " s390 s390x sparc sparc64 wasm wasm32 aarch64 armhf armel i386 x86_64 x86-64"
)


@rule("unknown-platform", Severity.WARNING, "services.*.platform", "services.*.build.platforms.*", group="values", scope="project")
def unknown_platform(element: Element) -> Iterator[Problem]:
    """Detects platforms with an unknown operating system or architecture.

    No image exists for such a platform, so Docker fails to pull or build it. A platform has the form `os/architecture/variant`, as
    in `linux/arm/v7`.

    Bad:

        services:
          web:
            image: nginx
            platform: linux/amd46

    Good:

        services:
          web:
            image: nginx
            platform: linux/amd64

    Source: Compose Specification, 05-services, `platform`; containerd's package platforms, Parse.
    """
    node = element.node
    if type(node) is not Scalar or not node.value or "$" in node.value or element.path[-1] == "local":
        return
    known = _nearby_platforms(node.value.lower().split("/"))
    if known is not None:
        advice, fix = nearest(element, node, node.value.lower(), known, 'use a platform such as "linux/amd64"')
        yield Problem(node.span, f'service "{element.service}": unknown platform "{node.value}"', advice, fix)


def _nearby_platforms(parts: list[str]) -> list[str] | None:
    """Return known platforms that differ from an unknown one in its unknown part; None for a known platform."""
    systems, architectures = _SYSTEMS.split(), _ARCHITECTURES.split()
    system, architecture, variant = parts[0].partition("(")[0], parts[1:2], parts[2:]
    if len(variant) > 1:
        return []
    if not architecture:
        return None if system in (*systems, *architectures) else [f"linux/{each}" for each in architectures]
    if system not in systems:
        return ["/".join((each, *parts[1:])) for each in systems]
    return None if architecture[0] in architectures else ["/".join((system, each, *variant)) for each in architectures]


@rule("build-policy-without-build", Severity.WARNING, "services.*.pull_policy", group="images", scope="project")
def build_policy_without_build(element: Element) -> Iterator[Problem]:
    """Detects `pull_policy: build` on services without a `build`.

    Docker Compose neither pulls nor builds the image, so the service only starts if the image already exists on the host.

    Bad:

        services:
          web:
            image: nginx
            pull_policy: build

    Good:

        services:
          web:
            build: .
            image: my/web
            pull_policy: build

    Source: Docker Compose, pkg/compose/pull.go, mustPull, and pkg/compose/build.go.
    """
    node, file = element.node, element.file
    if type(node) is not Scalar or node.value != "build":
        return
    if not service_entries(element).keys() & {"build", "extends", "provider"}:
        message = f'service "{element.service}": "pull_policy: build" has nothing to build'
        yield Problem(node.span, message, 'add "build", or use "pull_policy: missing"', written(file, node, "missing"))
