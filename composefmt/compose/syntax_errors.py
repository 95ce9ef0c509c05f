"""What stops the parser, explained: in plain words, at the place where the cause is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.findings import Finding, Related, Severity
from composefmt.syntax.source import Source, Span
from composefmt.syntax.tabs import SIGN

if TYPE_CHECKING:
    from composefmt.syntax.parse import SyntaxProblem

# What the parser says, in plain words: a pattern of its message, the message to give, and the advice.
_EXPLANATIONS = (
    (r"cannot start any token", "a {found} cannot begin a value here", "put the value in quotes"),
    (
        r"mapping values are not allowed",
        "a colon followed by a space makes this a second key on one line",
        "put the value in quotes, or break the line before the key",
    ),
    (
        r"could not find expected ':'",
        "this line has no colon, so it is neither a key nor part of the value before it",
        'keys end with a colon and a space: "key: value"; longer text needs quotes or more indentation',
    ),
    (
        r"did not find expected key|expected <block end>",
        "the indentation does not fit the lines before it",
        "keys of one mapping begin in the same column",
    ),
    (
        r"did not find expected '-' indicator",
        "this line is neither an item of the list before it nor a key around it",
        "items of one list begin with a dash in the same column",
    ),
    (r"block sequence entries are not allowed", "a list item cannot begin here", "a list begins on a line of its own, below its key"),
    (
        r"expected ',' or '\]'",
        "a list in brackets is not closed, or a comma is missing",
        "separate items by commas and end the list with ]",
    ),
    (
        r"expected ',' or '\}'",
        "a mapping in braces is not closed, or a comma is missing",
        "separate entries by commas and end the mapping with }",
    ),
    (r"found unexpected end of stream", "a quote is not closed before the end of the file", "close the quote"),
    (
        r"found unknown escape character",
        "a backslash in double quotes begins an escape that YAML does not know",
        "double the backslash, or use single quotes",
    ),
    (r"found unexpected document indicator", "a quoted value is not closed before the next document", "close the quote"),
    (r"found character.*tab|found a tab", "a tab stands where only spaces may", "indent with spaces"),
    (
        r"expected <document start>",
        "the file goes on after its top-level value has ended",
        "everything belongs to one mapping: check the indentation",
    ),
    (
        r"control characters are not allowed|special characters are not allowed|unacceptable character",
        "{found} is not allowed in YAML",
        "delete the character",
    ),
    (r"incompatible YAML|duplicate %YAML", "this version of YAML cannot be read", "leave the line out: Compose needs no directives"),
    (r"duplicate|found undefined tag handle", "a tag uses a prefix that is not declared", "leave the tag out"),
    (r"expected (?:the )?node content", "a value is missing here", "write a value, or quotes for an empty one"),
    (
        r"did not find expected comment or line break",
        "nothing may follow the sign of a block scalar on its line",
        "begin the text on the next line",
    ),
)


# What only templates have: a control line, which no block scalar can hold as it begins in the first column; and a place to
# fill in on the line of the problem, outside of quotes.
_CONTROL_LINE = re.compile(r"^\{(?:\{-?|%-?)\s*\w.*[%}]\}\s*$", re.MULTILINE)
_TO_FILL_IN = re.compile(r"""^(?:[^"'#\n]|"[^"\n]*"|'[^'\n]*')*?(?:\{\{.*\}\}|\{%.*%\})""")
_LONGEST = 500  # Characters of a line that are looked at.
_TEMPLATE_ADVICE = "this looks like a template, which composefmt reads only once it is rendered"


# What git leaves where two changes meet.
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?= |$)", re.MULTILINE)


def explain_problem(source: Source, problem: SyntaxProblem) -> Finding:
    """The finding for a text that is not YAML: in plain words, with the place where the cause began."""
    found = _explained(source, problem)
    if problem.rule == "yaml-syntax" and _is_template(source.text, (found.span.start, min(problem.offset, len(source.text)))):
        return found._replace(help=_TEMPLATE_ADVICE)
    return found


def _is_template(text: str, offsets: tuple[int, ...]) -> bool:
    starts = {text.rfind("\n", 0, offset) + 1 for offset in offsets}
    return bool(_CONTROL_LINE.search(text) or any(_TO_FILL_IN.match(text[start : start + _LONGEST].partition("\n")[0]) for start in starts))


def _explained(source: Source, problem: SyntaxProblem) -> Finding:
    offset = min(problem.offset, len(source.text))
    marker = _CONFLICT.search(source.text) if problem.rule == "yaml-syntax" else None
    if marker is not None:
        advice = "resolve the conflict: keep one side and delete the markers"
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
                f"the character U+{ord(separator[0]):04X} breaks the line before this",
                "delete the character, which cannot be seen",
            )
        glued = _glued_key(source.text, offset)
        here = _GLUED_KEY.match(source.text[source.text.rfind("\n", 0, offset) + 1 :].partition("\n")[0])
        if glued is None and here is not None and "could not find expected ':'" in problem.message:
            glued = source.text.rfind("\n", 0, offset) + 1 + here.start(1)
        if glued is not None and re.search("mapping values|could not find expected ':'", problem.message):
            offset, message, advice = glued, "a space is missing after the colon", 'keys end with a colon and a space: "key: value"'
        elif "mapping values" in problem.message and (deep := _too_deep(source.text, offset)) is not None:
            offset, message = deep, "this key is indented deeper than the key above it, which already has a value"
            advice = "keys of one mapping begin in the same column"
    related: tuple[Related, ...] = ()
    if begun is not None and source.position(begun).line != source.position(offset).line:
        related = (Related(Span(begun, min(begun + 1, len(source.text))), "it began here"),)
    return Finding(
        problem.rule, Severity.ERROR, message, Span(offset, offset + 1), advice or _ADVICE.get(problem.rule, ""), related=related
    )


def _not_closed(source: Source, problem: SyntaxProblem, offset: int) -> Finding | None:
    """The finding for a bracket or a quote that is open where the parser gives up on another line: shown where it stands."""
    text = source.text
    if re.search(r"expected (?:',' or|(?:the )?node content)", problem.message):
        begun = problem.context_offset
        if begun is None or text[begun : begun + 1] not in ("[", "{"):
            begun = _open_bracket(text, offset)
        closing = "]" if begun is not None and text[begun] == "[" else "}"
        what, advice, there = (
            "this bracket is not closed",
            f"separate the entries by commas, and end them with {closing}",
            "it is still open here",
        )
    elif re.search(r"expected key|<block end>", problem.message) and text[offset - 1 : offset] in ('"', "'"):
        begun = next((sign.start() for sign in re.compile(SIGN).finditer(text, 0, offset) if sign.end() == offset), None)
        what, advice, there = "this quote is not closed on its line", "close the quote", "the next quote closes it"
        offset -= 1
    else:
        return None
    if begun is None or (text[offset:].strip() and source.position(begun).line == source.position(offset).line):
        return None
    offset = min(offset, len(text.rstrip()))
    related = (Related(Span(offset, offset + 1), there),) if source.position(offset).line > source.position(begun).line else ()
    return Finding(problem.rule, Severity.ERROR, what, Span(begun, begun + 1), advice, related=related)


def _open_bracket(text: str, offset: int) -> int | None:
    """The innermost bracket that is open at a character."""
    opened: list[int] = []
    for sign in re.compile(SIGN).finditer(text, 0, offset):
        if sign[0] in ("[", "{"):
            opened.append(sign.start())
        elif sign[0] in ("]", "}") and opened:
            opened.pop()
    return opened[-1] if opened else None


# Problems whose cause is better shown where the construct began than where the parser gave up.
_SHOWN_WHERE_IT_BEGAN = re.compile(r"could not find expected ':'|end of stream.*quoted|document indicator.*quoted")
_GLUED_KEY = re.compile(r"^[ \t]*(?:- )?[A-Za-z_][\w.-]*(:)[^\s:/].*$")


def _glued_key(text: str, offset: int) -> int | None:
    """The colon of a line such as `image:nginx` just above the one at `offset`, which therefore became its continuation."""
    start = text.rfind("\n", 0, offset)
    above = text.rfind("\n", 0, max(start, 0)) + 1
    found = _GLUED_KEY.match(text[above : max(start, 0)])
    return above + found.start(1) if found else None


_KEY = re.compile(r"( *)[\w.-]+:")
_KEY_WITH_VALUE = re.compile(r"( *)[\w.-]+: +[^\s#]")


def _too_deep(text: str, offset: int) -> int | None:
    """Return the start of the key at `offset` if it is the first on its line and deeper than the key on the line above."""
    start = text.rfind("\n", 0, offset) + 1
    here = _KEY.fullmatch(text[start : offset + 1])
    above = _KEY_WITH_VALUE.match(text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : start])
    return start + len(here[1]) if here and above and len(here[1]) > len(above[1]) else None


_ADVICE = {
    "too-deep": "no Compose file needs this; move parts of it to files of their own",
    "undefined-alias": "an anchor (&name) has to stand before its aliases (*name), and outside of itself",
}


def _plain_words(source: Source, problem: SyntaxProblem, offset: int) -> tuple[str, str]:
    text = source.text
    character = text[offset : offset + 1]
    said = f"{problem.context} {problem.message}"
    if character == "\t" or (re.search(r"token|tab", said) and "\t" in _indentation(text, offset)):
        return "a tab stands where only spaces may", "indent with spaces"
    if character and character in "]}" and re.search(r"expected key|<block end>", said):
        return "this bracket closes nothing", "delete it, or open it before"
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
