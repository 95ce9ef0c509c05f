"""Every rule's page is proved: its bad examples are reported, its good examples are not."""

import re
import textwrap

import pytest
from cases import all_cases

from composefmt.engine import check_text
from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Options
from composefmt.reports.rule_page import BESIDE
from composefmt.rules.registry import all_rules

RULES = all_rules()


def examples(rule, label):
    """The indented blocks below `Bad:` or `Good:` on a rule's page."""
    found = re.findall(rf"^{label}:\n\n((?:    .*\n|\n)+)", rule.page + "\n", re.MULTILINE)
    return [textwrap.dedent(block).strip("\n") + "\n" for block in found]


def found_by(text, rule):
    # Opt-in rules are reported when selected.
    options = Options(select=None if rule.default else frozenset({rule.name}), surroundings=Surroundings(InMemory(BESIDE)))
    return {finding.rule for finding in check_text(text, options).findings}


@pytest.mark.parametrize("name", RULES)
def test_the_page_of_a_rule(name):
    rule = RULES[name]
    first, *_ = rule.page.split("\n\n")
    assert first.endswith("."), "a page starts with a sentence"
    assert re.search(r"^Source: .*\.$", rule.page, re.MULTILINE | re.DOTALL), "a page names the source of its rule"
    for text in examples(rule, "Bad"):
        assert name in found_by(text, rule), text
    for text in examples(rule, "Good"):
        assert name not in found_by(text, rule), text


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_three_bad_and_three_good_examples(name):
    """Its page's and the cases': all are run."""
    bad = sum(name in case.reported for case in all_cases("rules", "checks")) + len(examples(RULES[name], "Bad"))
    good = sum(name in case.good_for for case in all_cases("rules", "checks")) + len(examples(RULES[name], "Good"))
    assert (min(bad, 3), min(good, 3)) == (3, 3)


def test_a_rule_has_one_case_file_named_after_it():
    assert {case.path.stem for case in all_cases("rules")} == set(RULES)
    for case in all_cases("rules"):
        involved = case.reported | case.good_for
        assert not involved or case.path.stem in involved, case.id


def test_other_cases_involve_several_rules_or_none():
    for case in all_cases("checks"):
        assert len((case.reported | case.good_for) & RULES.keys()) != 1, f"{case.id}: move it to tests/cases/rules"


@pytest.mark.parametrize("case", [case for case in all_cases("rules", "checks") if case.good_for], ids=lambda case: case.id)
def test_good_examples_name_existing_rules(case):
    assert case.good_for <= RULES.keys()
    assert not case.expected


@pytest.mark.parametrize("name", sorted(RULES.keys() - {"alias-bomb", "undefined-variable", "include-cycle", "invalid-project"}))
def test_explain_shows_the_page_of_a_rule(name):
    assert examples(RULES[name], "Bad")
    assert examples(RULES[name], "Good")


@pytest.mark.parametrize("case", all_cases("rules", "checks"), ids=lambda case: case.id)
def test_a_case_needs_only_its_rule(case):
    reported = {finding.rule for finding in check_text(case.text, case.options, case.filename).findings}
    for name in reported & RULES.keys():
        without = case.options._replace(ignore=case.options.ignore | {name})
        assert name not in {finding.rule for finding in check_text(case.text, without, case.filename).findings}
        alone = case.options._replace(select=frozenset({name}))
        assert {finding.rule for finding in check_text(case.text, alone, case.filename).findings} >= {name}
