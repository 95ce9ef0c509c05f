"""Rules on networks: aliases and driver options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._fixes import written
from composefmt.rules._project import plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.scalars import Timestamp, scalar_value
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("alias-conflict", Severity.WARNING, "services", group="networks", scope="project", default=False)
def alias_conflict(element: Element) -> Iterator[Problem]:
    """Detects network aliases that refer to more than one service.

    Docker's DNS resolves such a name to the containers of both services, so a request may reach the wrong one.

    Bad:

        services:
          web: {image: nginx, networks: {n: {aliases: [api]}}}
          api: {image: my/api, networks: [n]}
        networks: {n: }

    Good:

        services:
          web: {image: nginx, networks: {n: {aliases: [front]}}}
          api: {image: my/api, networks: [n]}
        networks: {n: }

    Source: Compose Specification, 05-services, `aliases`.
    """
    file = element.file
    owners: dict[tuple[str, str], str] = {}
    aliases: list[tuple[str, str, Scalar]] = []
    for service, (_, value) in file.entries(element.node).items():
        own = file.entries(value)
        node = value_of(own, "networks")
        names = [item.value for item in map(resolve, file.items(node)) if type(item) is Scalar] or list(file.entries(node))
        for network in names:
            owners[network, service] = service
            settings = file.entries(file.entries(node)[network][1]) if network in file.entries(node) else {}
            listed = map(resolve, file.items(settings["aliases"][1]) if "aliases" in settings else ())
            aliases += [(network, service, alias) for alias in listed if type(alias) is Scalar and "$" not in alias.value]
    for network, service, alias in aliases:
        other = owners.setdefault((network, alias.value), service)
        if other != service:
            yield Problem(
                alias.span,
                f'service "{service}": alias "{alias.value}" on network "{network}" also refers to service "{other}"',
                "use another alias",
            )


@rule("driver-options", Severity.WARNING, "networks.*", group="networks", scope="project")
def driver_options(element: Element) -> Iterator[Problem]:
    """Detects macvlan and ipvlan networks without a parent interface.

    Without the driver option `parent`, Docker attaches the network to a dummy interface, so containers cannot reach anything
    outside of it. `internal: true` states that this is intended.

    Bad:

        services: {web: {image: nginx, networks: [lan]}}
        networks:
          lan:
            driver: macvlan

    Good:

        services: {web: {image: nginx, networks: [lan]}}
        networks:
          lan:
            driver: macvlan
            driver_opts:
              parent: eth0

    Source: Docker's documentation of the macvlan and ipvlan drivers.
    """
    file = element.file
    entries = file.entries(element.node)
    driver, internal = plain(entries, "driver"), plain(entries, "internal")
    if driver is None or driver.value not in ("macvlan", "ipvlan") or (internal is not None and internal.value.lower() == "true"):
        return
    # `config_from` takes the options from another network (Swarm).
    if "parent" not in file.entries(entries["driver_opts"][1] if "driver_opts" in entries else None) and "config_from" not in entries:
        yield Problem(
            driver.span,
            f'network "{element.path[1]}": driver "{driver.value}" has no parent interface',
            'set "driver_opts: {parent: eth0}", or "internal: true" for an isolated network',
        )


@rule(
    "extra-hosts-form",
    Severity.ERROR,
    "services.*.extra_hosts.*",
    "services.*.build.extra_hosts.*",
    "services.*.pre_start.*.extra_hosts.*",
    group="networks",
    scope="project",
)
def extra_hosts_form(element: Element) -> Iterator[Problem]:
    """Detects extra hosts without an address, or with spaces around the name or the address.

    Docker Compose refuses a host without an address. It keeps spaces and passes them on. From version 29 the engine refuses
    an address with spaces when the container is created ("invalid IP address in add-host"); older engines remove them. A
    space around the name becomes part of the name.

    Bad:

        services:
          web:
            image: nginx
            extra_hosts: [somehost]

    Good:

        services:
          web:
            image: nginx
            extra_hosts: ["somehost=10.0.0.1"]

    Source: compose-go, types/hostList.go; moby/moby, daemon/pkg/opts/hosts.go, ValidateExtraHost, and the migration of
    older containers in daemon/daemon.go.
    """
    node = element.node
    # The reference makes a text with colons of a point in time.
    if (
        type(node) is Scalar
        and isinstance(element.path[-1], int)
        and not set(node.value) & set(":=$")
        and type(scalar_value(node)) is not Timestamp
    ):
        is_address = node.value.replace(".", "").isdecimal()
        name, _, address = node.value.strip().partition(" ")
        if address:
            advice = f'use "{name}={address.strip() if address.strip()[:1].isdecimal() else "10.0.0.1"}"'
        else:
            advice = f'use "name={node.value}"' if is_address else f'use "{node.value or "name"}=10.0.0.1"'
        yield Problem(node.span, f'service "{element.service}": extra host "{node.value}" has no address', advice)
    else:
        yield from _spaced_host(element)


def _spaced_host(element: Element) -> Iterator[Problem]:
    """Report spaces around the name or the addresses of an extra host, in a list or a mapping."""
    node, key = element.node, element.key
    if type(node) is not Scalar or "$" in node.value:
        return
    in_list = isinstance(element.path[-1], int)
    separator = ("=" if "=" in node.value else ":") if in_list else ""
    name, sign, addresses = node.value.partition(separator) if in_list else (key.value if type(key) is Scalar else "", "", node.value)
    plain_name = name.strip()
    # Only a list item may hold several addresses in one string.
    plain_addresses = ",".join(part.strip() for part in addresses.split(",")) if in_list else addresses.strip()
    if (in_list and not sign) or not plain_name or not plain_addresses or " " in plain_name + plain_addresses:
        return
    if plain_addresses != addresses:
        fixed = f"{plain_name}{sign}{plain_addresses}" if in_list else plain_addresses
        reason = "which Docker Engine refuses from version 29"
        yield Problem(
            node.span,
            f'service "{element.service}": the address of extra host "{plain_name}" has spaces, {reason}',
            f'use "{fixed}"',
            written(element.file, node, fixed),
            severity=Severity.WARNING,
        )
    elif plain_name != name:
        fixed = f"{plain_name}{sign}{plain_addresses}" if in_list else plain_name
        yield Problem(
            node.span if in_list or key is None else key.span,
            f'service "{element.service}": the spaces around extra host "{plain_name}" are part of its name',
            f'use "{fixed}"',
            written(element.file, node, fixed) if in_list else None,
            severity=Severity.WARNING,
        )
