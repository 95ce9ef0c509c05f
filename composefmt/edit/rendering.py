"""Plain values as text: lines of block style, or one line of flow style, in the style of the neighbors."""

from __future__ import annotations

import re
from math import isinf, isnan
from typing import NamedTuple

from composefmt.syntax.scalars import in_quotes, is_plain_safe, write_scalar
from composefmt.syntax.write import Flow

# A line break of a string must be written as one; other control characters need escapes.
_NOT_LITERAL = re.compile(r"[^\n\t\x20-\x7e\u00a1-\u1fff\u2030-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff01-\uffef]|[ \t]\n|\t")


class Look(NamedTuple):
    """How neighbors are written.

    `quotes` are those of strings and `key_quotes` those of keys, "" without a habit; `always`: also where none are needed.
    `lists` and `mappings`: whether such values are in flow style. `step` is the indentation of a mapping, `dash` that of a list
    below its key, `gap` the text between a dash and its item. `literals`: whether texts of several lines become block scalars;
    `words`: whether the strings of a list in flow style are quoted.
    """

    quotes: str = ""
    always: bool = False
    key_quotes: str = ""
    lists: bool = False
    mappings: bool = False
    step: int = 2
    dash: int = 2
    gap: str = " "
    literals: bool = True
    words: bool = False

    @property
    def inner(self) -> Look:
        """The look of values below this level, which have no neighbors yet."""
        return Look(quotes=self.quotes, step=self.step, dash=self.dash, literals=self.literals)


def scalar_text(value: object, look: Look, *, flow: bool = False) -> str:
    """Return a scalar on one line."""
    if isinstance(value, float) and (isinf(value) or isnan(value)):
        return ".nan" if isnan(value) else ".inf" if value > 0 else "-.inf"
    if not isinstance(value, str):
        return write_scalar(value, flow=flow)
    made = write_scalar(value, flow=flow)
    if look.quotes and (look.always or made[:1] in ("'", '"')):
        return in_quotes(value, look.quotes)
    return made


def key_text(key: str, look: Look, *, flow: bool = False) -> str:
    """Return a key."""
    if look.key_quotes:
        return in_quotes(key, look.key_quotes)
    # A merge key would be one without quotes.
    return in_quotes(key, '"') if key == "<<" else write_scalar(key, flow=flow)


def is_collection(value: object) -> bool:
    """Return whether a value is a mapping or a list with something in it, which block style writes on lines of its own."""
    return isinstance(value, (dict, list, tuple)) and bool(value)


def is_literal(value: object) -> bool:
    """Return whether a value is a text of several lines that a block scalar can hold as it is."""
    if not isinstance(value, str) or "\n" not in value.strip("\n") or _NOT_LITERAL.search(value):
        return False
    return not value.startswith((" ", "\n")) and not value.endswith("\n\n") and not value.endswith(" ")


def literal_lines(value: str) -> tuple[str, list[str]]:
    """Return the header of a block scalar and its lines without indentation."""
    header = "|" if value.endswith("\n") else "|-"
    return header, value.removesuffix("\n").split("\n")


def flow_text(value: object, look: Look) -> str:
    """Return a value in flow style."""
    if isinstance(value, dict):
        parts = (f"{key_text(key, look, flow=True)}: {flow_text(part, look.inner)}" for key, part in value.items())
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, (list, tuple)):
        # Strings of one list are quoted alike.
        texts = [part for part in value if isinstance(part, str)]
        if look.words or any(scalar_text(text, look, flow=True)[0] in ("'", '"') for text in texts):
            look = look._replace(quotes=look.quotes or '"', always=True)
        return "[" + ", ".join(flow_text(part, look) for part in value) + "]"
    return scalar_text(value, look, flow=True)


def is_inline(value: object, look: Look) -> bool:
    """Return whether a value is written on the line of its key or dash."""
    if isinstance(value, dict):
        return look.mappings or not value or isinstance(value, Flow)
    if isinstance(value, (list, tuple)):
        return look.lists or not value
    return not (look.literals and is_literal(value))


def inline_text(value: object, look: Look) -> str:
    """Return a value that needs one line only; in flow style if it is a collection."""
    return flow_text(value, look) if isinstance(value, (dict, list, tuple)) else scalar_text(value, look)


def entry_lines(key: str, value: object, look: Look) -> list[str]:
    """Return the lines of an entry, without the indentation of the mapping."""
    name = key_text(key, look)
    if value is None:
        return [f"{name}:"]
    if is_inline(value, look):
        return [f"{name}: {inline_text(value, look)}"]
    if isinstance(value, str):
        header, lines = literal_lines(value)
        return [f"{name}: {header}", *_indented(lines, look.step)]
    return [f"{name}:", *_indented(block_lines(value, look.inner), look.step if isinstance(value, dict) else look.dash)]


def item_lines(value: object, look: Look) -> list[str]:
    """Return the lines of an item, without the indentation of the list."""
    start = f"-{look.gap}"
    if is_inline(value, look):
        return [f"{start}{inline_text(value, look)}"]
    if isinstance(value, str):
        header, lines = literal_lines(value)
        return [f"{start}{header}", *_indented(lines, 2)]
    first, *rest = block_lines(value, look.inner)
    return [start + first, *_indented(rest, len(start))]


def block_lines(value: object, look: Look) -> list[str]:
    """Return the lines of a mapping or list that is not empty, without common indentation."""
    if isinstance(value, dict):
        return [line for key, part in value.items() for line in entry_lines(key, part, look)]
    assert isinstance(value, (list, tuple))
    return [line for part in value for line in item_lines(part, look)]


def _indented(lines: list[str], by: int) -> list[str]:
    return [" " * by + line if line else "" for line in lines]


def is_plain_like(value: str, old: str, *, flow: bool) -> bool:
    """Return whether a string can stay without quotes that are a habit, because those of the old one, which were as well, are missing.

    Images with a tag in flow style, variables, and what looks like a port mapping are such strings.
    """
    if not is_plain_safe(value) or (flow and (":/" in value or set(value) & set(",[]{}"))):
        return False
    return ":" in old if flow and ":" in value and "$" not in value else write_scalar(old, flow=flow) != old


def needs_no_quotes(value: str, *, flow: bool = False) -> bool:
    """Return whether quotes around a string are a habit of the author."""
    return is_plain_safe(value, flow=flow) and write_scalar(value, flow=flow) == value
