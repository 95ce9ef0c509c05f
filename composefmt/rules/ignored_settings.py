"""Rules about settings that Docker Compose or Docker Engine ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._project import plain
from composefmt.rules._services import in_service
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = ("services.*.secrets.*", "services.*.configs.*")


@rule("ignored-secret-option", Severity.WARNING, *_FILES, group="values", scope="project")
def ignored_secret_option(element: Element) -> Iterator[Problem]:
    """Detects `uid`, `gid` and `mode` of secrets and configs that Docker Compose mounts from a file.

    Docker Compose mounts the file as it is, with the owner and the mode that it has on the host, and prints a warning. The options only
    apply to secrets and configs with `environment` or `content`, and on Swarm.

    Bad:

        services:
          web:
            image: nginx
            secrets:
              - source: certificate
                mode: 0400
        secrets:
          certificate:
            file: ./site.conf

    Good:

        services:
          web:
            image: nginx
            secrets:
              - source: certificate
                mode: 0400
        secrets:
          certificate:
            environment: CERTIFICATE

    Source: Docker Compose, pkg/compose/create.go, buildContainerSecretMounts and buildContainerConfigMounts.
    """
    file, section = element.file, str(element.path[2])
    if type(element.node) is not Mapping or file.options.engine == "swarm":
        return
    entries = file.entries(element.node)
    source = plain(entries, "source")
    definition = file.entries(file.defined(section).get(source.value)) if source is not None else {}
    if source is None or "file" not in definition:
        return
    for key in ("uid", "gid", "mode"):
        if key in entries:
            yield Problem(
                entries[key][0].span,
                f'service "{element.service}": "{key}" has no effect because {section[:-1]} "{source.value}" is a file',
                "set the owner and mode of the file on the host",
                deleted(file, entries[key][0]),
                related=(Related(definition["file"][0].span, "file set here"),),
            )


_OF_NEW_NETWORKS = ("attachable", "driver", "driver_opts", "enable_ipv4", "enable_ipv6", "internal", "ipam", "labels")


@rule("external-network-settings", Severity.WARNING, "networks.*.external", group="networks", scope="project")
def external_network_settings(element: Element) -> Iterator[Problem]:
    """Detects settings of external networks, which have no effect.

    Docker Compose does not create an external network, so its driver, addresses and labels are those with which it was created.

    Bad:

        services: {web: {image: nginx, networks: [proxy]}}
        networks:
          proxy:
            external: true
            driver: bridge

    Good:

        services: {web: {image: nginx, networks: [proxy]}}
        networks:
          proxy:
            external: true

    Source: Compose Specification, 06-networks, `external`; Docker Compose, pkg/compose/create.go, resolveExternalNetwork.
    """
    node, file = element.node, element.file
    if type(node) is Scalar and node.value.lower() != "true":
        return
    entries = file.entries(file.defined("networks").get(str(element.path[1])))
    for key in _OF_NEW_NETWORKS:
        if key in entries:
            yield Problem(
                entries[key][0].span,
                f'network "{element.path[1]}": "{key}" has no effect because the network is external',
                f'remove "{key}", or "external"',
                deleted(file, entries[key][0], f'remove "{key}"'),
                related=(Related((element.key or node).span, "external"),),
            )


@rule(
    "windows-only-key", Severity.INFO, "services.*.credential_spec", "services.*.isolation", "services.*.cpu_count",
    "services.*.cpu_percent", group="portability", scope="project", default=False,
)  # fmt: skip
def windows_only_key(element: Element) -> Iterator[Problem]:
    """Checks for keys that only work with Windows containers.

    Docker Engine on Linux refuses to create a container with `credential_spec` or `isolation`, and ignores `cpu_count` and
    `cpu_percent`.

    Bad:

        services:
          web:
            image: my/web
            credential_spec:
              file: site.json

    Good:

        services:
          web:
            image: my/web
            platform: windows/amd64
            credential_spec:
              file: site.json

    Source: Moby, daemon/daemon_unix.go, parseSecurityOpt and verifyPlatformContainerResources; api/types/container/hostconfig_unix.go.
    """
    platform, node = in_service(element, "platform"), element.node
    if type(platform) is Scalar and platform.value.startswith("windows"):
        return
    if element.key is not None and not (type(node) is Scalar and node.value in ("", "default", "0")):
        key = element.path[-1]
        yield Problem(element.key.span, f'service "{element.service}": "{key}" only works with Windows containers', f'remove "{key}"')
