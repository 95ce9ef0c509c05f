"""`docs/rules-of-others.md` is proved: for each row, a case in which composefmt reports what the other tool reports."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from cases import all_cases

from composefmt.rules.registry import all_rules

PAGE = (Path(__file__).parents[1] / "docs" / "rules-of-others.md").read_text(encoding="utf-8")
CASES = {case.title: case for case in all_cases("others")}


def rows():
    """Yield the first column of each row, and the rules that the second one names; a group expands to its rules."""
    for cells in (line.strip().strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ")):
        names = set(re.findall(r"`([a-z0-9-]+)`", "".join(cells[1:])))
        if names:
            groups = {name: {rule.name for rule in all_rules().values() if rule.group == name} for name in names}
            yield cells[0].strip(), names | set().union(*groups.values())


ROWS = dict(rows())


def told_in(case):
    return set(re.findall(r"^\S+ [a-z]+\[([a-z0-9-]+)\]", case.actual()[1], re.MULTILINE))


def test_the_page_and_the_cases_speak_of_the_same():
    assert ROWS.keys() == CASES.keys()


@pytest.mark.parametrize("title", ROWS)
def test_findings_of_another_tool_are_found(title):
    assert told_in(CASES[title]) & ROWS[title]


@pytest.mark.parametrize("title", CASES)
def test_the_preview_equals_the_written_files(title):
    assert CASES[title].actual()[1] == CASES[title].expected


def test_the_reference_refuses_the_refused_cases(oracle, tmp_path):
    for number, case in enumerate(case for case in CASES.values() if case.path.stem == "reference"):
        directory = tmp_path / str(number)
        directory.mkdir()
        for name, data in {"compose.yaml": case.text.encode(), **case.files}.items():
            (directory / name).write_bytes(data)
        job = json.dumps({"files": [str(directory / "compose.yaml")], "mode": "full"})
        answer = subprocess.run([oracle], input=job + "\n", capture_output=True, text=True, check=True).stdout
        assert json.loads(answer)["ok"] is False, case.title
        assert re.search(r"^\S+ error\[", case.expected, re.MULTILINE), case.title
