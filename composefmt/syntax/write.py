"""Write values as YAML text: the lines of a block mapping, or one line of flow style."""

from __future__ import annotations

from collections.abc import Mapping

from composefmt.syntax.scalars import write_scalar

# What the formatter writes: a mapping of keys to scalars or to further mappings.
Entry = Mapping[str, object]


class Flow(dict[str, object]):
    """A mapping to write in flow style, on one line."""


def block_lines(entry: Entry) -> list[str]:
    """Return the lines of a block mapping without common indentation; nested mappings are indented by two spaces."""
    lines: list[str] = []
    for key, value in entry.items():
        if isinstance(value, Flow):
            lines.append(f"{write_scalar(key)}: {flow_text(value)}")
        elif isinstance(value, Mapping):
            lines.append(f"{write_scalar(key)}:")
            lines += ["  " + line for line in block_lines(value)]
        else:
            lines.append(f"{write_scalar(key)}: {write_scalar(value)}")
    return lines


def flow_text(entry: Entry) -> str:
    """Return a flow mapping on one line."""
    parts = (
        f"{write_scalar(key, flow=True)}: " + (flow_text(value) if isinstance(value, Mapping) else write_scalar(value, flow=True))
        for key, value in entry.items()
    )
    return "{" + ", ".join(parts) + "}"


def entry_lines(key: str, value: object, *, flow: bool = False) -> list[str]:
    """Return the lines of one mapping entry: a scalar, nothing (None), a list of scalars, or a mapping; one line in flow style."""
    name = write_scalar(key, flow=flow)
    if isinstance(value, Mapping):
        inner = [line for pair in value.items() for line in entry_lines(*pair)]
        return [f"{name}: {flow_text(value)}"] if flow else [f"{name}:", *(f"  {line}" for line in inner)]
    if isinstance(value, list):
        items = [write_scalar(item, flow=flow) for item in value]
        return [f"{name}: [{', '.join(items)}]"] if flow else [f"{name}:", *(f"  - {item}" for item in items)]
    if value is None:
        return [f"{name}: {{}}" if flow else f"{name}:"]
    return [f"{name}: {write_scalar(value, flow=flow)}"]
