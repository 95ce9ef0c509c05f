"""Rules about how a file is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, known_names, rule, unknown_name
from composefmt.syntax.comments import comments
from composefmt.syntax.edits import Edit
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile


@rule("unformatted", Severity.WARNING, group="style", default=False)
def unformatted(element: Element) -> Iterator[Problem]:
    """`composefmt format` would change the file.

    Bad:

        services:
            web:
                image: 'nginx'

    Good:

        services:
          web:
            image: nginx

    Source: the readable format, as the README describes it.
    """
    from composefmt.format.passes import formatted

    file = element.file
    edits, _, _, obstacle, *_ = formatted(file.source.text, file.tree, file.options, file.uses)
    if obstacle is not None:
        message = "the file cannot be formatted: the formatter does not support the syntax here"
        yield Problem(Span(obstacle, obstacle), message, 'write it as "key: value" in block style')
    if edits:
        first = min(edits)
        places = f"{len(edits)} places" if len(edits) > 1 else "one place"
        yield Problem(
            Span(first.start, max(first.end, first.start + 1)),
            f"the file is not formatted ({places})",
            "run composefmt format",
            Fix("format the file", tuple(edits)),
        )


@rule("unused-suppression", Severity.WARNING, group="style")
def unused_suppression(element: Element) -> Iterator[Problem]:
    """A comment silences a rule that finds nothing on its line.

    It was mended since, or the name of the rule is mistyped.

    Bad:

        services:
          web:
            image: nginx # composefmt: ignore[unknown-key] this key is fine

    Good:

        services:
          web:
            image: nginx
            prots: [] # composefmt: ignore[unknown-key] read by another tool

    Source: the README, "Settings, and turning rules off".
    """
    for number, (span, name, of_file) in enumerate(element.file.unused_suppressions):
        few = number < _MOST
        where = "in this file" if of_file else "on this line"
        is_known = not name or name in known_names()
        advice = "delete the comment" if is_known or not few else unknown_name(name)
        # Whoever mistyped the rule wants another one silenced, so the comment stays.
        fix = _without(element.file, span) if is_known and few else None
        yield Problem(span, f'nothing to ignore: "{name}" finds nothing {where}', advice, fix)


# Of more in one file, only the first offer a fix and the nearest name, which take long to find.
_MOST = 100


def _without(file: ComposeFile, name: Span) -> Fix | None:
    """Takes a rule's name out of a comment; with the last one the comment goes, and with it the reason, which is not safe."""
    text, changes = file.source.text, file.changes
    comment = next((each for each in comments(text, file.tree) if each.start <= name.start < each.end), None)
    opened, closed = text.rfind("[", 0, name.start), text.find("]", name.start)
    if comment is None or opened < comment.start or not name.end <= closed < comment.end or not changes.newline:
        return None
    before, after = text[opened + 1 : name.start], text[name.end : closed]
    if before.strip() or after.strip():
        # A comma goes with it, the one behind it or else the one before.
        end = name.end + after.find(",") + 1 if "," in after else name.end
        end += len(text[end:closed]) - len(text[end:closed].lstrip(" ")) if "," in after else 0
        start = name.start if "," in after else opened + 1 + before.rfind(",")
        return Fix("leave it out", (Edit(start, end, ""),), comments=True)
    start = len(text[: comment.start].rstrip(" \t"))
    end = changes.line_end(comment.start)
    if start == line_start(text, comment.start):
        end = text.find("\n", end) + 1 or end
    return Fix("delete the comment", (Edit(start, end, ""),), safe=not text[closed + 1 : comment.end].strip(), comments=True)


_TO_COMPOSEFMT = re.compile(r"#\s*composefmt:\s*([\w-]*)(\[)?")
# The comments that composefmt knows, and whether each names rules in brackets.
_COMMANDS = {"ignore": True, "ignore-file": True, "off": False, "on": False, "skip": False, "skip-file": False}


@rule("unknown-comment", Severity.WARNING, group="style")
def unknown_comment(element: Element) -> Iterator[Problem]:
    """A comment for composefmt is mistyped, or names no rule, so that it does nothing.

    Bad:

        services:
          web:
            image: nginx # composefmt: skpi

    Good:

        services:
          web:
            image:   nginx # composefmt: skip

    Source: the README, "Settings, and turning rules off".
    """
    text = element.file.source.text
    if "composefmt:" not in text:
        return
    for comment in comments(text, element.file.tree):
        found = _TO_COMPOSEFMT.match(text, comment.start, comment.end)
        if found is None:
            continue
        word, bracket = found[1], found[2]
        if word not in _COMMANDS:
            from difflib import get_close_matches

            # A sentence that begins with the name is nobody's mistake.
            for near in get_close_matches(word, _COMMANDS, 1, 0.7):
                yield Problem(
                    Span(*found.span(1)), f'composefmt knows no comment "{word}", so this one does nothing', f'did you mean "{near}"?'
                )
        elif _COMMANDS[word] and not bracket:
            message = f'"composefmt: {word}" names no rule, so it silences nothing'
            yield Problem(Span(*found.span(1)), message, f'name the rules: "# composefmt: {word}[rule] reason"')
