"""What a .gitignore file excludes, as git reads it: gitignore(5), and git's wildmatch.c for the details.

Paths are checked one at a time, top down: the directories above a path are known not to be excluded. (pathspec, the usual
library, applies a directory's pattern to everything below it, which differs from git for `logs*` and `!logs-kept`, and
importing it takes as long as checking two hundred files.)
"""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = re.compile(r"[*?\[\\]")
# A `*` before a literal has a fast path; the rest uses a regular expression.
_NEVER = "(?!)"

_MAX_BYTES = 10_000_000

_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9", "graph": "!-~",
    "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r" \t-\r", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


class Pattern(NamedTuple):
    """One line of a .gitignore file.

    by_name: it matches names at any depth; otherwise paths from the file's directory on.
    literal: what a name or path must start with; all of it if `glob` is empty.
    """

    negated: bool
    directories_only: bool
    by_name: bool
    literal: str
    glob: str

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches a name or path."""
        if not self.glob:
            return text == self.literal
        return text.startswith(self.literal) and _compiled(self.glob).fullmatch(text) is not None


class Ignore(NamedTuple):
    """One ignore file: a path below its directory is matched as `above` plus the path from `skip` on."""

    above: str
    skip: int
    patterns: tuple[Pattern, ...]


def read_ignore(path: str) -> tuple[Pattern, ...]:
    """Return the patterns of a .gitignore file, last first; none if it cannot be read or is not a regular file."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            return ()
        # Git matches bytes; in this encoding every byte is a character.
        with open(path, encoding="latin-1", newline="\n") as file:
            return parse_ignore(file.read(_MAX_BYTES).removeprefix("\xef\xbb\xbf").split("\n"))
    except OSError:
        return ()


def parse_ignore(lines: Iterable[str]) -> tuple[Pattern, ...]:
    """Return the patterns of some lines, last first: the last match decides."""
    found = []
    for line in lines:
        text = line.removesuffix("\r")
        spaces = len(text) - len(text.rstrip(" "))
        if spaces:
            # A leading ! or # may be escaped.
            text = text[: len(text) - spaces + text[:-spaces].endswith("\\")]
        if text.startswith("#"):
            continue
        negated = text.startswith("!")
        text = text[negated:]
        directories_only = text.endswith("/")
        text = text[: len(text) - directories_only]
        if text:
            by_name = "/" not in text
            text = text.removeprefix("/")
            special = _SPECIAL.search(text)
            found.append(Pattern(negated, directories_only, by_name, text[: special.start()] if special else text, text if special else ""))
    return tuple(found[::-1])


def parse_patterns(patterns: Iterable[str]) -> tuple[Pattern, ...]:
    """Return patterns of settings or the command line, last first."""
    return parse_ignore(map(as_bytes, patterns))


def as_bytes(text: str) -> str:
    """Return a path or pattern with a character for each byte, as git matches it."""
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


def verdict(patterns: tuple[Pattern, ...], path: str, *, is_directory: bool) -> bool | None:
    """Return whether a path (relative to the .gitignore file's directory) is excluded; None if no pattern matches."""
    path = as_bytes(path)
    name = path[path.rfind("/") + 1 :]
    for pattern in patterns:
        if (is_directory or not pattern.directories_only) and pattern.matches(name if pattern.by_name else path):
            return not pattern.negated
    return None


def covers(patterns: tuple[Pattern, ...], path: str) -> bool:
    """Return whether patterns exclude a file or a directory above it; the path is relative to the patterns' directory."""
    end = path.find("/")
    while end >= 0:
        if verdict(patterns, path[:end], is_directory=True):
            return True
        end = path.find("/", end + 1)
    return bool(verdict(patterns, path, is_directory=False))


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(_translated(glob), re.DOTALL)


def _translated(glob: str) -> str:
    """Translate a glob to a regular expression."""
    parts: list[str] = []
    at = 0
    # The position of the last star of this name. Once another one follows, the first match of what lies between is as
    # good as any: without backtracking to it, names and patterns of hundreds of letters take no time.
    star: int | None = None
    while at < len(glob):
        char = glob[at]
        at += 1
        if char == "/":
            star = None
        if char == "*":
            start = at - 1
            while glob.startswith("*", at):
                at += 1
            if at - start > 1 and glob[start - 1 : start] in ("", "/") and glob[at : at + 1] in ("", "/"):
                star = None
                parts.append("(?:.*/)?" if at < len(glob) else ".*")
                at += 1
            else:
                if star is not None:
                    parts[star] = f"(?=(?P<s{star}>[^/]*?"
                    parts.append(f"))(?P=s{star})")
                star = len(parts)
                parts.append("[^/]*")
        elif char == "?":
            parts.append("[^/]")
        elif char == "[":
            ranges, at = _bracket(glob, at)
            parts.append(ranges)
        elif char == "\\":
            parts.append(re.escape(glob[at]) if at < len(glob) else _NEVER)
            at += 1
        else:
            parts.append(re.escape(char))
    return "".join(parts)


def _bracket(glob: str, at: int) -> tuple[str, int]:
    """Translate a bracket expression whose `[` ends at `at`; return it and its end. An unclosed one never matches."""
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    parts: list[str] = []
    previous, first = "", True
    while first or glob[at : at + 1] != "]":
        first = False
        char = glob[at : at + 1]
        named = re.compile(r"\[:([^\]]*):\]").match(glob, at)
        if char == "-" and previous and glob[at + 1 : at + 2] not in ("", "]"):
            at += 1 + (glob[at + 1] == "\\")
            last = glob[at : at + 1]
            parts += [f"{re.escape(previous)}-{re.escape(last)}"] if previous <= last else []
            previous = "" if last else "]"
        elif named:
            if named[1] not in _CLASSES:
                return _NEVER, len(glob)
            parts.append(_CLASSES[named[1]])
            at, previous = named.end() - 1, ""
        else:
            at += char == "\\"
            previous = glob[at : at + 1]
            parts.append(re.escape(previous))
        if at >= len(glob):
            return _NEVER, len(glob)
        at += 1
    inside = "".join(parts)
    if negated:
        return f"[^/{inside}]", at + 1
    return (f"(?!/)[{inside}]" if inside else _NEVER), at + 1
