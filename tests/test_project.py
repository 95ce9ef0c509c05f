"""Whole projects: composefmt's model equals the reference's, as recorded in the cases."""

import json

import jsonschema
import pytest
from project_cases import all_cases

from composefmt import ProjectError, load_project
from composefmt.project.schema import model_schema


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


def test_the_models_fit_their_schema():
    schema = model_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for case in all_cases():
        if case.kind == "model":
            assert not list(validator.iter_errors(json.loads(case.expected))), case.id
    assert list(validator.iter_errors({"name": "x", "services": {"a": {"ports": ["80"]}}}))


def test_other_programs_load_projects(tmp_path):
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: nginx:${TAG}\n    ports: ['80:80']\n")
    (tmp_path / "over.yaml").write_text("services:\n  web:\n    hostname: h\n")
    project = load_project(tmp_path / "compose.yaml", tmp_path / "over.yaml", environment={"TAG": "1"}, name="x")
    assert (project.name, project.services["web"]["image"]) == ("x", "nginx:1")
    assert project.place("services", "web", "hostname").source.filename == str(tmp_path / "over.yaml")
    assert str(project.place("services", "web", "ports", "0", "target")) == f"{tmp_path / 'compose.yaml'}:4:13"
    assert project.place("name") is None
    assert json.loads(project.to_json()) == project.model
    assert load_project(directory=tmp_path, interpolate=False).services["web"]["image"] == "nginx:${TAG}"
    with pytest.raises(ProjectError) as caught:
        load_project(tmp_path / "over.yaml")
    assert str(caught.value) == f"{tmp_path / 'over.yaml'}:3:5: {caught.value.message}"
