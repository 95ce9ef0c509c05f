"""Add to existing files: text is inserted in one place, and everything else stays as it is.

Each new text is parsed again and must contain the old content and the addition; otherwise NoPlace is raised.
"""

from __future__ import annotations

import sys

from composefmt.syntax.nodes import Mapping, Sequence, resolve
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.source import line_start
from composefmt.syntax.values import Values, key_text


class NoPlace(Exception):
    """Nothing can be added to a file safely; the message states the reason."""


def with_table(text: str, settings: str) -> str:
    """Return a pyproject.toml with the settings in a table at its end; the same text if it has the table already."""
    before = _toml(text)
    tools = before.get("tool", {})
    if isinstance(tools, dict) and "composefmt" in tools:
        return text
    newline = _newline(text)
    comments = [line for line in settings.splitlines() if line.startswith("#")]
    values = [line for line in settings.splitlines() if not line.startswith("#")]
    added = newline.join(["", *comments, "[tool.composefmt]", *values, ""])
    longer = _ended(text, newline) + added
    after = _toml(longer)
    own = after.get("tool", {})
    own = own.pop("composefmt", None) if isinstance(own, dict) else None
    if own is None or {**after, "tool": after["tool"] or tools} != {**before, "tool": tools}:
        raise NoPlace("a table cannot be added to it")
    return longer


def with_hook(text: str, whole: str) -> str:
    """Return a pre-commit configuration with another repository after the last one."""
    root = _root(text)
    repos = next((resolve(value) for key, value in root.entries if key_text(key) == "repos"), None)
    old, added = _value(text).get("repos"), _value(whole)["repos"]
    if type(repos) is not Sequence or repos.flow or not repos.items:
        raise NoPlace("its repos are not a list in block style")
    first = repos.items[0]
    dash = text.rfind("-", 0, first.start)
    indent = " " * (dash - line_start(text, dash))
    own = whole.partition("\n")[2].splitlines()
    lines = [f"{indent}{line.removeprefix('  ')}" for line in own]
    longer = _inserted(text, _line_end(text, repos.items[-1].end), lines)
    if not isinstance(old, list) or not isinstance(added, list) or _value(longer) != {**_value(text), "repos": old + added}:
        raise NoPlace("a repository cannot be added to it")
    return longer


def with_job(text: str, whole: str) -> str:
    """Return a GitLab configuration with another job at its end; in the first of its stages if none is called `test`."""
    root = _root(text)
    before = _value(text)
    stages = before.get("stages")
    lines = whole.splitlines()
    if isinstance(stages, list) and stages and "test" not in stages:
        lines.insert(1, f"  stage: {stages[0]}")
    if root.flow:
        raise NoPlace("it is in flow style")
    longer = _inserted(text, len(text), ["", *lines])
    if _value(longer) != {**before, **_value("\n".join(lines))}:
        raise NoPlace("a job cannot be added to it")
    return longer


def _inserted(text: str, offset: int, lines: list[str]) -> str:
    """Return the text with additional lines after an offset that ends a line."""
    newline = _newline(text)
    return _ended(text[:offset], newline) + "".join(line + newline for line in lines) + text[offset:]


def _ended(text: str, newline: str) -> str:
    return text if text.endswith("\n") or not text else text + newline


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def _root(text: str) -> Mapping:
    try:
        documents = parse(text).documents
    except SyntaxProblem as problem:
        raise NoPlace(f"it cannot be parsed ({problem.message})") from None
    root = resolve(documents[0]) if documents else None
    if len(documents) != 1 or type(root) is not Mapping:
        raise NoPlace("it is not a single mapping")
    return root


def _value(text: str) -> dict[str, object]:
    try:
        documents = parse(text).documents
    except SyntaxProblem:
        return {}
    value = Values().value(documents[0]) if len(documents) == 1 else None
    return value if isinstance(value, dict) else {}


def _toml(text: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        found: dict[str, object] = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise NoPlace(f"it cannot be parsed ({error})") from None
    return found
