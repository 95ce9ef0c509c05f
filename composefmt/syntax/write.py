"""Values as YAML text: the lines of a block mapping, or one line of flow style."""

from __future__ import annotations

from collections.abc import Mapping

from composefmt.syntax.scalars import write_scalar

# What the formatter writes: a mapping of keys to scalars or to further mappings.
Entry = Mapping[str, object]


def block_lines(entry: Entry) -> list[str]:
    """The lines of a block mapping, without a common indentation; nested mappings are indented by two spaces."""
    lines: list[str] = []
    for key, value in entry.items():
        if isinstance(value, Mapping):
            lines.append(f"{write_scalar(key)}:")
            lines += ["  " + line for line in block_lines(value)]
        else:
            lines.append(f"{write_scalar(key)}: {write_scalar(value)}")
    return lines


def flow_text(entry: Entry) -> str:
    """A mapping in braces, on one line."""
    parts = (
        f"{write_scalar(key, flow=True)}: " + (flow_text(value) if isinstance(value, Mapping) else write_scalar(value, flow=True))
        for key, value in entry.items()
    )
    return "{" + ", ".join(parts) + "}"
