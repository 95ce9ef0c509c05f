"""Real Compose files: composefmt's model of each equals the reference's, as recorded in the shared corpus."""

import itertools
import json
import os
import subprocess

import pytest

from composefmt import ProjectError
from composefmt.project.discovery import Wanted, find
from composefmt.project.project import Request, load
from composefmt.project.scope import Choices

# The reference reads these, but its JSON output fails: it writes an ssh key with a path as half an object.
UNPRINTABLE = "error calling MarshalJSON for type types.SSHKey"


def answers(shared, mode):
    lines = (shared / "corpus" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [answer for answer in map(json.loads, lines) if answer["mode"] == mode]


def loaded(shared, names, choices, **options):
    """The model as composefmt prints it, or why it refuses the files. The reference knew HOME, PWD and the .env beside the first file."""
    paths = [os.path.realpath(shared / "corpus" / name) for name in names]
    directory = os.path.dirname(paths[0])
    try:
        found = find(Wanted(paths, name="project"), {"HOME": "/home/user", "PWD": directory})
        project = load(Request(found.files, directory, found.environment, "project", found.profiles, choices=choices, **options))
    except ProjectError as error:
        return str(error)
    return json.loads(project.to_json().replace(directory, "${PROJECT_DIR}"))


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/user")


def test_the_model_is_the_reference_s(shared):
    checked = 0
    for answer in answers(shared, "full"):
        found = loaded(shared, answer["files"], Choices())
        if answer["ok"]:
            checked += 1
            assert found == answer["model"], answer["files"]
        elif UNPRINTABLE not in answer["error"]:
            assert isinstance(found, str), answer
    assert checked > 500


def test_without_interpolation_it_is_too_where_the_reference_can_do_it(shared):
    more = 0
    for answer in answers(shared, "raw"):
        found = loaded(shared, answer["files"], Choices(interpolate=False, resolve=False), normalize=False, environment_files=False)
        if answer["ok"]:
            assert found == answer["model"], answer["files"]
        elif isinstance(found, dict):
            # Short forms that hold variables, which the reference cannot take apart.
            more += 1
    assert more > 100


@pytest.mark.slow
def test_any_two_files_of_a_fixture_make_the_project_of_the_reference(oracle, shared):
    """The reference's own fixtures: each file as an override of each other one beside it."""
    corpus = shared / "corpus"
    directories = [directory for name in ("compose", "compose-go") for directory in (corpus / name).rglob("*") if directory.is_dir()]
    pairs = [pair for directory in directories for pair in itertools.permutations(sorted(directory.glob("*.y*ml")), 2)]
    jobs = [json.dumps({"files": [os.path.realpath(path) for path in pair], "mode": "full"}) for pair in pairs]
    done = subprocess.run([oracle], input="\n".join(jobs) + "\n", capture_output=True, text=True, check=True)
    same = 0
    for pair, answer in zip(pairs, map(json.loads, done.stdout.splitlines()), strict=True):
        found = loaded(shared, pair, Choices())
        if answer["ok"]:
            same += 1
            assert found == answer["model"], pair
        elif UNPRINTABLE not in answer["error"]:
            assert isinstance(found, str), (pair, answer["error"])
    assert same > 150
