"""Reports for people: snippets and diffs, on texts of every kind."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composefmt.findings import Finding, Related, Severity
from composefmt.reports.diff import unified
from composefmt.reports.text import render
from composefmt.syntax.source import Source, Span

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")


def report(text, start, end, **extra):
    finding = Finding("some-rule", Severity.ERROR, extra.pop("message", "wrong"), Span(start, end), **extra)
    return render(Source(text, extra.get("filename", "f.yaml")), finding)


def test_everything_that_a_finding_has():
    text = "a: 1\nb: 2\n"
    related = (Related(Span(0, 1), "the first one"),)
    assert report(text, 5, 6, help="do this", related=related) == (
        "f.yaml:2:1: error[some-rule] wrong\n   2 | b: 2\n     | ^\n"
        "  note: f.yaml:1:1: the first one\n   1 | a: 1\n     | ^\n  help: do this\n"
    )


def test_a_line_with_several_findings_is_shown_once():
    related = (Related(Span(0, 1), "this"), Related(Span(3, 4), "and this"), Related(Span(5, 6), "here"))
    assert report("a: 1\nb: 2\n", 8, 9, related=related) == (
        "f.yaml:2:4: error[some-rule] wrong\n   2 | b: 2\n     |    ^\n"
        "  note: f.yaml:1:1: this\n   1 | a: 1\n     | ^\n  note: f.yaml:1:4: and this\n  note: f.yaml:2:1: here\n"
    )


@pytest.mark.parametrize(
    ("text", "start", "end", "snippet"),
    [
        ("a: b", 3, 4, ["   1 | a: b", "     |    ^"]),
        ("a: b", 4, 4, ["   1 | a: b", "     |     ^"]),
        ("a: b\nc: d\n", 3, 9, ["   1 | a: b", "     |    ^"]),
        ("\ta: b", 4, 5, ["   1 |     a: b", "     |        ^"]),
        ("界: b", 3, 4, ["   1 | 界: b", "     |     ^"]),
        ("a: [😀, 界, b]", 11, 12, ["   1 | a: [😀, 界, b]", "     |              ^"]),
        ("a:\t😀\tb", 5, 6, ["   1 | a:    😀    b", "     |             ^"]),
        ("  ‘ｗｉｄｅ’: x", 10, 11, ["   1 |   ‘ｗｉｄｅ’: x", "     |               ^"]),
        ("e\u0301: b", 4, 5, ["   1 | e\u0301: b", "     |    ^"]),
        ("e\u20dd: b", 4, 5, ["   1 | e\u20dd: b", "     |    ^"]),
        ("a\u200bb: c", 5, 6, ["   1 | a\u200bb: c", "     |     ^"]),
        ("a\x1bb: c", 5, 6, ["   1 | a\\u001bb: c", "     |           ^"]),
        ("a\u202eb: c", 1, 2, ["   1 | a\\u202eb: c", "     |  ^^^^^^"]),
        ("a\u2028b: c", 1, 2, ["   1 | a\\u2028b: c", "     |  ^^^^^^"]),
        ("界界", 0, 2, ["   1 | 界界", "     | ^^^^"]),
        ("", 0, 0, []),
        ("a:\n\n", 3, 3, []),
        ("a: b\r\nc: d\r\n", 9, 10, ["   2 | c: d", "     |    ^"]),
    ],
)
def test_the_caret_marks_the_finding(text, start, end, snippet):
    assert report(text, start, end).splitlines()[1:] == snippet


@pytest.mark.parametrize("start", [0, 10, 100, 5_000, 9_990])
def test_a_long_line_is_cut_around_the_finding(start):
    text = "".join(chr(97 + i % 26) for i in range(10_000))
    _, line, carets = report(text, start, start + 5).splitlines()
    assert len(line) < 140
    assert line[carets.index("^") : carets.rindex("^") + 1] == text[start : start + 5]
    assert ("…" in line[: carets.index("^")]) is (start > 40)


def test_a_long_stretch_is_cut():
    _, line, carets = report("x" * 1_000, 100, 900).splitlines()
    assert len(line) < 140
    assert len(carets) <= len(line)


def test_many_findings_in_one_line_of_megabytes_take_linear_time():
    source = Source("x" * 5_000_000, "f.yaml")
    started = time.monotonic()
    for start in range(0, 5_000_000, 1_000):
        render(source, Finding("r", Severity.ERROR, "m", Span(start, start + 3)))
    assert time.monotonic() - started < 60


@given(st.text(max_size=200), st.data())
def test_any_text_at_any_place_makes_a_report_of_plain_lines(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown = report(text, start, end, message=text)
    assert not [c for c in shown if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000]
    assert len(shown.split("\n")) in {2, 4}


def applied(before, diff):
    """The text that a unified diff makes of another, as `patch` would: every line of it is looked at."""
    old = before.split("\n")
    new = []
    done = 0
    lines = diff.split("\n")
    assert lines[0].startswith("--- a/")
    assert lines[1].startswith("+++ b/")
    at = 2
    while at < len(lines) - 1:
        start, length, new_start, new_length = (int(n) if n else 1 for n in HUNK.fullmatch(lines[at] + "\n").groups())
        start -= length > 0
        new += old[done:start]
        done = start
        assert len(new) == new_start - (new_length > 0)
        at += 1
        seen = [0, 0]
        while at < len(lines) - 1 and not lines[at].startswith("@@"):
            sign, text = lines[at][:1], lines[at][1:]
            if sign in " -":
                assert old[done] == text
                done += 1
            if sign in " +":
                new.append(text)
            seen[0] += sign in " -"
            seen[1] += sign in " +"
            at += 1
        assert seen == [length, new_length]
    return "\n".join(new + old[done:])


LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "", "  x", "unique 1", "unique 2", "unique 3"]), max_size=40)


@given(LINES, LINES)
@settings(max_examples=300)
def test_a_diff_makes_the_new_text_of_the_old(before, after):
    old, new = "".join(f"{line}\n" for line in before), "".join(f"{line}\n" for line in after)
    diff = "".join(unified("f", old, new))
    assert applied(old, diff) == new if old != new else diff == ""


@given(LINES, st.integers(0, 40), st.integers(0, 40), LINES)
def test_a_small_change_makes_a_small_diff(before, start, end, between):
    """What is added and removed is never more than the stretch that was replaced."""
    after = [*before[:start], *between, *before[max(start, end) :]]
    diff = list(unified("f", "".join(f"{line}\n" for line in before), "".join(f"{line}\n" for line in after)))[2:]
    removed = [line for line in diff if line.startswith("-")]
    added = [line for line in diff if line.startswith("+")]
    assert len(removed) <= len(before[start : max(start, end)])
    assert len(added) <= len(between)


def test_a_missing_final_line_break_is_reported():
    assert "".join(unified("f", "a\nb", "a\nc")) == (
        "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )


def test_a_diff_of_a_large_file_takes_linear_time():
    service = '  w{0}:\n    image: x\n    ports:\n      - "80:80"\n      - "81:81"\n'
    old = "".join(service.format(i) for i in range(20_000))
    new = old.replace('      - "80:80"\n', '      - target: 80\n        published: "80"\n')
    same = "".join('      - "80:80"\n' for _ in range(50_000))
    started = time.monotonic()
    assert sum(1 for _ in unified("f", old, new)) > 60_000
    assert sum(1 for _ in unified("f", same, same.replace('"', "'"))) == 100_003
    assert time.monotonic() - started < 60
