"""Real Compose files: composefmt's model of each is the reference's, as recorded in the shared corpus."""

import json
import os

import pytest

from composefmt import ProjectError
from composefmt.project.loading import Choices, File
from composefmt.project.project import Request, load

# The reference reads these, but its JSON output fails: it writes an ssh key with a path as half an object.
UNPRINTABLE = "error calling MarshalJSON for type types.SSHKey"


def answers(shared, mode):
    lines = (shared / "corpus" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [answer for answer in map(json.loads, lines) if answer["mode"] == mode]


def loaded(shared, name, choices, **options):
    """The model as composefmt prints it, or why it refuses the file. The recorded runs knew no variables, not even of .env."""
    path = os.path.realpath(shared / "corpus" / name)
    folder = os.path.dirname(path)
    try:
        project = load(Request([File(path)], folder, {}, "project", choices=choices, **options))
    except ProjectError as error:
        return str(error)
    return json.loads(project.to_json().replace(folder, "${PROJECT_DIR}"))


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/user")


def test_the_model_is_the_reference_s(shared):
    checked = 0
    for answer in answers(shared, "full"):
        found = loaded(shared, answer["files"][0], Choices())
        if answer["ok"]:
            checked += 1
            assert found == answer["model"], answer["files"]
        elif UNPRINTABLE not in answer["error"]:
            assert isinstance(found, str), answer
    assert checked > 500


def test_without_interpolation_it_is_too_where_the_reference_can_do_it(shared):
    more = 0
    for answer in answers(shared, "raw"):
        found = loaded(shared, answer["files"][0], Choices(interpolate=False, resolve=False), normalize=False, environment_files=False)
        if answer["ok"]:
            assert found == answer["model"], answer["files"]
        elif isinstance(found, dict):
            # Short forms that hold variables, which the reference cannot take apart.
            more += 1
    assert more > 100
