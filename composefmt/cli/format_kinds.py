"""The kinds of change that formatting makes: apply one of them only, or count all."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from composefmt.engine import FormatResult
from composefmt.findings import Finding, Severity
from composefmt.markdown import format_bytes
from composefmt.syntax.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.options import Chosen, Options

STYLE, FORMS, ORDER = "style", "long-forms", "order"


def restricted(given: Chosen, only: str | None) -> Chosen:
    """Return the options with only one kind of change: the style, the forms of fields, or the order of keys."""
    if only in (STYLE, ORDER):
        given = {**given, "long_form": (), "short_form": ()}
    if only in (STYLE, FORMS):
        given = {**given, "order": "keep"}
    return given


def _style(options: Options) -> Options:
    return options._replace(long_form=(), short_form=(), order="keep")


def formatted_in_style(data: bytes, options: Options, name: str) -> FormatResult:
    """Format a file whose style is right already; any other file stays, with a warning."""
    style = format_bytes(data, _style(options), name)
    if style.data is None:
        return format_bytes(data, options, name)._replace(edits=())
    message = "file left unchanged: its style would change as well"
    finding = Finding("style-first", Severity.WARNING, message, Span(0, 0), 'run "composefmt format --only style" first')
    return FormatResult(style.source, None, (finding,))


def kinds_of_change(data: bytes, options: Options, name: str) -> tuple[FormatResult, dict[str, int]]:
    """Return the result for a file, and the number of changes of each kind."""
    style = format_bytes(data, _style(options), name)
    forms = format_bytes(data, options._replace(order="keep"), name)
    result = format_bytes(data, options, name)
    kinds = Counter(_kind(style.source.text[edit.start : edit.end], edit.text) for edit in style.edits)
    kinds["long and short forms"] = _places(style.text, forms.text)
    kinds["order of keys"] = _places(forms.text, result.text)
    return result._replace(edits=()), {kind: number for kind, number in kinds.items() if number}


def _places(before: str, after: str) -> int:
    """Return the number of places in which the lines of two texts differ."""
    if before == after:
        return 0
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return sum(tag != "equal" for tag, *_ in matcher.get_opcodes())


def _kind(before: str, after: str) -> str:
    """Return the kind of an edit of the layout."""
    if not (before + after).strip():
        if before.count("\n") != after.count("\n"):
            return "blank lines and line breaks"
        return "indentation" if "\n" in after else "spaces"
    if before.strip("'\"").replace("\\", "") == after.strip("'\"").replace("\\", "") or _bare(before) == _bare(after):
        return "quotes"
    if "#" in after and not re.sub(r"#[^\r\n]*|\s", "", after):
        return "position of comments" if before.count("\n") == after.count("\n") else "blank lines and line breaks"
    if re.sub(r"\s", "", before) == re.sub(r"\s", "", after):
        return "indentation"
    return "flow style"


def _bare(text: str) -> str:
    return re.sub(r"""['"]""", "", text)


def table(counted: Iterable[dict[str, int]]) -> str:
    """Return the counts of all files as lines, most frequent kind first."""
    files: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    for kinds in counted:
        files.update(kinds.keys())
        changes.update(kinds)
    rows = sorted(files, key=lambda kind: (-files[kind], -changes[kind], kind))
    return "".join([" files  changes  kind\n", *(f"{files[kind]:>6}{changes[kind]:>9}  {kind}\n" for kind in rows)]) if rows else ""
