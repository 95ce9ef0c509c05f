"""Findings as failed tests in JUnit XML, which most CI systems show.

The format has no standard; this is the subset that Jenkins' and Ant's schemas agree on.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from composefmt.reports.markup import attributes, content
from composefmt.reports.text import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Found
    from composefmt.reports.text import Style


def report(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (data has no colors)
    """Yield a test suite per file with findings; without any, one test that passed."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="composefmt">\n'
    empty = True
    for filename, group in groupby(found, key=lambda each: each[0].filename):
        empty = False
        cases = [_failed_test(each) for each in group]
        yield _suite_start(filename, len(cases), failures=len(cases)) + "".join(cases) + "  </testsuite>\n"
    if empty:
        yield _suite_start("composefmt", 1, failures=0) + '    <testcase name="no findings" classname="composefmt"/>\n  </testsuite>\n'
    yield "</testsuites>\n"


def _suite_start(name: str, tests: int, *, failures: int) -> str:
    return f"  <testsuite{attributes({'name': name, 'tests': str(tests), 'failures': str(failures), 'errors': '0'})}>\n"


def _failed_test(each: Found) -> str:
    source, finding = each
    line, column = source.position(finding.span.start)
    test = attributes({"name": f"{finding.rule} ({line}:{column})", "classname": source.filename})
    failure = attributes({"type": finding.severity.value, "message": finding.message})
    return f"    <testcase{test}>\n      <failure{failure}>{content(render(source, finding))}</failure>\n    </testcase>\n"
