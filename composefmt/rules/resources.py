"""Rules about how often a service runs and how much it may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules._project import is_active, plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.syntax.nodes import Scalar


@rule("conflicting-values", Severity.ERROR, "services.*", group="structure")
def conflicting_values(element: Element) -> Iterator[Problem]:
    """The same thing is set twice, to different values.

    `scale` and `deploy.replicas`; `mem_limit`, `mem_reservation`, `cpus` and `pids_limit` and their places below
    `deploy.resources`, which must say the same where they are there.

    Bad:

        services:
          web:
            image: nginx
            scale: 2
            deploy:
              replicas: 3

    Good:

        services:
          web:
            image: nginx
            deploy:
              replicas: 3

    Source: the reference's loader/validate.go, checkConsistency.
    """
    file = element.file
    if not is_active(file, element.service):
        return
    own = file.entries(element.node)
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    scale, replicas = plain(own, "scale"), plain(deploy, "replicas")
    if scale is not None and replicas is not None and scale.value != replicas.value:
        yield _contradiction(element, "scale", scale, "deploy.replicas", replicas)
    for name, number in (("scale", scale), ("deploy.replicas", replicas)):
        if number is not None and number.value.startswith("-"):
            yield Problem(number.span, f'service "{element.service}": {name} is {number.value}', "write 0 or more")
    resources = file.entries(deploy["resources"][1]) if "resources" in deploy else {}
    for key, place, name in _LIMITS:
        one = plain(own, key)
        if one is None or place not in resources or not _amount(key, one.value):
            continue
        inner = file.entries(resources[place][1])
        if name not in inner:
            yield Problem(
                one.span,
                f'service "{element.service}": {key} is {one.value}, but deploy.resources.{place} does not say so',
                f'move it there: "{name}: {one.value}"',
                related=(Related(resources[place][0].span, "the other place"),),
            )
        elif (other := plain(inner, name)) is not None and _amount(key, one.value) != _amount(key, other.value):
            yield _contradiction(element, key, one, f"deploy.resources.{place}.{name}", other)


# Keys of a service, and where below deploy.resources the same is said.
_LIMITS = (
    ("mem_limit", "limits", "memory"),
    ("mem_reservation", "reservations", "memory"),
    ("cpus", "limits", "cpus"),
    ("pids_limit", "limits", "pids"),
)


def _amount(key: str, text: str) -> float | None:
    """The number that a limit stands for, None where it cannot be read."""
    if key.startswith("mem"):
        return parse_bytes(text)
    try:
        return float(text)
    except ValueError:
        return None


def _contradiction(element: Element, key: str, one: Scalar, place: str, other: Scalar) -> Problem:
    return Problem(
        one.span,
        f'service "{element.service}": {key} is {one.value}, but {place} is {other.value}',
        f"set it in one place: {place} is the newer one",
        deleted(element.file, element.file.entries(element.node)[key][0], f"delete {key}"),
        related=(Related(other.span, "the other value"),),
    )


@rule("container-name-scaled", Severity.ERROR, "services.*.container_name", group="structure")
def container_name_scaled(element: Element) -> Iterator[Problem]:
    """A service with a fixed container name is to run more than once, but names are unique.

    Bad:

        services:
          web:
            image: nginx
            container_name: web
            scale: 2

    Good:

        services:
          web:
            image: nginx
            scale: 2

    Source: the reference's loader/validate.go, checkConsistency.
    """
    file = element.file
    own = file.entries(file.get("services", element.service))
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    number = plain(own, "scale") or plain(deploy, "replicas")
    if number is not None and number.value.isdecimal() and whole_number(number.value) > 1 and is_active(file, element.service):
        yield Problem(
            element.node.span,
            f'service "{element.service}" has a fixed container name, but is to run {number.value} times',
            "leave out container_name",
            deleted(file, element.key),
            related=(Related(number.span, "the number is set here"),),
        )
