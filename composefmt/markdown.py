"""Compose files in Markdown: format and check the fenced blocks of a file in place, with positions in that file.

Blocks in `yaml` that contain `services:` at the top, and blocks marked `compose`, count as Compose files, unless the
comment `<!-- composefmt: skip -->` precedes them. They are parts of something, so that names and files that they do not
define are not reported. Everything else in the file stays.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from composefmt import engine
from composefmt.engine import CheckResult, FixResult, FormatResult
from composefmt.findings import Finding, Severity
from composefmt.options import Options
from composefmt.syntax.edits import Edit, apply_edits
from composefmt.syntax.source import NotText, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULTS = Options()

_FENCE = r"( *)(`{3,}|~{3,})[ \t]*([^`\r\n]*)"
_SKIP = r"\s*<!--\s*composefmt:\s*skip\s*-->\s*"


class Block(NamedTuple):
    """One fenced block: its span in the file, its indentation, its text without it, and the offset of each line in both."""

    span: Span
    indent: str
    text: str
    lines: tuple[tuple[int, int], ...]

    def offset(self, inside: int) -> int:
        """Return the offset in the file of an offset in the block."""
        own, outer = self.lines[max(0, bisect_right(self.lines, (inside, 1 << 62)) - 1)]
        return outer + inside - own

    def finding(self, finding: Finding) -> Finding:
        """Return a finding with its locations in the file, without its fix."""
        related = tuple(each if each.file is not None else each._replace(span=self.outer(each.span)) for each in finding.related)
        return finding._replace(span=self.outer(finding.span), related=related, fix=None)

    def outer(self, span: Span) -> Span:
        """Return the span in the file of a span in the block."""
        return Span(self.offset(span.start), self.offset(span.end))


def is_markdown(name: str) -> bool:
    """Return whether a file's name is that of a Markdown file."""
    return name.lower().endswith((".md", ".markdown"))


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown file that are Compose files."""
    lines = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+").findall(text)
    offset, number, is_skipped = 0, 0, False
    while number < len(lines):
        line = lines[number]
        fence = re.compile(_FENCE).fullmatch(line.rstrip("\r\n"))
        offset, number = offset + len(line), number + 1
        if fence is None:
            is_skipped = re.compile(_SKIP).fullmatch(line) is not None or (is_skipped and not line.strip())
            continue
        start, body = offset, []
        while number < len(lines) and not _closes(lines[number], fence[2]):
            body.append(lines[number])
            offset, number = offset + len(lines[number]), number + 1
        found = _block(fence[1], fence[3], start, body) if number < len(lines) and not is_skipped else None
        is_skipped = False
        if number < len(lines):
            offset, number = offset + len(lines[number]), number + 1
        if found is not None:
            yield found


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def _block(indent: str, info: str, start: int, body: list[str]) -> Block | None:
    """Return a block if it is a Compose file whose lines are all indented as far as its fence."""
    words = re.split(r"[\s,{}]+", info.lower().strip())
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    own, outer = 0, start
    for line in body:
        width = len(indent) if line.startswith(indent) else len(line) - len(line.lstrip(" "))
        if width < len(indent) and line.strip():
            return None
        places.append((own, outer + width))
        parts.append(line[width:])
        own, outer = own + len(line) - width, outer + len(line)
    text = "".join(parts)
    is_yaml = words[0] in ("yaml", "yml") and re.search(r"^services:", text, re.MULTILINE) is not None
    if not body or not (is_yaml or words[0] == "compose" or (words[0] in ("yaml", "yml") and "compose" in words[1:])):
        return None
    return Block(Span(start, outer), indent, text, tuple(places))


def _part(options: Options) -> Options:
    return options._replace(is_fragment=True, surroundings=None, project=(), projects=(), lines=None)


def format_bytes(data: bytes, options: Options = _DEFAULTS, filename: str = "<text>") -> FormatResult:
    """Format the bytes of one file: of a Compose file, or of the blocks in a Markdown file."""
    if not is_markdown(filename):
        return engine.format_bytes(data, options, filename)
    try:
        source = Source.from_bytes(data, filename)
    except NotText:
        return engine.format_bytes(data, options, filename)
    edits: list[Edit] = []
    findings: list[Finding] = []
    for block in blocks(source.text):
        result = engine.format_text(block.text, _part(options), filename)
        # What cannot be parsed is often an excerpt, which `check` reports.
        level = Severity.ERROR if any(found.rule == "internal-error" for found in result.findings) else Severity.INFO
        findings += [block.finding(found)._replace(severity=level) for found in result.findings]
        if result.data is not None:
            lines = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+").findall(result.text)
            made = "".join((block.indent if line.strip("\r\n") else "") + line for line in lines)
            edits.append(Edit(*block.span, made))
    if not edits:
        return FormatResult(source, None, tuple(findings))
    return FormatResult(source, source.to_bytes(apply_edits(source.text, edits)), tuple(findings), tuple(edits))


def check_bytes(data: bytes, options: Options = _DEFAULTS, filename: str = "<text>") -> CheckResult:
    """Check the bytes of one file: of a Compose file, or of the blocks in a Markdown file."""
    return _check(data, options, filename) if is_markdown(filename) else engine.check_bytes(data, options, filename)


def check_with_formatting(data: bytes, options: Options = _DEFAULTS, filename: str = "<text>") -> CheckResult:
    """Check the bytes of one file, and report in `is_formatted` whether they are formatted, without a finding."""
    if not is_markdown(filename):
        return engine.check_with_formatting(data, options, filename)
    return _check(data, options, filename)._replace(is_formatted=format_bytes(data, options, filename).data is None)


def fix_bytes(
    data: bytes,
    options: Options = _DEFAULTS,
    filename: str = "<text>",
    *,
    unsafe: bool = False,
    formatting: bool = False,
    moving: bool = False,
) -> FixResult:
    """Check the bytes of one file and apply the fixes; in Markdown, nothing is fixed."""
    if not is_markdown(filename):
        return engine.fix_bytes(data, options, filename, unsafe=unsafe, formatting=formatting, moving=moving)
    found = check_with_formatting(data, options, filename)
    return FixResult(found.source, None, {}, found.findings, found.is_formatted or not formatting)


def _check(data: bytes, options: Options, filename: str) -> CheckResult:
    try:
        source = Source.from_bytes(data, filename)
    except NotText:
        return engine.check_bytes(data, options, filename)
    findings = [
        block.finding(found) for block in blocks(source.text) for found in engine.check_text(block.text, _part(options), filename).findings
    ]
    return CheckResult(source, tuple(findings))
