"""Values of the wrong kind: what stands there, what may, and how the mistake is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.schema import SchemaProblem
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
from composefmt.syntax.scalars import Timestamp, whole_number

if TYPE_CHECKING:
    from composefmt.compose.schema.shapes import Shape
    from composefmt.compose.schema.words import Path

# From here on a bare number is more likely meant as bytes than as megabytes.
_MEGABYTE = 1 << 20
_FEW = 4
# What the items of lists look like that are more than words.
_ITEMS = {"ports": 'a port looks like "8080:80"', "volumes": 'a volume looks like "./data:/var/lib/data"'}
_NO_LIST = "a variable stands for a single value, never for a list or mapping"
# Lists of `KEY=VALUE` that may also be mappings.
_PAIRS = ("additional_contexts", "annotations", "args", "environment", "extra_hosts", "labels", "ssh", "sysctls")
# Mappings whose keys are the user's own: an `image` among labels is no image.
_FREE_NAMES = ("annotations", "args", "driver_opts", "environment", "labels", "networks", "options", "sysctls", "depends_on")


def wrong_type(path: Path, value: object, shape: Shape) -> SchemaProblem:
    """The problem of a value of a kind that the place does not take."""
    name = shape.get("text", {}).get("format", "")
    if name in FORMAT_RULES and isinstance(value, (int, float)) and not isinstance(value, bool):
        message = f"{subject(path)} is {value}, without a unit"
        meant = _with_unit(value, name)
        return SchemaProblem("wrong-type", path, False, message, f'did you mean "{meant}"? {FORMAT_RULES[name][1]}', meant)
    message = f"{subject(path)} must be {allowed(shape)}, not {found(value)}"
    if isinstance(value, dict) and "text" in shape:
        intended: str | int | None = _entry_meant(path, value)
    else:
        intended = None if _example(path) and type(value) is not Timestamp else _meant(value, shape)
    return SchemaProblem("wrong-type", path, False, message, _advice(path, value, shape), intended)


def nearest_text(text: str, name: str) -> str | None:
    """The text of a format that another text was meant to be; None where it cannot be told."""
    from composefmt.compose.schema.formats import FORMATS

    plain = "".join(text.split()).replace(",", ".")
    if name == "duration" and plain.isdecimal():
        return f"{plain}s"
    if name == "cpus" and plain.endswith("m") and plain[:-1].isdecimal():
        return f"{int(plain[:-1]) / 1000:g}"
    return plain if plain and FORMATS[name](plain) else None


def _with_unit(value: float, name: str) -> str:
    """The text that a bare number was probably meant to be."""
    return f"{value}{'s' if name == 'duration' else 'b' if value >= _MEGABYTE else 'm'}"


def _meant(value: object, shape: Shape) -> str | int | None:
    """A number that should stand in quotes, or one that should not."""
    if isinstance(value, (int, float, Timestamp)) and not isinstance(value, bool) and "text" in shape and not shape["text"]:
        return written(value)
    return whole_number(value) if isinstance(value, str) and "number" in shape and value.removeprefix("-").isdecimal() else None


def _advice(path: Path, value: object, shape: Shape) -> str:
    """How to mend it, from what stands there and what may."""
    example = _example(path)
    if value is None:
        return f"give it a value or delete the line; {example or _how_to_write(shape)}"
    if isinstance(value, str) and "$" in value and "text" not in shape:
        return _NO_LIST if shape.keys() & {"list", "map"} else f"write {allowed(shape)}: a variable always stands for text"
    if isinstance(value, dict) and len(value) == 1 and path and isinstance(path[-1], int) and "text" in shape:
        return _entry_as_text(path, value)
    if len(path) > 1 and path[0] == "services" and isinstance(path[-1], int) and path[-2] in _ITEMS and not isinstance(value, str):
        return _ITEMS[str(path[-2])]
    if isinstance(value, str) and (slip := _slip(value, shape)):
        return slip
    text = shape.get("text")
    if isinstance(value, Timestamp) and text is not None:
        return f"put it in quotes: {quoted(value.written)}"
    if example:
        return example
    if isinstance(value, (int, float)) and text == {}:
        quotes = f"put it in quotes: {quoted(written(value))}"
        return f"{quotes}, or leave it out, since it is ignored" if path == ("version",) else quotes
    if isinstance(value, str) and "number" in shape and value.lstrip("-").isdecimal():
        return f"write it without quotes: {value}"
    return _how_to_write(shape)


def _slip(value: str, shape: Shape) -> str:
    """Return what is missing in a string where a list or mapping belongs: a colon, or a space after a dash; "" for neither."""
    item = value.partition(" -")[0]
    if "list" in shape and item.startswith("-") and item.strip("-"):
        return f'add a space after the dash: "- {item[1:].strip()}"'
    if "map" in shape and shape.keys().isdisjoint(("text", "list")) and "names" in shape["map"] and value.replace("-", "_").isidentifier():
        return f'add a colon after the name: "{value}:"'
    return ""


def _how_to_write(shape: Shape) -> str:
    """What to write at a place that has no example of its own."""
    text = shape.get("text", {})
    name = text.get("format", "")
    if "enum" in text:
        return f"it can be {one_of(text['enum'])}"
    if name in FORMAT_HELP or name in FORMAT_RULES:
        return FORMAT_HELP.get(name) or FORMAT_RULES[name][1]
    if "text" in shape:
        return "write a single value" if "map" not in shape else "write a single value, or keys with values below it"
    if "list" in shape:
        return 'begin each entry with a dash: "- ..."'
    if "map" in shape:
        keys = sorted(key for key in shape["map"]["keys"] if not key.startswith("x-"))[:_FEW]
        return f"write keys with values below it, such as {one_of(keys)}" if keys else "write keys with values below it"
    return f"write {allowed(shape)}"


def _example(path: Path) -> str:
    """An example of the field that a path ends in, "" for none and for entries of lists."""
    if len(path) == 2 and path[0] == "services":
        text = f"{path[1]}: {{image: nginx}}"
    elif len(path) < 3:
        text = TOP_EXAMPLES.get(str(path[0]) if path else "services", "")
    else:
        text = EXAMPLES.get(str(path[-1]), "") if path[-2] not in _FREE_NAMES else ""
    return f"for example: {text}" if text else ""


def _entry_meant(path: Path, value: dict[str, object]) -> str | None:
    """Return the text of a `key: value` in a list of texts."""
    if len(value) != 1 or not path or not isinstance(path[-1], int):
        return None
    name, inner = next(iter(value.items()))
    field = next((part for part in reversed(path) if isinstance(part, str)), "")
    if isinstance(inner, (dict, list)) or inner is None or field in ("depends_on", "networks", "models"):
        return None
    return f"{name}={written(inner)}" if field in _PAIRS and "=" not in name else f"{name}: {written(inner)}"


def _entry_as_text(path: Path, value: dict[str, object]) -> str:
    """Advice on a `key: value` that stands in a list of texts."""
    name, inner = next(iter(value.items()))
    field = next((part for part in reversed(path) if isinstance(part, str)), "")
    may_be_mapping = field in _PAIRS
    if isinstance(inner, (dict, list)) or field in ("depends_on", "networks", "models"):
        return "remove the dashes of the whole list" if may_be_mapping or not isinstance(inner, list) else "write a single string"
    if "=" in name or not may_be_mapping:
        return f"quote it: {quoted(f'{name}: {written(inner)}')}"
    return f'write "- {name}={written(inner)}", or remove the dashes of the whole list'
