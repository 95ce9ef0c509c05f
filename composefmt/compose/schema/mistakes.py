"""Report values of the wrong type: the actual type, the allowed types and the remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.compose.schema.problem import SchemaProblem
from composefmt.compose.schema.words import (
    EXAMPLES,
    FORMAT_HELP,
    FORMAT_RULES,
    TOP_EXAMPLES,
    allowed,
    found,
    one_of,
    quoted,
    subject,
    written,
)
from composefmt.compose.secrecy import masked_pairs
from composefmt.syntax.scalars import Timestamp, whole_number

if TYPE_CHECKING:
    from composefmt.compose.schema.shapes import Shape
    from composefmt.compose.schema.words import Path

# A number without a unit from this size on probably means bytes, not megabytes.
_MEGABYTE = 1 << 20
_FEW = 4
# Examples for items of lists with a syntax of their own.
_ITEMS = {"ports": 'write the port as "8080:80"', "volumes": 'write the volume as "./data:/var/lib/data"'}
_NO_LIST = "write out the list or mapping: variables always expand to strings"
_PAIR = re.compile(r"([\w./~-]+)([=:])")
# Lists of `KEY=VALUE` items that can also be mappings.
_PAIRS = ("additional_contexts", "annotations", "args", "environment", "extra_hosts", "labels", "ssh", "sysctls")
# Mappings with user-defined keys: `image` in `labels` is not a service's image.
_FREE_NAMES = ("annotations", "args", "driver_opts", "environment", "labels", "networks", "options", "sysctls", "depends_on")


def wrong_type(path: Path, value: object, shape: Shape) -> SchemaProblem:
    """Return the problem of a value whose type is not allowed at its location."""
    name = shape.get("text", {}).get("format", "")
    if name in FORMAT_RULES and isinstance(value, (int, float)) and not isinstance(value, bool):
        message = f"{subject(path)} has no unit ({value})"
        meant = _with_unit(value, name)
        return SchemaProblem("wrong-type", path, False, message, f'did you mean "{meant}"? {FORMAT_RULES[name][1]}', meant)
    message = f"{subject(path)} must be {allowed(shape)}, not {found(_without_secrets(value))}"
    if isinstance(value, dict) and "text" in shape:
        intended: str | int | None = _entry_meant(path, value)
    else:
        intended = None if _example(path) and type(value) is not Timestamp else _meant(value, shape)
    kinds = tuple(kind for kind in ("list", "map") if kind in shape) if isinstance(value, str) else ()
    return SchemaProblem("wrong-type", path, False, message, _advice(path, value, shape), intended, kinds)


def _without_secrets(value: object) -> object:
    """Return a string such as `PASSWORD=x` with its values masked if they look like secrets; anything else as it is."""
    return masked_pairs(value, "=:") if isinstance(value, str) and not isinstance(value, Timestamp) else value


def nearest_text(text: str, name: str) -> str | None:
    """Return the string in the given format that was probably intended, None if unknown."""
    from composefmt.compose.schema.formats import FORMATS

    plain = "".join(text.split()).replace(",", ".")
    if name == "duration" and plain.isdecimal():
        return f"{plain}s"
    if name == "cpus" and plain.endswith("m") and plain[:-1].isdecimal():
        return f"{int(plain[:-1]) / 1000:g}"
    return plain if plain and FORMATS[name](plain) else None


def _with_unit(value: float, name: str) -> str:
    """Return a number with the unit that was probably intended."""
    return f"{value}{'s' if name == 'duration' else 'b' if value >= _MEGABYTE else 'm'}"


def _meant(value: object, shape: Shape) -> str | int | None:
    """Return the string for a number that must be quoted, or the number for a quoted one."""
    if isinstance(value, (int, float, Timestamp)) and not isinstance(value, bool) and "text" in shape and not shape["text"]:
        return written(value)
    return whole_number(value) if isinstance(value, str) and "number" in shape and value.removeprefix("-").isdecimal() else None


def _advice(path: Path, value: object, shape: Shape) -> str:
    """Return the remedy for a value of the wrong type."""
    example = _example(path)
    if value is None:
        return f"add a value or remove the line; {example or _how_to_write(shape)}"
    if isinstance(value, str) and value.startswith("$") and "text" not in shape:
        return _NO_LIST if shape.keys() & {"list", "map"} else f"use {allowed(shape)}: variables always expand to strings"
    if isinstance(value, dict) and len(value) == 1 and path and isinstance(path[-1], int) and "text" in shape:
        return _entry_as_text(path, value)
    if len(path) > 1 and path[0] == "services" and isinstance(path[-1], int) and path[-2] in _ITEMS and not isinstance(value, str):
        return _ITEMS[str(path[-2])]
    if isinstance(value, str) and (advice := _advice_on_string(value, shape)):
        return advice
    text = shape.get("text")
    if isinstance(value, Timestamp) and text is not None:
        return f"quote it: {quoted(value.written)}"
    if example:
        return example
    if isinstance(value, (int, float)) and text == {}:
        quotes = f"quote it: {quoted(written(value))}"
        return f"{quotes}, or remove it because it is ignored" if path == ("version",) else quotes
    if isinstance(value, str) and "number" in shape and value.lstrip("-").isdecimal():
        return f"remove the quotes: {value}"
    return _how_to_write(shape)


def _advice_on_string(value: str, shape: Shape) -> str:
    """Return the remedy for a string with a missing colon or a missing space after a dash, "" for others."""
    item = value.partition(" -")[0]
    if "list" in shape and item.startswith("-") and item.strip("-"):
        return f'add a space after the dash: "- {item[1:].strip()}"'
    if "map" in shape and shape.keys().isdisjoint(("text", "list")) and "names" in shape["map"] and value.replace("-", "_").isidentifier():
        return f'add a colon after the name: "{value}:"'
    return _pair(value, shape)


def _pair(value: str, shape: Shape) -> str:
    """Return how to write a string such as A=b, A:b or 80:80 where a list or mapping belongs; its value may be a secret."""
    if "text" in shape or not (pair := _PAIR.match(value)):
        return ""
    name, sign = pair.groups()
    fields = shape.get("map")
    if fields is not None and ("names" in fields or name in fields["keys"]):
        if sign == ":":
            return f'add a space after the colon of "{name}:"'
        return f'write a mapping entry "{name}: ..."' + (f' or a list item "- {name}=..."' if "list" in shape else "")
    if fields is not None or "list" not in shape:
        return ""
    items = value.split()
    return f"write it as a list: [{quoted(value)}]" if len(items) == 1 else f'start each item with a dash: "- {items[0]}"'


def _how_to_write(shape: Shape) -> str:
    """Return the remedy for a field without an example of its own."""
    text = shape.get("text", {})
    name = text.get("format", "")
    if "enum" in text:
        return f"use {one_of(text['enum'])}"
    if name in FORMAT_HELP or name in FORMAT_RULES:
        return FORMAT_HELP.get(name) or FORMAT_RULES[name][1]
    if "text" in shape:
        return "use a single value" if "map" not in shape else "use a single value or a mapping"
    if "list" in shape:
        return 'start each item with a dash: "- ..."'
    if "map" in shape:
        keys = sorted(key for key in shape["map"]["keys"] if not key.startswith("x-"))[:_FEW]
        return f"use a mapping with keys such as {one_of(keys)}" if keys else "use a mapping"
    return f"use {allowed(shape)}"


def _example(path: Path) -> str:
    """Return an example of the last field of a path; "" for items of lists and for fields without an example."""
    if len(path) == 2 and path[0] == "services":
        text = f"{path[1]}: {{image: nginx}}"
    elif len(path) < 3:
        text = TOP_EXAMPLES.get(str(path[0]) if path else "services", "")
    else:
        text = EXAMPLES.get(str(path[-1]), "") if path[-2] not in _FREE_NAMES else ""
    return f"for example: {text}" if text else ""


def _entry_meant(path: Path, value: dict[str, object]) -> str | None:
    """Return the string for a `key: value` in a list of strings, None if unknown."""
    if len(value) != 1 or not path or not isinstance(path[-1], int):
        return None
    name, inner = next(iter(value.items()))
    field = next((part for part in reversed(path) if isinstance(part, str)), "")
    if isinstance(inner, (dict, list)) or inner is None or field in ("depends_on", "networks", "models"):
        return None
    return f"{name}={written(inner)}" if field in _PAIRS and "=" not in name else f"{name}: {written(inner)}"


def _entry_as_text(path: Path, value: dict[str, object]) -> str:
    """Return the remedy for a `key: value` in a list of strings."""
    name, inner = next(iter(value.items()))
    field = next((part for part in reversed(path) if isinstance(part, str)), "")
    may_be_mapping = field in _PAIRS
    if isinstance(inner, (dict, list)) or field in ("depends_on", "networks", "models"):
        return "remove the dashes of all items" if may_be_mapping or not isinstance(inner, list) else "use a single string"
    if "=" in name or not may_be_mapping:
        return f"quote it: {quoted(f'{name}: {written(inner)}')}"
    return f'write "- {name}={written(inner)}", or remove the dashes of all items'
