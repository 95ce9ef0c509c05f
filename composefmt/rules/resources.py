"""Rules about container names, and conflicting values for replicas and resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.units import parse_bytes
from composefmt.findings import Related, Severity
from composefmt.rules._fixes import deleted, written
from composefmt.rules._project import is_active, plain
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("conflicting-values", Severity.ERROR, "services.*", group="structure", scope="project")
def conflicting_values(element: Element) -> Iterator[Problem]:
    """Detects pairs of keys that set the same thing to different values.

    Docker Compose refuses the file. The pairs are `scale` and `deploy.replicas`, and each of `mem_limit`, `mem_reservation`, `cpus`
    and `pids_limit` with its counterpart in `deploy.resources`.

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

    Source: compose-go, loader/validate.go, checkConsistency.
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
            yield Problem(number.span, f'service "{element.service}": "{name}" is negative ({number.value})', "use 0 or more")
    resources = file.entries(deploy["resources"][1]) if "resources" in deploy else {}
    for key, place, name in _LIMITS:
        one = plain(own, key)
        if one is None or place not in resources or not _amount(key, one.value):
            continue
        inner = file.entries(resources[place][1])
        if name not in inner:
            yield Problem(
                one.span,
                f'service "{element.service}": "{key}" is "{one.value}", but "deploy.resources.{place}" does not set "{name}"',
                f'move it to "deploy.resources.{place}" as "{name}: {one.value}"',
                related=(Related(resources[place][0].span, f"deploy.resources.{place}"),),
            )
        elif (other := plain(inner, name)) is not None and _amount(key, one.value) != _amount(key, other.value):
            yield _contradiction(element, key, one, f"deploy.resources.{place}.{name}", other)


# Keys of a service, and their counterparts in deploy.resources.
_LIMITS = (
    ("mem_limit", "limits", "memory"),
    ("mem_reservation", "reservations", "memory"),
    ("cpus", "limits", "cpus"),
    ("pids_limit", "limits", "pids"),
)


def _amount(key: str, text: str) -> float | None:
    """Return the number that a limit means, None if it is invalid."""
    if key.startswith("mem"):
        return parse_bytes(text)
    try:
        return float(text)
    except ValueError:
        return None


def _contradiction(element: Element, key: str, one: Scalar, place: str, other: Scalar) -> Problem:
    return Problem(
        one.span,
        f'service "{element.service}": "{key}" is "{one.value}", but "{place}" is "{other.value}"',
        f'keep only one of them, preferably "{place}"',
        deleted(element.file, element.file.entries(element.node)[key][0], f'remove "{key}"'),
        related=(Related(other.span, "other value"),),
    )


@rule("container-name-scaled", Severity.ERROR, "services.*.container_name", group="structure", scope="project")
def container_name_scaled(element: Element) -> Iterator[Problem]:
    """Detects services with a fixed container name and several replicas.

    Docker Compose refuses the file, because container names are unique on a host.

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

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    file = element.file
    own = file.entries(file.get("services", element.service))
    deploy = file.entries(own["deploy"][1]) if "deploy" in own else {}
    number = plain(own, "scale") or plain(deploy, "replicas")
    if number is not None and number.value.isdecimal() and whole_number(number.value) > 1 and is_active(file, element.service):
        yield Problem(
            element.node.span,
            f'service "{element.service}" has a fixed "container_name", but runs {number.value} replicas',
            'remove "container_name"',
            deleted(file, element.key, 'remove "container_name"'),
            related=(Related(number.span, "number of replicas"),),
        )


@rule("invalid-container-name", Severity.ERROR, "services.*.container_name", group="structure")
def invalid_container_name(element: Element) -> Iterator[Problem]:
    """Checks for container names with characters that Docker Engine does not allow.

    Docker Compose accepts such a name if a part of it is valid, and the engine refuses to create the container. A name has at least
    two characters, letters, digits, underscores, dots and dashes, and starts with a letter or a digit.

    Bad:

        services:
          web:
            image: nginx
            container_name: my web

    Good:

        services:
          web:
            image: nginx
            container_name: my-web

    Source: Moby, daemon/names/names.go, RestrictedNamePattern; daemon/names.go, reserveName, which allows a leading slash.
    """
    node = element.node
    if type(node) is not Scalar or node.tag is not None:
        return
    try:
        parts = interpolation.split(node.value)
    except interpolation.InvalidInterpolation:
        return
    # Any value of a variable is assumed to be valid.
    likely = "".join(part.text if isinstance(part, interpolation.Literal) else "xx" for part in parts)
    if pattern(_NAME).fullmatch(likely) or not pattern(_NAME).search(likely):
        # The schema reports names without any valid part.
        return
    meant = pattern(r"[^a-zA-Z0-9_.-]+").sub("-", node.value.strip("/ ")).strip("-._")
    is_literal = "$" not in node.value and node.value.isascii()
    yield Problem(
        node.span,
        f'service "{element.service}": invalid container name "{node.value}"',
        "use letters, digits, underscores, dots and dashes, and start with a letter or digit",
        written(element.file, node, meant) if is_literal and pattern(_NAME).fullmatch(meant) else None,
    )


_NAME = r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+"
