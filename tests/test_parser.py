"""The parser: both of ruamel.yaml's yield the same tree, and the spans of nodes match the text."""

import subprocess
import sys
from pathlib import Path

import pytest
from cases import all_cases
from generate import compose_files
from hypothesis import given, settings
from ruamel.yaml.events import ScalarEvent

from composefmt.syntax.fast_events import use_fast_events
from composefmt.syntax.nodes import Alias, Mapping, Scalar, Sequence
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.scalars import Timestamp, is_plain_safe, plain_value, quote

TEXTS = sorted({case.text for directory in ("format", "rules", "checks") for case in all_cases(directory)})


def dump(node):
    """A tree as plain data, spans included."""
    if type(node) is Alias:
        return ("alias", node.start, node.end, node.name)
    head = (type(node).__name__, node.start, node.content, node.end, node.tag, node.anchor)
    if type(node) is Scalar:
        return (*head, node.value, node.style)
    if type(node) is Sequence:
        return (*head, node.flow, [dump(item) for item in node.items])
    return (*head, node.flow, [(dump(key), dump(value)) for key, value in node.entries])


def result(text, *, pure):
    try:
        return [dump(node) for node in parse(text, pure=pure).documents]
    except SyntaxProblem as problem:
        return problem.rule


def scalars(node):
    if type(node) is Scalar:
        yield node
    elif type(node) is Sequence:
        for item in node.items:
            yield from scalars(item)
    elif type(node) is Mapping:
        for key, value in node.entries:
            yield from scalars(key)
            yield from scalars(value)


@pytest.mark.parametrize("text", TEXTS)
def test_the_python_parser_gives_the_same_tree(text):
    assert result(text, pure=True) == result(text, pure=False)


@pytest.fixture
def light_events(monkeypatch):
    """The parser as it is in a process of our own, for one test."""
    module = pytest.importorskip("_ruamel_yaml")
    for name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent", "MappingEndEvent", "SequenceEndEvent"):
        monkeypatch.setattr(module, name, getattr(module, name))
    use_fast_events.__wrapped__()
    assert module.ScalarEvent is not ScalarEvent


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.usefixtures("light_events")
def test_light_events_give_the_same_tree(text):
    assert result(text, pure=True) == result(text, pure=False)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(compose_files())
def test_the_python_parser_gives_the_same_tree_of_generated_files(text):
    assert result(text, pure=True) == result(text, pure=False)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(compose_files())
def test_spans_hold_what_they_say(text):
    try:
        tree = parse(text)
    except SyntaxProblem:
        return
    for document in tree.documents:
        for node in scalars(document):
            written = text[node.content : node.end]
            if node.style == "":
                assert written.split() == node.value.split()
            elif node.style in ("'", '"'):
                assert written[0] == written[-1] == node.style
            else:
                assert written[0] == node.style
                assert not written[-1].isspace()


def test_without_the_c_parser_everything_works_the_same():
    """As where its wheel is missing: the module is hidden from a whole run of the program."""
    hide = "import sys; sys.modules['_ruamel_yaml'] = None; from composefmt.cli import main; main()"
    outputs = []
    for code in (hide, "from composefmt.cli import main; main()"):
        for command in (["format", "-"], ["check", "--quiet", "-"]):
            text = (Path(__file__).parents[1] / "samples" / "messy.yaml").read_bytes()
            done = subprocess.run([sys.executable, "-c", code, *command], input=text, capture_output=True, check=False)
            assert b"Traceback" not in done.stderr
            outputs.append((done.returncode, done.stdout))
    assert outputs[:2] == outputs[2:]


def test_all_documents_of_a_file_and_their_anchors():
    tree = parse("a: &x 1\nb: *x\n---\n- &x 2\n- *x\n")
    assert [type(node) for node in tree.documents] == [Mapping, Sequence]
    assert [alias.target.value for alias in tree.aliases] == ["1", "2"]
    # Docker Compose keeps anchors over documents, unlike the YAML specification.
    assert [alias.target.value for alias in parse("a: &x 1\n---\n- *x\n").aliases] == ["1"]
    with pytest.raises(SyntaxProblem, match="no anchor"):
        parse("- *x\n---\na: &x 1\n")


def test_offsets_count_characters_whatever_the_line_breaks():
    for newline in ("\n", "\r\n", "\r"):
        text = newline.join(["# 🥐", "é: 界", "b:", "  - 🥖🥖", "  - end", ""])
        found = [text[node.content : node.end] for node in scalars(parse(text).documents[0])]
        assert found == ["é", "界", "b", "🥖🥖", "end"]


def test_the_parsers_agree_on_the_yaml_test_suite_unless_one_refuses(shared):
    checked = 0
    for text in suite_texts(shared):
        c_result, python_result = result(text, pure=False), result(text, pure=True)
        if isinstance(c_result, list) and isinstance(python_result, list):
            checked += 1
            # The C parser ends an anchor at a colon.
            assert strip(c_result) == strip(python_result) or "&an:chor" in text
    assert checked > 200


def strip(tree):
    """A dumped tree without its places: kinds, tags, anchors and values."""
    if isinstance(tree, list):
        return [strip(node) for node in tree]
    if tree[0] == "alias":
        return tree[3:]
    kind, _, _, _, *rest = tree
    *properties, inner = rest
    if kind == "Mapping":
        inner = [(strip(key), strip(value)) for key, value in inner]
    return (kind, *properties, strip(inner) if kind == "Sequence" else inner)


def suite_texts(shared):
    """The texts of the YAML test suite, with the marks by which it shows white space replaced."""
    from ruamel.yaml import YAML

    for path in sorted((shared / "yaml-test-suite").glob("*.yaml")):
        for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")):
            if "yaml" in case:
                text = case["yaml"]
                for mark, meant in (("␣", " "), ("»", "\t"), ("—", ""), ("←", "\r"), ("⇔", "\ufeff"), ("↵", ""), ("∎\n", "")):
                    text = text.replace(mark, meant)
                yield text


@pytest.mark.parametrize(
    ("text", "value"),
    [("~", None), ("", None), ("yes", "yes"), ("True", True), ("0777", 511),
     ("0o17", 15), ("0x1F", 31), ("1_000", 1000), ("22:22", "22:22"),
     ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("089", 89.0),
     ("-0", 0), ("+1", 1), ("99999999999999999999", 1e20), (".inf", float("inf")),
     ("2001-01-01", Timestamp("2001-01-01")), ("1.2.3", "1.2.3"), ("0b11", 3), ("-", "-"), ("+", "+"), (".", ".")],
)  # fmt: skip
def test_plain_values_are_those_of_the_reference(text, value):
    assert plain_value(text) == value
    assert type(plain_value(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["", " a", "a ",
     "yes", "No", "on", "null", "~", "1", "1.5", "0x1", "22:22", "1e3", "2001-01-01", "- a", "-", "a: b", "a #b", "#a", "&a", "*a",
     "!a", "|", "'a", '"a', "%a", "@a", "`a", "{a", "[a", "a:", "a\nb", "\t", "a\x07", "=", "<<", "\ufeff", "---",
     "...", "y", ".inf", "0o7", "1_0"],
)  # fmt: skip
def test_texts_that_need_quotes_get_them_and_come_back(text):
    from ruamel.yaml import YAML

    assert not is_plain_safe(text)
    for version in ((1, 1), (1, 2)):
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        assert yaml.load(quote(text)) == text


@pytest.mark.parametrize(
    "text", ["a", "./a b", "~/a", "C:\\x", "\\\\srv", "a:b", "a#b", "-a", "::1", "127.0.0.1", "über", "界", "a,b", "${A", "/a{b}"]
)
def test_texts_that_need_no_quotes_get_none(text):
    from ruamel.yaml import YAML

    assert is_plain_safe(text)
    for version in ((1, 1), (1, 2)):
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        assert yaml.load(f"a: {text}\n") == {"a": text}
