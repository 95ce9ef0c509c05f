"""Rules for formatting and for composefmt's own comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.findings import FORMATTING_RULE, Fix, Severity
from composefmt.rules._suppression import suppressions
from composefmt.rules.registry import Element, Problem, known_names, renamed_rules, renaming, rule, unknown_name
from composefmt.syntax.comments import comments
from composefmt.syntax.edits import Edit
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile


@rule(FORMATTING_RULE, Severity.WARNING, group="style", default=False)
def unformatted(element: Element) -> Iterator[Problem]:
    """Checks for files that `composefmt format` would change.

    A uniform style keeps diffs small and makes files easier to read.

    Bad:

        services:
            web:
                image: 'nginx'

    Good:

        services:
          web:
            image: nginx

    Source: the formatting style of composefmt.
    """
    from composefmt.format.passes import formatted

    file = element.file
    edits, _, _, obstacle, *_ = formatted(file.source.text, file.tree, file.options, file.uses)
    if obstacle is not None:
        message = "file cannot be formatted because the formatter does not support the syntax here"
        yield Problem(Span(obstacle, obstacle), message, 'use "key: value" in block style')
    if edits:
        first = min(edits)
        changes = f"{len(edits)} changes" if len(edits) > 1 else "1 change"
        yield Problem(
            Span(first.start, max(first.end, first.start + 1)),
            f"file is not formatted ({changes})",
            'run "composefmt format"',
            Fix("format the file", tuple(edits)),
        )


@rule("unused-suppression", Severity.WARNING, group="style", scope="suppressions")
def unused_suppression(element: Element) -> Iterator[Problem]:
    """Checks for suppression comments that suppress no finding.

    The problem was fixed, or the name of the rule is misspelled. A stale suppression hides future findings.

    Fix safety: the fix removes the rule's name or, with the last name, the comment. It is unsafe if the comment states a reason,
    which would be lost.

    Bad:

        services:
          web:
            image: nginx # composefmt: ignore[unknown-key] this key is fine

    Good:

        services:
          web:
            image: nginx
            prots: [] # composefmt: ignore[unknown-key] read by another tool

    Source: the README, "Rules and configuration".
    """
    for number, (span, name, of_file) in enumerate(element.file.unused_suppressions):
        few = number < _MOST
        where = "in this file" if of_file else "on this line"
        is_known = not name or name in known_names()
        advice = "remove the comment" if is_known or not few else unknown_name(name)
        # A misspelled name is meant for another rule, so the comment stays.
        fix = _without(element.file, span) if is_known and few else None
        yield Problem(span, f'unused suppression: "{name}" reports nothing {where}', advice, fix)


# Only the first findings offer a fix and the nearest name because both are slow to compute.
_MOST = 100


def _without(file: ComposeFile, name: Span) -> Fix | None:
    """Return the fix that removes a rule's name from a comment, or the whole comment (unsafe if it has a reason) with the last name."""
    text, changes = file.source.text, file.changes
    comment = next((each for each in comments(text, file.tree) if each.start <= name.start < each.end), None)
    opened, closed = text.rfind("[", 0, name.start), text.find("]", name.start)
    if comment is None or opened < comment.start or not name.end <= closed < comment.end or not changes.newline:
        return None
    before, after = text[opened + 1 : name.start], text[name.end : closed]
    if before.strip() or after.strip():
        # Remove the comma after the name, or else the one before it.
        end = name.end + after.find(",") + 1 if "," in after else name.end
        end += len(text[end:closed]) - len(text[end:closed].lstrip(" ")) if "," in after else 0
        start = name.start if "," in after else opened + 1 + before.rfind(",")
        return Fix("remove the unused suppression", (Edit(start, end, ""),), comments=True)
    start = len(text[: comment.start].rstrip(" \t"))
    end = changes.line_end(comment.start)
    if start == line_start(text, comment.start):
        end = text.find("\n", end) + 1 or end
    return Fix("remove the comment", (Edit(start, end, ""),), safe=not text[closed + 1 : comment.end].strip(), comments=True)


@rule("deprecated-rule-name", Severity.INFO, group="style")
def deprecated_rule_name(element: Element) -> Iterator[Problem]:
    """Checks for suppression comments that name a rule by its old name.

    The comment still works, but old names will be removed in a later version.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - ~/certs/etc/certs/:ro # composefmt: ignore[lost-colon] a path with a colon

    Good:

        services:
          web:
            image: nginx
            volumes:
              - ~/certs/etc/certs/:ro # composefmt: ignore[missing-colon] a path with a colon

    Source: the page "Rules", section "Renamed rules".
    """
    file = element.file
    found = suppressions(file.source, file.tree)
    given = {(each.line, each.rule) for each in found}
    for line, name, span in found:
        new = renamed_rules().get(name)
        if new is not None:
            # A comment may name both, for several versions of composefmt.
            fix = Fix(f'rename to "{new}"', (Edit(*span, new),), comments=True) if (line, new) not in given else _without(file, span)
            yield Problem(span, renaming(name), f'use "{new}"', fix)


_TO_COMPOSEFMT = re.compile(r"#\s*composefmt:\s*([\w-]*)(\[)?")
# The directives of composefmt, and whether each one takes a list of rules.
_COMMANDS = {"ignore": True, "ignore-file": True, "off": False, "on": False, "skip": False, "skip-file": False}


@rule("unknown-directive", Severity.WARNING, group="style", formerly="unknown-comment")
def unknown_directive(element: Element) -> Iterator[Problem]:
    """Checks for `# composefmt:` comments with a misspelled directive or without a rule.

    composefmt ignores the comment, so it has no effect.

    Bad:

        services:
          web:
            image: nginx # composefmt: skpi

    Good:

        services:
          web:
            image:   nginx # composefmt: skip

    Source: the README, "Rules and configuration".
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

            # Ordinary sentences that start with the name are not reported.
            for near in get_close_matches(word, _COMMANDS, 1, 0.7):
                yield Problem(Span(*found.span(1)), f'unknown directive "{word}" has no effect', f'did you mean "{near}"?')
        elif _COMMANDS[word] and not bracket:
            message = f'"composefmt: {word}" has no effect because it names no rule'
            yield Problem(Span(*found.span(1)), message, f'add the rules: "# composefmt: {word}[rule] reason"')
