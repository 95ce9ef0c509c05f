"""Whole projects: composefmt's model is the reference's, as recorded in the cases."""

import json

import pytest
from project_cases import all_cases


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_the_model_is_the_reference_s(case, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/user")
    kind, text = case.actual(tmp_path)
    assert kind == case.kind, text
    if kind == "model":
        assert json.loads(text) == json.loads(case.expected)
    else:
        assert text == case.expected
        assert text.count("\n") == 1


def test_there_are_enough_cases():
    assert len(all_cases()) >= 60
