"""Write the model as JSON, as Docker Compose prints it, or as YAML that can be loaded again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.syntax.scalars import write_scalar

if TYPE_CHECKING:
    from composefmt.project.model import Model


def to_json(model: Model, *, double_dollars: bool = False) -> str:
    """Return the model as indented JSON, which omits `models`, as in Docker Compose.

    `double_dollars`: write each dollar sign twice, in keys as well, as `docker compose config --format json` does.
    """
    from json import dumps

    text = dumps(whole_numbers({key: model[key] for key in sorted(model) if key != "models"}), indent=2, ensure_ascii=False)
    return text.replace("$", "$$") if double_dollars else text


def whole_numbers(value: object) -> object:
    """Return the value with integral numbers written as integers."""
    if isinstance(value, dict):
        return {key: whole_numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [whole_numbers(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def to_yaml(value: Model, *, double_dollars: bool) -> str:
    """Return the model as YAML; `double_dollars`: write each dollar sign in a value twice, so that loading restores it."""
    return "".join(line + "\n" for line in _lines(value, double_dollars=double_dollars))


def _lines(value: object, *, double_dollars: bool) -> list[str]:
    """Return the lines of a nonempty mapping or list, without common indentation."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, part in value.items():
            name = write_scalar(key)
            if isinstance(part, (dict, list)) and part:
                lines.append(f"{name}:")
                lines += [line and f"  {line}" for line in _lines(part, double_dollars=double_dollars)]
            else:
                lines += [
                    f"{name}: {first}" if not index else first for index, first in enumerate(_scalar(part, double_dollars=double_dollars))
                ]
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, (dict, list)) and part:
                first, *rest = _lines(part, double_dollars=double_dollars)
                lines += [f"- {first}", *(line and f"  {line}" for line in rest)]
            else:
                # The content of a block scalar carries its own indentation.
                first, *rest = _scalar(part, double_dollars=double_dollars)
                lines += [f"- {first}", *rest]
    return lines


def _scalar(value: object, *, double_dollars: bool) -> list[str]:
    if isinstance(value, dict):
        return ["{}"]
    if isinstance(value, list):
        return ["[]"]
    if isinstance(value, str):
        text = value.replace("$", "$$") if double_dollars else value
        if "\n" in text.rstrip("\n") and not _needs_quotes(text):
            return _block(text)
        return [write_scalar(text)]
    return [write_scalar(value)]


def _needs_quotes(text: str) -> bool:
    """Return whether a multi-line string cannot be a block scalar: control characters, or spaces that would be lost."""
    return any((character < " " and character not in "\n\t") or character in "\x7f\x85\u2028\u2029\ufeff" for character in text) or (
        text[0] in " \n\t" or any(line != line.rstrip() for line in text.split("\n"))
    )


def _block(text: str) -> list[str]:
    body = text.rstrip("\n")
    newlines = len(text) - len(body)
    header = "|-" if not newlines else "|" if newlines == 1 else "|+"
    return [header, *(f"  {line}" if line else "" for line in body.split("\n")), *[""] * max(newlines - 1, 0)]
