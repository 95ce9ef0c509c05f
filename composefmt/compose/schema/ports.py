"""Advice for the `target` of a long-form port that holds more than one container port."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.compose.schema.problem import SchemaProblem
    from composefmt.compose.schema.words import Path

_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})")
_PAIR = re.compile(r"(?:(\d[\d-]*):)?(\d{1,5})(?:/([a-z]+))?")
# What the short form can express.
_SHORT_KEYS = frozenset({"target", "published", "protocol", "host_ip"})


def is_port(path: Path) -> bool:
    """Return whether a path leads to an item of `ports`."""
    return len(path) > 3 and path[-2] == "ports"


def port_problems(problems: Iterable[SchemaProblem], port: dict[str, object]) -> Iterator[SchemaProblem]:
    """Yield the problems of the `target` of a port with advice that fits its other keys."""
    for problem in problems:
        advice = _advice(port)
        yield problem._replace(help=advice) if advice else problem


def _advice(port: dict[str, object]) -> str:
    target = port["target"]
    if isinstance(target, list):
        return "add one entry for each port"
    text = str(target)
    if (found := _RANGE.fullmatch(text)) is not None:
        if int(found[1]) > int(found[2]) or not port.keys() <= _SHORT_KEYS:
            return "add one entry for each port"
        return f'add one entry for each port, or use the short form, which allows ranges: "{_short(port)}"'
    if re.fullmatch(r"\d+(?:\s*,\s*\d+)+", text):
        return "add one entry for each port"
    if (found := _PAIR.fullmatch(text)) is not None and found[2] != text:
        published, number, protocol = found.groups()
        keys = (f"target: {number}", f'published: "{published}"' if published else "", f"protocol: {protocol}" if protocol else "")
        return f"use {', '.join(filter(None, keys))}"
    return ""


def _short(port: dict[str, object]) -> str:
    """Return the short form of a port whose target is a range."""
    address = str(port.get("host_ip") or "")
    address = f"[{address}]:" if ":" in address else f"{address}:" if address else ""
    published = f"{port['published']}:" if port.get("published") else ":" if address else ""
    protocol = f"/{port['protocol']}" if port.get("protocol", "tcp") != "tcp" else ""
    return f"{address}{published}{port['target']}{protocol}"
