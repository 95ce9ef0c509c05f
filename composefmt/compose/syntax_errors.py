"""Explain YAML syntax errors at the location of their cause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.compose.line_mistakes import LineMistake, line_mistake
from composefmt.findings import Finding, Related, Severity
from composefmt.syntax.source import Source, Span
from composefmt.syntax.tabs import SIGN
from composefmt.syntax.unreadable import bare_document

if TYPE_CHECKING:
    from composefmt.syntax.parse import SyntaxProblem

# Patterns of the parser's messages, each with our message and help line.
_EXPLANATIONS = (
    (r"cannot start any token", "a value cannot start with {found}", "quote the value"),
    (
        r"mapping values are not allowed",
        "second key on one line because a space follows the colon",
        "quote the value, or put the key on its own line",
    ),
    (
        r"could not find expected ':'",
        "missing colon: this line is neither a key nor part of the previous value",
        'end the key with a colon and a space ("key: value"), or quote or indent the text of a multiline value',
    ),
    (
        r"did not find expected key|expected <block end>",
        "the indentation does not match the previous lines",
        "start all keys of a mapping in the same column",
    ),
    (
        r"did not find expected '-' indicator",
        "this line is neither an item of the previous list nor a key of an enclosing mapping",
        "start all items of a list with a dash in the same column",
    ),
    (r"block sequence entries are not allowed", "a list item cannot start here", "start the list on its own line below its key"),
    (
        r"expected ',' or '\]'",
        "a flow-style list is not closed, or a comma is missing",
        "separate the items with commas and end the list with ]",
    ),
    (
        r"expected ',' or '\}'",
        "a flow-style mapping is not closed, or a comma is missing",
        "separate the entries with commas and end the mapping with }",
    ),
    (r"found unexpected end of stream", "unclosed quote at the end of the file", "close the quote"),
    (
        r"invalid Unicode character escape",
        "this escape is not a Unicode character",
        r'the last character is "\U0010FFFF"; double the backslash if no escape is meant',
    ),
    (
        r"found unknown escape character",
        "invalid escape sequence in a double-quoted string",
        "double the backslash, or use single quotes",
    ),
    (r"found unexpected document indicator", "unclosed quote at the start of the next document", "close the quote"),
    (r"found character.*tab|found a tab", "tabs are not allowed here", "indent with spaces"),
    (
        r"expected <document start>",
        "unexpected content after the top-level value",
        "check the indentation: the whole file must be one mapping",
    ),
    (
        r"control characters are not allowed|special characters are not allowed|unacceptable character",
        "{found} is not allowed in YAML",
        "remove the character",
    ),
    (r"incompatible YAML|duplicate %YAML", "unsupported YAML version", "remove the line: Compose needs no directives"),
    (r"duplicate|found undefined tag handle", "undefined prefix in a tag", "remove the tag"),
    (r"expected (?:the )?node content", "missing value", 'add a value, or "" for an empty one'),
    (
        r"did not find expected comment or line break",
        "unexpected text after a block scalar indicator",
        "start the text on the next line",
    ),
)


# Signs of a template: a control line in the first column, which cannot be part of a block scalar; and an unquoted placeholder
# on the line of the problem.
_CONTROL_LINE = re.compile(r"^\{(?:\{-?|%-?)\s*\w.*[%}]\}\s*$", re.MULTILINE)
_TO_FILL_IN = re.compile(r"""^(?:[^"'#\n]|"[^"\n]*"|'[^'\n]*')*?(?:\{\{.*\}\}|\{%.*%\})""")
_LONGEST = 500  # Characters of a line to search.
_TEMPLATE_ADVICE = "render the template first: composefmt reads only its result"


# The markers of an unresolved merge conflict of Git.
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?= |$)", re.MULTILINE)


def explain_problem(source: Source, problem: SyntaxProblem) -> Finding:
    """Return the finding for invalid YAML, at the location of its cause."""
    found = _explained(source, problem)
    if (lenient := _read_by_compose(source.text, problem)) is not None:
        message, advice = lenient
        return found._replace(severity=Severity.WARNING, message=message, help=advice)
    if problem.rule == "yaml-syntax" and _is_template(source.text, (found.span.start, min(problem.offset, len(source.text)))):
        return found._replace(help=_TEMPLATE_ADVICE)
    return found


def _read_by_compose(text: str, problem: SyntaxProblem) -> tuple[str, str] | None:
    """Return the message and the advice for what is not YAML but is read by go-yaml, Docker Compose's library; else None.

    Source: go-yaml's scannerc.go (the escape) and readerc.go (the range of characters).
    """
    here = text[max(problem.offset - 1, 0) : problem.offset + 2]
    if "unknown escape" in problem.message and "\\'" in here:
        return 'the escape "\\\'" is not YAML: Docker Compose reads it, other tools do not', "remove the backslash"
    if text[problem.offset : problem.offset + 1] == "\x7f":
        return "character U+007F is not YAML: Docker Compose reads it, other tools do not", "delete the character"
    return None


def _is_template(text: str, offsets: tuple[int, ...]) -> bool:
    starts = {text.rfind("\n", 0, offset) + 1 for offset in offsets}
    return bool(_CONTROL_LINE.search(text) or any(_TO_FILL_IN.match(text[start : start + _LONGEST].partition("\n")[0]) for start in starts))


def _explained(source: Source, problem: SyntaxProblem) -> Finding:
    offset = min(problem.offset, len(source.text))
    marker = _CONFLICT.search(source.text) if problem.rule == "yaml-syntax" else None
    if marker is not None:
        advice = "resolve the conflict: keep one side and remove the markers"
        return Finding(problem.rule, Severity.ERROR, f'merge conflict marker "{marker[1]}"', Span(*marker.span(1)), advice)
    if problem.rule == "yaml-syntax" and (opened := _not_closed(source, problem, offset)) is not None:
        return opened
    message, advice = problem.message, ""
    begun = problem.context_offset
    if problem.rule == "yaml-syntax":
        message, advice = _plain_words(source, problem, offset)
        if begun is not None and _SHOWN_WHERE_IT_BEGAN.search(problem.message + problem.context):
            offset = begun
        separator = re.search(r"[\x85\u2028\u2029]", source.text[source.text.rfind("\n", 0, offset) + 1 : offset])
        if separator is not None:
            message, advice = (
                f"the invisible character U+{ord(separator[0]):04X} breaks the line before this",
                "remove the character",
            )
        glued = _glued_key(source.text, offset)
        here = _GLUED_KEY.match(source.text[source.text.rfind("\n", 0, offset) + 1 :].partition("\n")[0])
        if glued is None and here is not None and "could not find expected ':'" in problem.message:
            glued = source.text.rfind("\n", 0, offset) + 1 + here.start(1)
        mistake = _line_mistake(source.text, offset, begun) if _OF_LINES.search(f"{problem.context} {problem.message}") else None
        if glued is not None and re.search("mapping values|could not find expected ':'", problem.message):
            offset, message, advice = glued, "missing space after the colon", 'end the key with a colon and a space: "key: value"'
        elif mistake is not None:
            offset, message, advice = mistake
            begun = None
        elif "mapping values" in problem.message and (deep := _too_deep(source.text, offset)) is not None:
            offset, message = deep, "this key is indented below a key that already has a value"
            advice = "start all keys of a mapping in the same column"
    related: tuple[Related, ...] = ()
    if begun is not None and source.position(begun).line != source.position(offset).line:
        related = (Related(Span(begun, min(begun + 1, len(source.text))), "started here"),)
    return Finding(
        problem.rule, Severity.ERROR, message, Span(offset, offset + 1), advice or _ADVICE.get(problem.rule, ""), related=related
    )


def _not_closed(source: Source, problem: SyntaxProblem, offset: int) -> Finding | None:
    """Return the finding at an unclosed bracket or quote if the parser fails on a later line, None for other problems."""
    text = source.text
    if re.search(r"expected (?:',' or|(?:the )?node content)", problem.message):
        begun = problem.context_offset
        if begun is None or text[begun : begun + 1] not in ("[", "{"):
            begun = _open_bracket(text, offset)
        closing = "]" if begun is not None and text[begun] == "[" else "}"
        what, advice, there = (
            f'unclosed bracket "{text[begun] if begun is not None else ""}"',
            f"separate the entries with commas and end them with {closing}",
            "still open here",
        )
    elif re.search(r"expected key|<block end>", problem.message) and text[offset - 1 : offset] in ('"', "'"):
        begun = next((sign.start() for sign in re.compile(SIGN).finditer(text, 0, offset) if sign.end() == offset), None)
        what, advice, there = "unclosed quote on this line", "close the quote", "closed by the next quote"
        offset -= 1
    else:
        return None
    if begun is None or (text[offset:].strip() and source.position(begun).line == source.position(offset).line):
        return None
    offset = min(offset, len(text.rstrip()))
    related = (Related(Span(offset, offset + 1), there),) if source.position(offset).line > source.position(begun).line else ()
    return Finding(problem.rule, Severity.ERROR, what, Span(begun, begun + 1), advice, related=related)


def _open_bracket(text: str, offset: int) -> int | None:
    """Return the offset of the innermost bracket that is open at an offset, else None."""
    opened: list[int] = []
    for sign in re.compile(SIGN).finditer(text, 0, offset):
        if sign[0] in ("[", "{"):
            opened.append(sign.start())
        elif sign[0] in ("]", "}") and opened:
            opened.pop()
    return opened[-1] if opened else None


# Problems reported at the start of the construct instead of the location where the parser fails.
_SHOWN_WHERE_IT_BEGAN = re.compile(r"could not find expected ':'|end of stream.*quoted|document indicator.*quoted")
_GLUED_KEY = re.compile(r"^[ \t]*(?:- )?[A-Za-z_][\w.-]*(:)[^\s:/].*$")


def _glued_key(text: str, offset: int) -> int | None:
    """Return the offset of the colon in a line such as `image:nginx` above `offset`, which continues that line as a scalar."""
    start = text.rfind("\n", 0, offset)
    above = text.rfind("\n", 0, max(start, 0)) + 1
    found = _GLUED_KEY.match(text[above : max(start, 0)])
    return above + found.start(1) if found else None


_OF_LINES = re.compile(r"could not find expected ':'|did not find expected key|expected <block end>")


def _line_mistake(text: str, *offsets: int | None) -> LineMistake | None:
    """Return the mistake in the first line at the offsets of a problem that does not fit the line above it."""
    return next((found for offset in sorted({each for each in offsets if each is not None}) if (found := line_mistake(text, offset))), None)


_KEY = re.compile(r"( *)[\w.-]+:")
_KEY_WITH_VALUE = re.compile(r"( *)[\w.-]+: +[^\s#]")


def _too_deep(text: str, offset: int) -> int | None:
    """Return the start of the key at `offset` if it is the first on its line and deeper than the key on the line above."""
    start = text.rfind("\n", 0, offset) + 1
    here = _KEY.fullmatch(text[start : offset + 1])
    above = _KEY_WITH_VALUE.match(text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : start])
    return start + len(here[1]) if here and above and len(here[1]) > len(above[1]) else None


_ADVICE = {
    "too-deep": "reduce the nesting, or move parts to other files",
    "undefined-alias": "define the anchor (&name) before its aliases (*name), and do not use it inside its own value",
}


def _plain_words(source: Source, problem: SyntaxProblem, offset: int) -> tuple[str, str]:
    text = source.text
    character = text[offset : offset + 1]
    said = f"{problem.context} {problem.message}"
    if character == "\t" or (re.search(r"token|tab", said) and "\t" in _indentation(text, offset)):
        return "tabs are not allowed here", "indent with spaces"
    if character and character in "]}" and re.search(r"expected key|<block end>", said):
        return f'unmatched "{character}"', "remove it, or add the opening bracket"
    if "expected <document start>" in said and (bare := bare_document(text)) is not None and bare.span.start == offset:
        return bare.message, bare.help
    found = (
        "character " + (repr(character) if character.isprintable() else f"U+{ord(character):04X}") if character else "the end of the file"
    )
    for pattern, message, advice in _EXPLANATIONS:
        if re.search(pattern, said):
            return message.format(found=found), advice
    return problem.message, ""


def _indentation(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    found = re.compile(r"[ \t]*").match(text, start)
    return found.group() if found else ""
