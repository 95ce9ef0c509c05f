"""Where a table of `[[projects]]` and its keys are written, for error messages: TOML readers only report values."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*(?:tool[ \t]*\.[ \t]*composefmt[ \t]*\.[ \t]*)?projects[ \t]*\]\]", re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*\[", re.MULTILINE)


def place_in_project(text: str, number: int, total: int, key: str) -> tuple[int, int] | None:
    """Return the line and column, from 1, of a key in the table of a number, else of the table.

    None if the tables are written in another way.
    """
    headers = list(_HEADER.finditer(text))
    if len(headers) != total:
        return None
    start = headers[number - 1]
    following = _NEXT.search(text, start.end())
    body = text[: following.start() if following else len(text)]
    found = re.compile(rf"^[ \t]*(?=(['\"]?){re.escape(key)}\1[ \t]*=)", re.MULTILINE).search(body, start.end()) if key else None
    offset = found.end() if found else start.end() - len(start.group().lstrip())
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - line_start + 1
