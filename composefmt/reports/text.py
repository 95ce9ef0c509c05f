"""Findings for people: location, message, the line with carets, and the help line."""

from __future__ import annotations

import re
from posixpath import commonprefix
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.secrecy import MASK, masked_line
from composefmt.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found
    from composefmt.syntax.source import Source, Span

# The maximum width of a source line, in columns; longer ones are cut.
_WIDTH = 120
# Secrets are looked for in so many characters of a line: a file may be one line of megabytes with many findings.
_MASKED = 10_000
_TAB = "    "
# Characters that must not reach a terminal: control characters and those that change the direction of text.
_DANGEROUS = "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
# Unicode categories of combining marks and invisible characters.
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


class Style(NamedTuple):
    """The colors of a report as ANSI sequences, all empty without colors.

    `unsafe`: mark unsafe fixes as well.
    """

    error: str = ""
    warning: str = ""
    info: str = ""
    bold: str = ""
    dim: str = ""
    added: str = ""
    removed: str = ""
    reset: str = ""
    unsafe: bool = False

    def severity(self, severity: Severity) -> str:
        """Return the color of a severity."""
        return {Severity.ERROR: self.error, Severity.WARNING: self.warning, Severity.INFO: self.info}[severity]


PLAIN = Style()
COLORED = Style("\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m")


def printable(text: str) -> str:
    """Return text with control characters escaped."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_DANGEROUS, lambda found: f"\\u{ord(found.group()):04x}", text)


def report(found: Iterable[Found], style: Style) -> Iterator[str]:
    """Yield each finding with its line, carets and help, followed by an empty line."""
    for source, finding in found:
        yield render(source, finding, style) + "\n"


def render(source: Source, finding: Finding, style: Style = PLAIN) -> str:
    """Return one finding as lines of text, ending with a line break."""
    return "\n".join(_lines(source, finding, style)) + "\n"


# Precedes the message if --fix fixes the finding.
_FIXABLE = "[*] "


def headline(source: Source, finding: Finding, style: Style = PLAIN) -> str:
    """Return location, severity, rule, fix marker and message on one line, without a line break."""
    color = style.severity(finding.severity)
    where = f"{style.bold}{_place(source, finding.span)}:{style.reset}"
    mark = _FIXABLE if finding.fix is not None and (finding.fix.safe or style.unsafe) else ""
    return f"{where} {color}{finding.severity.value}[{finding.rule}]{style.reset} {mark}{printable(finding.message)}"


def _lines(source: Source, finding: Finding, style: Style) -> Iterator[str]:
    color = style.severity(finding.severity)
    yield headline(source, finding, style)
    yield from _snippet(source, finding.span, style, color, hidden=finding.is_about_secret)
    shown = {source.position(finding.span.start).line}
    for related in finding.related:
        if related.file is not None:
            line, column = related.file.start
            yield f"  note: {printable(related.file.path)}:{line}:{column}: {printable(related.message)}"
            continue
        yield f"  note: {_place(source, related.span)}: {printable(related.message)}"
        line = source.position(related.span.start).line
        if line not in shown:
            shown.add(line)
            yield from _snippet(source, related.span, style, style.dim)
    if finding.help:
        yield f"  help: {printable(finding.help)}"


def _place(source: Source, span: Span) -> str:
    line, column = source.position(span.start)
    return f"{printable(source.filename)}:{line}:{column}"


def _snippet(source: Source, span: Span, style: Style, color: str, *, hidden: bool = False) -> Iterator[str]:
    line = source.position(span.start).line
    start, end = source.line_span(line)
    text = source.text[start:end]
    if not text.strip():
        return
    text, first, last = _masked(text, span.start - start, max(min(span.end, end) - start, span.start - start + 1))
    if hidden and MASK not in text[first:last] and "$" not in text[first:last]:
        text, last = text[:first] + MASK + text[last:], first + len(MASK)
    before, marked, after = _cut(text, first, last)
    gutter = f"{line:>4} | "
    yield f"{style.dim}{gutter}{style.reset}{before}{marked}{after}"
    yield f"{style.dim}{' ' * (len(gutter) - 2)}| {style.reset}{' ' * _width(before)}{color}{'^' * max(_width(marked), 1)}{style.reset}"


def _masked(text: str, first: int, last: int) -> tuple[str, int, int]:
    """Return a line with its value masked if that is a secret, and the range to mark in it."""
    head = text[:_MASKED]
    hidden = masked_line(head)
    if hidden == head:
        return text, first, last
    same = len(commonprefix([head, hidden]))
    if head[same] in "[{&*!|>":
        return text, first, last
    # A mask at the end hides the rest of the line as well.
    whole = hidden if hidden.endswith(MASK) else hidden + text[_MASKED:]
    return whole, min(first, same), last if last <= same else len(whole)


def _cut(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the visible text before, in and after a span of a line; a long line is cut around it."""
    # Cut coarsely first: a file may be one line of megabytes with many findings.
    before = _shown(text[max(start - _WIDTH, 0) : start])
    marked = _shown(text[start : min(end, start + _WIDTH)])
    after = _shown(text[end : end + _WIDTH])
    if len(before) + len(marked) + len(after) > _WIDTH or start > _WIDTH:
        if len(marked) > _WIDTH // 2:
            marked = marked[: _WIDTH // 2] + "…"
            after = ""
        if len(before) > _WIDTH // 3:
            before = "…" + before[-_WIDTH // 3 :]
        room = max(_WIDTH - len(before) - len(marked), 0)
        after = after[:room] + ("…" if len(after) > room else "")
    return before, marked, after


def _shown(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _width(text: str) -> int:
    """Return the width of a text on a terminal, in columns."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(c) in _NO_WIDTH else 2 if east_asian_width(c) in "WF" else 1 for c in text)
