"""Rules about networks: names on them, and what their drivers need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._project import plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("alias-conflict", Severity.WARNING, "services", group="networks", default=False)
def alias_conflict(element: Element) -> Iterator[Problem]:
    """A name on a network stands for two services: which of them answers is left to chance.

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

    Source: the specification's 05-services, `aliases`.
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
                f'service "{service}": on network "{network}" the name "{alias.value}" stands for "{other}" as well',
                "choose another alias",
            )


@rule("driver-options", Severity.WARNING, "networks.*", group="networks")
def driver_options(element: Element) -> Iterator[Problem]:
    """A network has no interface of the host to use, or a driver that takes no settings.

    A macvlan or ipvlan network without `parent` reaches nothing outside of it unless that is meant (`internal: true`).

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
    # A network made for Swarm takes its options from another one.
    if "parent" not in file.entries(entries["driver_opts"][1] if "driver_opts" in entries else None) and "config_from" not in entries:
        yield Problem(
            driver.span,
            f'network "{element.path[1]}": the driver {driver.value} has no interface of the host to use',
            'name it: "driver_opts: {parent: eth0}", or write "internal: true"',
        )
