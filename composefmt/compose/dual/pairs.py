"""Lists of `K=V` that may also be mappings: environment, labels, build arguments and similar fields.

Source: the reference's types/mapping.go and types/labels.go, transform/mapping.go and transform/ssh.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from composefmt.compose.dual import Pairs
from composefmt.syntax.scalars import Timestamp


def _split(text: str) -> tuple[str, str | None] | str:
    key, equals, value = text.partition("=")
    if "$" in key:
        return "its key contains a variable"
    if not key or key != key.strip() or not key.isprintable():
        return "its key is empty or has leading or trailing white space"
    return key, value if equals else None


def _split_text(text: str) -> tuple[str, str | None] | str:
    """Split an item; a missing value is the empty string."""
    answer = _split(text)
    return answer if isinstance(answer, str) else (answer[0], answer[1] or "")


def _split_with_value(text: str) -> tuple[str, str | None] | str:
    answer = _split(text)
    return "it has no value" if not isinstance(answer, str) and answer[1] is None else answer


def _split_ssh(text: str) -> tuple[str, str | None] | str:
    answer = _split(text)
    if isinstance(answer, str) or answer[1] is not None or answer[0] == "default":
        return answer
    return 'only "default" can omit its path'


def as_text(value: object) -> str | None:
    """Return a value as the string that Docker Compose makes of it; None if it differs from the source, as for 1.10 or a date."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, Timestamp) else None


def is_plain_key(key: str) -> bool:
    """Return whether a key may precede the `=` of an item: no separator, variable, line break or surrounding space."""
    return bool(key) and key.isprintable() and key == key.strip() and not set(key) & set("=$")


def _join(key: str, value: object) -> str | None:
    if not is_plain_key(key):
        return None
    text = as_text(value)
    return f"{key}={text}" if text is not None else None


def _join_variable(key: str, value: object) -> str | None:
    return key if value is None and is_plain_key(key) and " " not in key else _join(key, value)


def _canonical(value: object) -> object:
    """Return a mapping to strings; missing values stay None."""
    if isinstance(value, Mapping):
        made = {key: _value(item) for key, item in value.items()}
    elif isinstance(value, list):
        made = {}
        for item in value:
            key, equals, text = str(item).partition("=")
            made[key] = text if equals else None
    else:
        return value
    return made


def _value(value: object) -> object:
    text = as_text(value)
    return value if text is None else text


def _canonical_texts(value: object) -> object:
    made = _canonical(value)
    return {key: "" if item is None else item for key, item in made.items()} if isinstance(made, dict) else made


VARIABLES = Pairs(_split, _join_variable, _canonical)
TEXTS = Pairs(_split_text, _join, _canonical_texts)
CONTEXTS = Pairs(_split_with_value, _join, _canonical)
SSH = Pairs(_split_ssh, _join_variable, _canonical)
