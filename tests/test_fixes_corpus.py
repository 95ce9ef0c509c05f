"""Fixes of real files: no comment is lost, and safe fixes keep the reference's model."""

import json
import shutil
import subprocess

import pytest
from cases import all_cases
from fixes import assert_fixes_keep_the_promises
from test_reference import ask, comparable

from composefmt.engine import fix_bytes, fix_text
from composefmt.options import Options
from composefmt.rules.registry import all_rules
from composefmt.syntax.comment_owners import owned_comments
from composefmt.syntax.parse import SyntaxProblem, parse

EVERY_RULE = Options(select=frozenset(all_rules()))


def corpus(directory):
    return sorted(path for path in directory.rglob("*compose*.y*ml") if path.is_file())


def asked(oracle, paths):
    jobs = [json.dumps({"files": [str(path)], "mode": mode}) for path in paths for mode in ("full", "raw")]
    done = subprocess.run([oracle], input="\n".join(jobs) + "\n", capture_output=True, text=True, check=True)
    return [(answer["ok"], comparable(answer.get("model"))) for answer in map(json.loads, done.stdout.splitlines())]


@pytest.mark.slow
@pytest.mark.parametrize("rules", ["those that are on", "all"])
def test_safe_fixes_of_the_corpus_keep_the_model_of_the_reference(oracle, shared, tmp_path, rules):
    options = Options(extend_select=frozenset({"unformatted"})) if rules == "those that are on" else EVERY_RULE
    shutil.copytree(shared / "corpus", tmp_path / "corpus", copy_function=shutil.copy)
    paths = corpus(tmp_path / "corpus")
    before = asked(oracle, paths)
    changed = 0
    for path in paths:
        data = path.read_bytes()
        result = fix_bytes(data, options, str(path))
        if result.data is not None:
            changed += 1
            path.chmod(0o644)
            path.write_bytes(result.data)
            again = fix_bytes(result.data, options, str(path))
            assert again.data is None, (path, again.fixed)
        assert not [finding for finding in result.findings if finding.fix is not None and finding.fix.safe], path
    places = [(path, mode) for path in paths for mode in ("full", "raw")]
    for place, (old_ok, old_model), (new_ok, new_model) in zip(places, before, asked(oracle, paths), strict=True):
        assert not old_ok or (new_ok, new_model) == (True, old_model), place
    assert changed > 300


def test_safe_fixes_of_the_cases_keep_the_model_of_the_reference(oracle, tmp_path):
    cases = [case for case in all_cases("rules", "checks") if case.fixed and not case.files]
    answers = ask(oracle, tmp_path, [text for case in cases for text in (case.text, case.fixed)])
    for case, before, after in zip(cases, answers[::2], answers[1::2], strict=True):
        for (old_ok, old_model), (new_ok, new_model) in zip(before, after, strict=True):
            assert not old_ok or (new_ok, new_model) == (True, old_model), case.id


@pytest.mark.slow
def test_all_fixes_of_all_rules_keep_the_promises_on_the_corpus(shared):
    count = 0
    for path in corpus(shared / "corpus"):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert_fixes_keep_the_promises(text, EVERY_RULE, path.name)
        count += 1
    assert count > 500


def test_no_fix_moves_a_comment_to_another_element():
    options = Options(ignore=frozenset({"unformatted"}))
    cases = [case for case in all_cases("rules", "checks") if case.fixed and not case.files]
    for case in cases:
        lines = case.text.splitlines()
        for index, line in enumerate(lines):
            indent = " " * (len(line) - len(line.lstrip()))
            for commented in ([f"{indent}# comment", line], [f"{line} # comment"]):
                text = "\n".join([*lines[:index], *commented, *lines[index + 1 :]]) + "\n"
                after = fix_text(text, options, unsafe=True).source.text
                assert not moved_comments(text, after), (case.id, text, after)


def moved_comments(before: str, after: str) -> list[tuple[str, object]]:
    try:
        was, now = owned_comments(before, parse(before)), owned_comments(after, parse(after))
    except SyntaxProblem:
        return []
    texts = {text for text, _ in was.comments}
    return [one for one in set(now.comments) - set(was.comments) if one[0] in texts and one[1] in was.paths]
