"""Rules about the text as YAML: keys, documents, shapes. What stops the parser is explained here too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.findings import Finding, Related, Severity
from composefmt.rules._fixes import deleted
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence
from composefmt.syntax.source import Source, Span
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.parse import SyntaxProblem

# Aliases may repeat nodes; more than this many in all is an attack or a mistake. The reference gives up at 100,000.
MAX_EXPANDED_NODES = 1_000_000

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
    (r"did not find expected key", "the indentation does not fit the lines before it", "keys of one mapping begin in the same column"),
    (
        r"did not find expected '-' indicator",
        "this line is neither an item of the list before it nor a key around it",
        "items of one list begin with a dash in the same column",
    ),
    (r"block sequence entries are not allowed", "a list item cannot begin here", "a list begins on a line of its own, below its key"),
    (
        r"did not find expected ',' or '\]'",
        "a list in brackets is not closed, or a comma is missing",
        "separate items by commas and end the list with ]",
    ),
    (
        r"did not find expected ',' or '\}'",
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
    (r"did not find expected node content", "a value is missing here", "write a value, or quotes for an empty one"),
    (
        r"did not find expected comment or line break",
        "nothing may follow the sign of a block scalar on its line",
        "begin the text on the next line",
    ),
)


def explain_problem(source: Source, problem: SyntaxProblem) -> Finding:
    """The finding for a text that is not YAML: in plain words, with the place where the cause began."""
    offset = min(problem.offset, len(source.text))
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
        if glued is not None and "mapping values" in problem.message:
            offset, message, advice = glued, "a space is missing after the colon", 'keys end with a colon and a space: "key: value"'
    related: tuple[Related, ...] = ()
    if begun is not None and source.position(begun).line != source.position(offset).line:
        related = (Related(Span(begun, min(begun + 1, len(source.text))), "it began here"),)
    return Finding(
        problem.rule, Severity.ERROR, message, Span(offset, offset + 1), advice or _ADVICE.get(problem.rule, ""), related=related
    )


# Problems whose cause is better shown where the construct began than where the parser gave up.
_SHOWN_WHERE_IT_BEGAN = re.compile(r"could not find expected ':'|end of stream.*quoted|document indicator.*quoted")
_GLUED_KEY = re.compile(r"^[ \t]*(?:- )?[A-Za-z_][\w.-]*(:)[^\s:/].*$")


def _glued_key(text: str, offset: int) -> int | None:
    """The colon of a line such as `image:nginx` just above the one at `offset`, which therefore became its continuation."""
    start = text.rfind("\n", 0, offset)
    above = text.rfind("\n", 0, max(start, 0)) + 1
    found = _GLUED_KEY.match(text[above : max(start, 0)])
    return above + found.start(1) if found else None


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
    separator = re.search(r"[\x85\u2028\u2029]", text[text.rfind("\n", 0, offset) + 1 : offset])
    if separator is not None:
        return f"the character U+{ord(separator[0]):04X} breaks the line before this", "delete the character, which cannot be seen"
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


@rule("duplicate-key", Severity.ERROR, group="syntax")
def duplicate_key(element: Element) -> Iterator[Problem]:
    """A key stands twice in one mapping.

    YAML forbids it, and the reference refuses the file: one of the two values would be lost without a word.

    Bad:

        services:
          web:
            image: nginx
            image: httpd

    Good:

        services:
          web:
            image: nginx

    Source: YAML 1.2.2, section 3.2.1.1; the reference's loader/reset.go.
    """
    for node in element.file.tree.documents:
        yield from _duplicates(element.file, node)


def _duplicates(file: ComposeFile, root: Node) -> Iterator[Problem]:
    stack = [root]
    while stack:
        node = stack.pop()
        if type(node) is Sequence:
            stack += node.items
        elif type(node) is Mapping:
            if len({key.value if type(key) is Scalar else id(key) for key, _ in node.entries}) < len(node.entries):
                yield from _repeated_keys(file, node)
            stack += [value for _, value in node.entries if type(value) is not Scalar]


# Where a key stands more often than this, nobody wrote the file by hand; the fixes would only take memory.
_MAX_FIXES = 1000
_TOGETHER: dict[type, str] = {Mapping: "put both together, or give one another name", Sequence: "put both lists together"}


def _repeated_keys(file: ComposeFile, node: Mapping) -> Iterator[Problem]:
    text = file.source.text
    first: dict[str, Node] = {}
    values: dict[str, str] = {}
    offered = 0
    for key, value in node.entries:
        name = key_text(key) if type(key) is not Alias else f"*{key.name}"
        if name in first:
            advice = "list both in one: <<: [*first, *second]" if name == "<<" else _TOGETHER.get(type(value), "keep one of the two")
            same = text[value.start : value.end] == values[name]
            fix = deleted(file, key, "delete it, since both say the same") if same and offered < _MAX_FIXES else None
            offered += fix is not None
            related = (Related(first[name].span, "it is first set here"),)
            yield Problem(key.span, f'the key "{name}" stands twice', advice, fix, related)
        else:
            first[name], values[name] = key, text[value.start : value.end]


@rule("not-a-mapping", Severity.ERROR, group="syntax")
def not_a_mapping(element: Element) -> Iterator[Problem]:
    """The file as a whole is not a mapping of keys to values.

    A Compose file begins with keys such as `services:`; a list or a single value at the top is refused.

    Bad:

        - web
        - db

    Good:

        services:
          web:
            image: nginx

    Source: the specification's 03-compose-file; the reference's loader/loader.go.
    """
    documents = element.file.tree.documents
    if all(map(_is_nothing, documents)):
        what = "the file is empty" if not element.file.roots else "the file sets nothing but its version"
        yield Problem(Span(0, 1), what, 'a Compose file needs at least "services:" with a service below it')
        return
    for node in documents:
        if type(node) is Scalar and _is_nothing(node):
            marker = max(element.file.source.text.rfind("---", 0, node.start), 0)
            yield Problem(Span(marker, marker + 3), "this document is empty", "leave it out, with the line --- that begins or ends it")
        elif type(node) is not Mapping:
            shape = "a list" if type(node) is Sequence else "a single value"
            yield Problem(
                first_line(element.file.source, node.span),
                f"the file is {shape}, not a mapping",
                'a Compose file begins with keys such as "services:"',
            )


def _is_nothing(node: Node) -> bool:
    if type(node) is Mapping:
        return all(key_text(key) == "version" for key, _ in node.entries)
    return type(node) is Scalar and not node.value and not node.style


@rule("multiple-documents", Severity.INFO, group="syntax")
def multiple_documents(element: Element) -> Iterator[Problem]:
    """The file holds more than one YAML document.

    The reference merges the documents of a file, each over the ones before; other tools read the first one only.

    Bad:

        services: {}
        ---
        services: {}

    Good:

        services: {}

    Source: the reference's loader/loader.go.
    """
    for node in element.file.tree.documents[1:]:
        if type(node) is Scalar and _is_nothing(node):
            continue
        yield Problem(
            first_line(element.file.source, node.span),
            "this is another document; the reference merges it over the ones before",
            "use an override file, which every tool understands",
        )


@rule("alias-bomb", Severity.ERROR, group="syntax")
def alias_bomb(element: Element) -> Iterator[Problem]:
    """Aliases of aliases multiply into an enormous file.

    A few lines of nested aliases can stand for billions of values, which no program survives. The reference
    gives up on such a file.

    Source: the reference's loader/reset.go, `defaultMaxNodeVisits`.
    """
    tree = element.file.tree
    if tree.aliases and expanded_size(tree.documents) > MAX_EXPANDED_NODES:
        yield Problem(
            tree.aliases[-1].span, f"aliases multiply this file into more than {MAX_EXPANDED_NODES:,} values", "write the values out"
        )


def expanded_size(documents: list[Node]) -> int:
    """How many nodes the documents have once all aliases are followed."""
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if type(node) is Alias:
            return sizes.get(id(node.target), 1)
        if type(node) is Sequence:
            total = 1 + sum(map(size, node.items))
        elif type(node) is Mapping:
            total = 1 + sum(size(key) + size(value) for key, value in node.entries)
        else:
            total = 1
        if node.anchor is not None:  # type: ignore[union-attr]
            sizes[id(node)] = total
        return total

    return sum(map(size, documents))
