"""The data cases of `tests/cases`, which also run through the promises and in other encodings of the same text."""

import os

import cases
import pytest
from fixes import assert_fixes_keep_line_breaks, assert_fixes_keep_the_promises
from promises import assert_promises

from composefmt.engine import check_bytes, format_bytes

# Several processes would overwrite one another's files.
if os.environ.get("COMPOSEFMT_UPDATE_CASES") and "PYTEST_XDIST_WORKER" not in os.environ:
    cases.update("format")
    cases.update("rules")
    cases.update("checks")
    cases.update("projects")
    cases.update("others")

FORMAT = cases.all_cases("format")
RULES = cases.all_cases("rules", "checks", "projects")


@pytest.mark.parametrize("case", FORMAT + RULES, ids=lambda case: case.id)
def test_case(case):
    kind, text = case.actual()
    assert text == (case.expected if kind != "unchanged" else "")
    assert kind == case.kind
    assert case.actually_fixed() == (case.fixed, case.fixed_unsafe)


@pytest.mark.parametrize("case", FORMAT, ids=lambda case: case.id)
def test_format_keeps_the_promises(case):
    assert_promises(case.text, case.options)


@pytest.mark.parametrize("case", FORMAT, ids=lambda case: case.id)
def test_format_keeps_line_breaks_byte_order_marks_and_ends_the_last_line(case):
    expected = case.text if case.kind == "unchanged" else case.expected
    crlf = format_bytes(case.text.replace("\n", "\r\n").encode(), case.options)
    assert crlf.text == expected.replace("\n", "\r\n")
    old_mac = format_bytes(case.text.replace("\n", "\r").encode(), case.options)
    assert old_mac.text == expected.replace("\n", "\r")
    marked = format_bytes(b"\xef\xbb\xbf" + case.text.encode(), case.options)
    assert (marked.data or b"\xef\xbb\xbf" + case.text.encode()) == b"\xef\xbb\xbf" + expected.encode()
    utf16 = format_bytes(b"\xff\xfe" + case.text.encode("utf-16-le"), case.options)
    assert utf16.text == expected
    bare = format_bytes(case.text.rstrip("\n").encode(), case.options)
    assert bare.text.rstrip("\n") == expected.rstrip("\n")
    assert bare.data is None or bare.text.endswith("\n") or "composefmt:" in case.text


@pytest.mark.parametrize("case", FORMAT[::8], ids=lambda case: case.id)
def test_format_keeps_the_promises_where_two_programs_have_ended_each_line(case):
    assert_promises(case.text.replace("\n", "\r\r\n"), case.options)


@pytest.mark.parametrize("case", RULES, ids=lambda case: case.id)
def test_findings_are_the_same_with_other_line_breaks(case):
    crlf = check_bytes(case.text.replace("\n", "\r\n").encode(), case.options, case.filename)
    assert [f.rule for f in crlf.findings] == [f.rule for f in check_bytes(case.text.encode(), case.options, case.filename).findings]


@pytest.mark.parametrize("case", RULES, ids=lambda case: case.id)
def test_fixes_keep_the_promises(case):
    assert_fixes_keep_the_promises(case.text, case.fix_options, case.filename)
    assert_fixes_keep_the_promises(case.text, case.options, case.filename)
    assert_fixes_keep_line_breaks(case.text, case.fix_options, case.filename)


def test_every_rule_has_a_case_that_it_finds_something_in():
    from composefmt.rules.registry import all_rules

    assert set(all_rules()) == {name for case in RULES for name in case.reported} & set(all_rules())
