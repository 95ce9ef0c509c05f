"""The promises, as assertions on one text."""

from composefmt.compose.dual import DUALS, field_names
from composefmt.compose.fields import find_dual_uses, find_uses, item_text
from composefmt.compose.parse_result import Parsed
from composefmt.engine import format_text
from composefmt.options import Options
from composefmt.syntax.comments import comment_texts, comments
from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.values import Values

_DEFAULTS = Options()
SHORT = Options(short_form=tuple(field_names()))
LONG = Options(long_form=("all",))
# Values whose form may change: their comments only need to remain somewhere in them.
_REWRITTEN = {name.rpartition(".")[2] for name in field_names()}


def assert_promises(text: str, options: Options = _DEFAULTS) -> None:
    """Formatting loses no comment, moves none to another element, and is stable."""
    result = format_text(text, options)
    try:
        tree = parse(text)
    except SyntaxProblem:
        assert result.data is None
        assert result.failed
        return
    assert not result.failed, result.findings
    after = result.text
    assert in_order(comment_texts(after, parse(after)), options) == in_order(comment_texts(text, tree), options)
    if text.startswith(("services", "x-", "#", "\n")):
        # If keys are sorted, the element below a comment is not always its owner.
        above = options.order == "keep"
        kept = iter(in_order(owners(after, above=above), options))
        assert all(owner in kept for owner in in_order(owners(text, above=above), options)), after
    assert options.lines is not None or format_text(after, options).data is None
    # Without verification the text is the same: verification only refuses.
    assert format_text(text, options._replace(verify=False)).text == after


def canonical_objects(text: str) -> list[tuple[str, object]]:
    """Return the canonical objects of all fields with two forms, in order, except those inside `build`."""
    tree = parse(text)
    values = Values()
    found: list[tuple[str, object]] = []
    for use in find_dual_uses(tree, DUALS):
        value = use.field.reader.canonical(values.value(use.node))
        found.append((use.field.name, value.get("context") if use.field.name == "build" else value))
    for use in find_uses(tree):
        for item in use.node.items:
            read = use.field.parse_short(item_text(item) or "", {}) if isinstance(item, Scalar) else None
            entries = read.entries if isinstance(read, Parsed) else ()
            if isinstance(item, Mapping):
                found.append((use.field.name, use.field.canonical_long(values.value(item))))
            else:
                found += [(use.field.name, use.field.canonical(entry)) for entry in entries]
    return found


def assert_round_trips(text: str) -> None:
    """From long to short to long, and from short to long to short, the canonical objects are the same."""
    for first, second in ((LONG, SHORT), (SHORT, LONG)):
        once = format_text(text, first).text
        there = format_text(once, second).text
        back = format_text(there, first).text
        assert canonical_objects(once) == canonical_objects(there) == canonical_objects(back)
        assert canonical_objects(text) == canonical_objects(once)


def in_order(found: list, options: Options) -> list:
    """Return the items in the order of the text, or sorted if keys may move."""
    return found if options.order == "keep" else sorted(found)


def owners(text: str, *, above: bool = True) -> list[tuple[str, tuple[str, ...]]]:
    """Yield each comment with the keys that lead to the first element on its line or, for a leading comment, above."""
    tree = parse(text)
    elements = sorted(element for document in tree.documents for element in _elements(document, ()))
    found = []
    for start, end in comments(text, tree):
        line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        ahead = text[line:start].strip(" \t-")
        if sum(map(ahead.count, "[{")) != sum(map(ahead.count, "]}")) or ahead[:1] in ("]", "}"):
            # Its line starts or ends a flow collection, and has no position of its own in block style.
            continue
        if ahead:
            on_line = [path for offset, path in elements if line <= offset < start]
            found.append((text[start:end], on_line[0] if on_line else ()))
        elif above:
            behind = [path for offset, path in elements if offset > start]
            found.append((text[start:end], behind[0] if behind else ("the end",)))
    return found


def _elements(node, path):
    if isinstance(node, (Mapping, Sequence)) and node.content > node.start:
        yield node.start, path
    if isinstance(node, Mapping):
        for key, value in node.entries:
            name = (*path, key.value if isinstance(key, Scalar) else "")
            yield key.start, name
            yield from (
                ((offset, name) for offset, _ in _elements(value, name))
                if name[-1] in _REWRITTEN or name[-1].startswith("x-")
                else _elements(value, name)
            )
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _elements(item, path)
    elif isinstance(node, (Scalar, Alias)) and node.end > node.start:
        yield node.start, path
        # The value may be on a line of its own, below its anchor.
        yield node.span.start, path
