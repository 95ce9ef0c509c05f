"""Rules about `deploy`, and about keys that only Docker Compose or only Swarm reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._fixes import written
from composefmt.rules._project import plain
from composefmt.rules._publishing import published_ports
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Mapping, Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("placement-constraint", Severity.ERROR, "services.*.deploy.placement.constraints.*", group="deploy", scope="project")
def placement_constraint(element: Element) -> Iterator[Problem]:
    """Detects invalid placement constraints.

    Swarm refuses to create the service. A constraint looks like `node.labels.disk==ssd` or `node.role!=manager`. Docker Compose
    ignores constraints, so the severity is warning unless `engine = "swarm"`.

    Bad:

        services:
          web:
            image: nginx
            deploy:
              placement:
                constraints: [node.role = manager]

    Good:

        services:
          web:
            image: nginx
            deploy:
              placement:
                constraints: [node.role == manager]

    Source: Docker documentation, `docker service create --constraint`; swarmkit's manager/constraint.
    """
    node = element.node
    if type(node) is not Scalar or "$" in node.value:
        return
    key, operator, value = (part.strip() for part in [*re.split(r"(==|!=)", node.value, maxsplit=1), "", ""][:3])
    if not operator or not value or not key:
        message = f'invalid placement constraint "{node.value}": it does not have the form "KEY==VALUE" or "KEY!=VALUE"'
        advice = _constraint_advice(node.value)
    elif key not in _NODE_KEYS and not key.lower().startswith(("node.labels.", "engine.labels.")):
        message = f'unknown node attribute "{key}" in placement constraint "{node.value}"'
        advice = f"use one of {', '.join(sorted(_NODE_KEYS))}, node.labels.NAME"
    else:
        return
    level = Severity.ERROR if element.file.options.engine == "swarm" else Severity.WARNING
    fix = written(element.file, node, advice.split('"')[1]) if advice.startswith('use "') else None
    yield Problem(node.span, f'service "{element.service}": {message}', advice, fix, severity=level)


_NODE_KEYS = frozenset({"node.id", "node.hostname", "node.ip", "node.role", "node.platform.os", "node.platform.arch"})


def _constraint_advice(text: str) -> str:
    name, equals, value = text.partition("=")
    return f'use "{name.strip()}=={value.strip()}"' if equals and value.strip(" =") else 'use a form such as "node.role==manager"'


@rule("update-config", Severity.WARNING, "services.*.deploy.update_config", group="deploy", scope="project", default=False)
def update_config(element: Element) -> Iterator[Problem]:
    """Detects `order: start-first` on a service that publishes a port with `mode: host`.

    The update cannot succeed on the same node: the old container holds the host port until it stops, and the new container needs
    the port to start.

    Bad:

        services:
          web:
            image: nginx
            ports:
              - target: 80
                published: 8080
                mode: host
            deploy:
              update_config:
                order: start-first

    Good:

        services:
          web:
            image: nginx
            ports:
              - target: 80
                published: 8080
                mode: host
            deploy:
              update_config:
                order: stop-first

    Source: Compose Specification, 16-deploy, `update_config`.
    """
    file = element.file
    order = plain(file.entries(element.node), "order")
    own = file.entries(file.get("services", element.service))
    if order is None or order.value != "start-first" or "ports" not in own:
        return
    for item in map(resolve, file.items(own["ports"][1])):
        mode = plain(file.entries(item), "mode")
        for port in published_ports(file, element.service, item) if mode is not None and mode.value == "host" else ():
            yield Problem(
                order.span,
                f'service "{element.service}": "order: start-first" fails because the old container holds host port {port.shown}',
                'use "order: stop-first"',
                written(file, order, "stop-first"),
                related=(Related(port.span(file), "published port"),),
            )
            return


@rule("ignored-by-compose", Severity.INFO, "services.*.deploy", group="deploy", scope="project", default=False)
def ignored_by_compose(element: Element) -> Iterator[Problem]:
    """Detects keys of `deploy` that only Swarm reads.

    Docker Compose ignores them, so they have no effect without Swarm.

    Bad:

        services:
          web:
            image: nginx
            deploy:
              placement:
                constraints: [node.role==manager]

    Good:

        services:
          web:
            image: nginx
            deploy:
              replicas: 2

    Source: Compose Specification, 16-deploy; Docker Compose's own use of the model.
    """
    for name, (key, _) in element.file.entries(element.node).items():
        if name in _SWARM_ONLY:
            yield Problem(
                key.span,
                f'service "{element.service}": "deploy.{name}" is ignored by Docker Compose',
                "remove it unless Swarm uses this file",
            )


_SWARM_ONLY = frozenset({"endpoint_mode", "mode", "placement", "rollback_config", "update_config"})


@rule("ignored-by-swarm", Severity.WARNING, "services.*", group="deploy", scope="project", default=False)
def ignored_by_swarm(element: Element) -> Iterator[Problem]:
    """Detects keys of a service that `docker stack deploy` ignores.

    The keys have no effect under Swarm, so the service behaves differently there.

    Bad:

        services:
          web:
            image: nginx
            container_name: web
            restart: always

    Good:

        services:
          web:
            image: nginx
            deploy:
              restart_policy:
                condition: any

    Source: Docker CLI, cli/compose/types, UnsupportedProperties and DeprecatedProperties.
    """
    for name, (key, _) in element.file.entries(element.node).items():
        if name in _COMPOSE_ONLY:
            advice = _COMPOSE_ONLY[name] or "remove it unless Docker Compose uses this file"
            yield Problem(key.span, f'service "{element.service}": "{name}" is ignored by Swarm', advice)


_RESOURCES = 'use "deploy.resources"'
_COMPOSE_ONLY = {
    "build": "build and push the image before you deploy",
    "container_name": "",
    "cgroup_parent": "",
    "cpu_quota": _RESOURCES,
    "cpu_shares": _RESOURCES,
    "cpuset": _RESOURCES,
    "depends_on": "make the service wait for its dependencies itself",
    "devices": "",
    "domainname": "",
    "expose": "",
    "external_links": "",
    "ipc": "",
    "links": "connect to services on the same network by name",
    "mac_address": "",
    "mem_limit": _RESOURCES,
    "memswap_limit": _RESOURCES,
    "network_mode": 'use "networks"',
    "pid": "",
    "privileged": "",
    "restart": 'use "deploy.restart_policy"',
    "security_opt": "",
    "shm_size": "",
    "userns_mode": "",
    "volumes_from": "",
}


@rule("swarm-network", Severity.WARNING, "networks.*.driver", group="deploy", scope="project", default=False)
def swarm_network(element: Element) -> Iterator[Problem]:
    """Detects networks with the driver `bridge`.

    Under Swarm a bridge network is limited to a single node: services on other nodes are not reachable through it.

    Bad:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            driver: bridge

    Good:

        services: {web: {image: nginx, networks: [n]}}
        networks:
          n:
            driver: overlay

    Source: Docker documentation, "Manage swarm service networks".
    """
    node = element.node
    if type(node) is Scalar and node.value == "bridge":
        fix = written(element.file, node, "overlay")
        yield Problem(
            node.span,
            f'network "{element.path[1]}" with driver "bridge" is limited to a single node',
            'use "driver: overlay" for Swarm',
            fix,
        )


@rule("missing-limits", Severity.INFO, "services.*", group="resources", scope="project", default=False)
def missing_limits(element: Element) -> Iterator[Problem]:
    """Detects services without a memory limit.

    One such service can use all memory of the host, which stops other containers and processes.

    Bad:

        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx
            deploy:
              resources:
                limits:
                  memory: 512m

    Source: CIS Docker Benchmark 5.10.
    """
    file = element.file
    entries = file.entries(element.node)
    if element.key is None or type(element.node) is not Mapping or {"mem_limit", "extends", "provider"} & entries.keys():
        return
    deploy = file.entries(entries["deploy"][1]) if "deploy" in entries else {}
    resources = file.entries(deploy["resources"][1]) if "resources" in deploy else {}
    if "memory" not in (file.entries(resources["limits"][1]) if "limits" in resources else {}):
        yield Problem(element.key.span, f'service "{element.service}" has no memory limit', 'set "deploy.resources.limits.memory"')
