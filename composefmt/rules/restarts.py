"""Rules about restart policies: `restart` and `deploy.restart_policy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted, nearest
from composefmt.rules._project import plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import scalar_value

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESTARTS = ("no", "always", "on-failure", "unless-stopped")


@rule("unknown-restart-policy", Severity.WARNING, "services.*.restart", group="values", scope="project")
def unknown_restart_policy(element: Element) -> Iterator[Problem]:
    """Detects unknown restart policies.

    Docker Engine refuses to create the container. Only `on-failure` accepts a number of retries, for example `on-failure:3`.

    Bad:

        services:
          web:
            image: nginx
            restart: unless-stoped

    Good:

        services:
          web:
            image: nginx
            restart: unless-stopped

    Source: Docker Engine's error "invalid restart policy"; Docker Compose passes "no" for "none" and "always" for "any".
    """
    node = element.node
    # Another rule reports values that are not strings; a variable can hold any value.
    if type(node) is not Scalar or not node.value or "$" in node.value or not isinstance(scalar_value(node), str):
        return
    name, colon, attempts = node.value.partition(":")
    if name not in (*_RESTARTS, "none", "any"):
        known = [*_RESTARTS, f"on-failure:{attempts}"] if attempts.isdecimal() else [*_RESTARTS]
        advice, fix = nearest(element, node, node.value, known, f"use one of {', '.join(_RESTARTS)}")
        yield Problem(node.span, f'service "{element.service}": unknown restart policy "{name}"', advice, fix)
    elif colon and name != "on-failure":
        advice = f'use "{name}" or "on-failure:{attempts}"'
        yield Problem(node.span, f'service "{element.service}": restart policy "{name}" does not accept a number of retries', advice)


@rule("conflicting-restart-policy", Severity.WARNING, "services.*.restart", group="structure", scope="project", formerly="restart-twice")
def conflicting_restart_policy(element: Element) -> Iterator[Problem]:
    """Detects services whose `restart` and `deploy.restart_policy` disagree.

    `deploy.restart_policy` takes precedence, so `restart` has no effect.

    Bad:

        services:
          web:
            image: nginx
            restart: "no"
            deploy:
              restart_policy:
                condition: any

    Good:

        services:
          web:
            image: nginx
            restart: always
            deploy:
              restart_policy:
                condition: any

    Source: Compose Specification, 16-deploy, `restart_policy`.
    """
    node, file = element.node, element.file
    policy = file.entries(file.get("services", element.service, "deploy", "restart_policy"))
    condition = plain(policy, "condition")
    if type(node) is not Scalar or condition is None or "$" in node.value:
        return
    meant = _CONDITIONS.get(node.value.partition(":")[0])
    if meant is not None and meant != condition.value:
        yield Problem(
            node.span,
            f'service "{element.service}": "restart" is "{node.value}", but "deploy.restart_policy.condition" is "{condition.value}"',
            'keep only one of them; "deploy.restart_policy" takes precedence',
            deleted(file, element.key, 'remove "restart"'),
            related=(Related(condition.span, "other condition"),),
        )


_CONDITIONS = {"no": "none", "always": "any", "unless-stopped": "any", "on-failure": "on-failure"}


@rule("unknown-restart-condition", Severity.WARNING, "services.*.deploy.restart_policy.condition", group="values", scope="project")
def unknown_restart_condition(element: Element) -> Iterator[Problem]:
    """Detects unknown conditions in `deploy.restart_policy`.

    Docker Engine refuses to create the container, and Swarm refuses to create the service. Docker Compose also accepts the values of
    `restart`, but Swarm does not: with `engine = "swarm"` they are errors.

    Bad:

        services:
          web:
            image: nginx
            deploy:
              restart_policy:
                condition: on-failur

    Good:

        services:
          web:
            image: nginx
            deploy:
              restart_policy:
                condition: on-failure

    Source: Compose Specification, 16-deploy, `restart_policy`; Docker Engine's error "invalid RestartCondition".
    """
    node = element.node
    if type(node) is not Scalar or not node.value or "$" in node.value or not isinstance(scalar_value(node), str):
        return
    swarm = element.file.options.engine == "swarm"
    conditions = sorted(set(_CONDITIONS.values()))
    if node.value in conditions or (not swarm and node.value in _CONDITIONS):
        return
    meant = _CONDITIONS.get(node.value)
    known = [meant] if meant else conditions
    advice, fix = nearest(element, node, meant or node.value, known, f"use one of {', '.join(conditions)}")
    message = f'service "{element.service}": unknown restart condition "{node.value}"{" for Swarm" if swarm else ""}'
    yield Problem(node.span, message, advice, fix, severity=Severity.ERROR if swarm else None)
