"""Rules about what is done when a container ends: `restart`, and `deploy.restart_policy`."""

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


@rule("unknown-restart-policy", Severity.WARNING, "services.*.restart", group="values")
def unknown_restart_policy(element: Element) -> Iterator[Problem]:
    """A restart policy that Docker does not know; it refuses to create the container.

    Only `on-failure` takes a number of attempts, as in `on-failure:3`.

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

    Source: the engine answers "invalid restart policy"; Compose hands it "no" for "none" and "always" for "any".
    """
    node = element.node
    # What is no text is refused before; a variable may hold anything.
    if type(node) is not Scalar or not node.value or "$" in node.value or not isinstance(scalar_value(node), str):
        return
    name, colon, attempts = node.value.partition(":")
    if name not in (*_RESTARTS, "none", "any"):
        known = [*_RESTARTS, f"on-failure:{attempts}"] if colon else [*_RESTARTS]
        advice, fix = nearest(element, node, node.value, known, f"policies are {', '.join(_RESTARTS)}")
        yield Problem(node.span, f'service "{element.service}": there is no restart policy "{name}"', advice, fix)
    elif colon and name != "on-failure":
        advice = f'write "{name}", or "on-failure" with the number'
        yield Problem(node.span, f'service "{element.service}": the restart policy "{name}" takes no number of attempts', advice)


@rule("restart-twice", Severity.WARNING, "services.*.restart", group="structure")
def restart_twice(element: Element) -> Iterator[Problem]:
    """`restart` says another thing than `deploy.restart_policy`, which wins.

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

    Source: the specification's 16-deploy, `restart_policy`.
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
            f'service "{element.service}": restart is "{node.value}", but deploy.restart_policy says "{condition.value}"',
            "leave one of the two out: deploy.restart_policy wins",
            deleted(file, element.key, "delete restart"),
            related=(Related(condition.span, "the other condition"),),
        )


_CONDITIONS = {"no": "none", "always": "any", "unless-stopped": "any", "on-failure": "on-failure"}


@rule("unknown-restart-condition", Severity.WARNING, "services.*.deploy.restart_policy.condition", group="values")
def unknown_restart_condition(element: Element) -> Iterator[Problem]:
    """A condition of restarting that Docker does not know; it refuses to create the container, or under Swarm the service.

    Docker Compose takes the policies of `restart` as well, Swarm does not: with `engine = "swarm"` they are errors.

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

    Source: the specification's 16-deploy, `restart_policy`; the engine answers "invalid RestartCondition".
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
    advice, fix = nearest(element, node, meant or node.value, known, f"conditions are {', '.join(conditions)}")
    message = f'service "{element.service}": there is no restart condition "{node.value}"{" under Swarm" if swarm else ""}'
    yield Problem(node.span, message, advice, fix, severity=Severity.ERROR if swarm else None)
