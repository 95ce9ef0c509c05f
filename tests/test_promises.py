"""The promises, on generated files."""

import json
import os

import pytest
from fixes import assert_fixes_keep_the_promises
from generate import PORTS, VOLUMES, compose_files, laid_out_files, mistaken_files
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from promises import LONG, SHORT, assert_promises, assert_round_trips

from composefmt import parse_ports, parse_volumes
from composefmt.compose.models import ShortSyntaxError
from composefmt.engine import check_text, format_text
from composefmt.options import Options
from composefmt.rules.registry import all_rules
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.values import Values

EXAMPLES = settings(
    max_examples=int(os.environ.get("COMPOSEFMT_EXAMPLES", "300")),
    deadline=None,
    derandomize="COMPOSEFMT_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


OPTIONS = [
    Options(),
    Options(write_defaults=True),
    Options(max_range=2, variables="keep"),
    Options(engine="swarm", long_form=("all",)),
    Options(order="spec"),
    LONG,
    SHORT,
    LONG._replace(order="spec"),
    SHORT._replace(order="spec"),
    Options(lines=(3, 9)),
    LONG._replace(lines=(5, 12)),
]


@EXAMPLES
@given(compose_files(), st.sampled_from(OPTIONS))
def test_generated_files_keep_the_promises(text, options):
    try:
        parse(text)
    except SyntaxProblem:
        event("not YAML")
    assert_promises(text, options)


@pytest.mark.slow
@EXAMPLES
@given(compose_files())
def test_forms_round_trip(text):
    try:
        parse(text)
    except SyntaxProblem:
        return
    assert_round_trips(text)


@EXAMPLES
@given(laid_out_files(), st.sampled_from([Options(), Options(), Options(order="spec"), Options(lines=(4, 10))]))
def test_files_in_any_layout_keep_the_promises(text, options):
    try:
        parse(text)
    except SyntaxProblem:
        event("not YAML")
    else:
        event("the layout knows it" if format_text(text).text != text else "unchanged")
    assert_promises(text, options)


@EXAMPLES
@given(laid_out_files(), st.sampled_from([None, 3]), st.sampled_from([Options(), LONG, Options(order="spec")]))
def test_files_in_flow_style_keep_the_promises(text, indent, options):
    try:
        tree = parse(text)
    except SyntaxProblem:
        return
    value = Values().value(tree.documents[0])
    assert_promises(json.dumps(value, indent=indent, ensure_ascii=False) + "\n", options)


EVERY_RULE = Options(select=frozenset(all_rules()))
# Each takes as long as ten of the others: all rules, both kinds of fixes, and the model before and after.
FEWER = settings(EXAMPLES, max_examples=EXAMPLES.max_examples // 5)


@FEWER
@given(st.one_of(compose_files(), laid_out_files()), st.sampled_from([Options(), EVERY_RULE, Options(ignore=frozenset({"unformatted"}))]))
def test_fixes_of_generated_files_keep_the_promises(text, options):
    assert_fixes_keep_the_promises(text, options)


@pytest.mark.slow
@FEWER
@given(mistaken_files(), st.sampled_from([EVERY_RULE, EVERY_RULE._replace(ignore=frozenset({"unformatted"}))]), st.booleans())
def test_fixes_of_files_full_of_mistakes_keep_the_promises(text, options, brackets):
    if brackets:
        text = json.dumps(Values().value(parse(text).documents[0]), indent=2) + "\n"
    assert_fixes_keep_the_promises(text, options)


@EXAMPLES
@given(st.text(alphabet="-:[]{}#&*!|>'\"%@`$ ab80/\n\t\r.,~\\é🥐\ufeff\x00\u2028", max_size=60))
def test_any_text_is_formatted_or_refused_but_never_harmed(text):
    result = format_text(text)
    assert result.failed or result.text == text or format_text(result.text).data is None
    check_text(text)


@EXAMPLES
@given(st.binary(max_size=60))
def test_any_bytes_are_formatted_or_refused(data):
    from composefmt.engine import check_bytes, format_bytes

    result = format_bytes(data)
    assert result.failed or result.data is None or format_bytes(result.data).data is None
    check_bytes(data)


@EXAMPLES
@given(PORTS, VOLUMES)
def test_models_read_what_the_formatter_writes(port, volume):
    """The canonical objects of a short form are those of the long form that it becomes."""
    from ruamel.yaml import YAML

    for key, short, read in (("ports", port, parse_ports), ("volumes", volume, parse_volumes)):
        text = f"services: {{s: {{{key}: ['{short.replace(chr(39), chr(39) * 2)}']}}}}\n"
        after = format_text(text).text
        try:
            canonical = [item.canonical() for item in read([short])]
        except ShortSyntaxError:
            assert "target" not in after
            continue
        items = YAML(typ="safe").load(after)["services"]["s"][key]
        assert [item.canonical() for item in read(items)] == canonical
