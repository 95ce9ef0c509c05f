"""CI services: the action is linted and its steps run; the snippets in the docs are valid for their services."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from pages import titled_blocks
from running import BROKEN, CLEAN, ROOT, SHORT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))

# Those that run commands: one computes the key of the cache, one installs, the others check.
STEPS = [step for step in ACTION["runs"]["steps"] if "run" in step]

pytestmark = pytest.mark.slow


def judge(schema, *paths):
    """What the schema of a service says of files."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_valid():
    judge("vendor.github-actions", ROOT / "action.yml")


def test_each_input_of_the_action_is_used_and_explained():
    page = (ROOT / "docs" / "how-to" / "github-actions.md").read_text(encoding="utf-8")
    steps = json.dumps(ACTION["runs"]["steps"])
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in steps
        assert f"| `{name}` |" in page


SCHEMAS = {".github/workflows/": "vendor.github-workflows", ".gitlab-ci.yml": "vendor.gitlab-ci"}
SNIPPETS = [(title, text) for _, title, text in titled_blocks() if title.startswith(tuple(SCHEMAS))]


@pytest.mark.parametrize(("title", "text"), SNIPPETS, ids=[title for title, _ in SNIPPETS])
def test_a_snippet_is_valid_for_its_service(title, text, tmp_path):
    path = tmp_path / "snippet.yml"
    path.write_text(text, encoding="utf-8")
    judge(next(schema for start, schema in SCHEMAS.items() if title.startswith(start)), path)


def test_the_projects_own_workflows_are_valid():
    judge("vendor.github-workflows", *(ROOT / ".github" / "workflows").glob("*.yml"))


def test_actionlint_finds_nothing(tmp_path):
    if not shutil.which("actionlint"):
        pytest.skip("actionlint is not installed")
    directory = tmp_path / ".github" / "workflows"
    directory.mkdir(parents=True)
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        shutil.copy(path, directory)
    for title, text in SNIPPETS:
        if title.startswith(".github/"):
            (tmp_path / title).write_text(text, encoding="utf-8")
    # for the workflow that uses the action of its own repository
    shutil.copy(ROOT / "action.yml", tmp_path)
    (tmp_path / ".git").mkdir()
    done = subprocess.run(["actionlint", "-no-color"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pre_commit_snippets_are_valid(tmp_path):
    found = [text for _, title, text in titled_blocks() if title == ".pre-commit-config.yaml"]
    assert found
    for text in found:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The runner's directory after the action's first step."""
    directory = tmp_path_factory.mktemp("runner")
    for step in STEPS[:2]:
        done = run_step(step, directory, directory, {})
        assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"key=composefmt-Linux-X64-3[.\d]+-[0-9a-f]{16}\n", (directory / "output").read_text())
    return directory


def run_step(step, directory, runner, inputs):
    """Run a step of the action as GitHub's runner does."""
    values = {"github.action_path": str(ROOT), **{f"inputs.{name}": value for name, value in inputs.items()}}
    given = {name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], text) for name, text in step["env"].items()}
    own = {"RUNNER_TEMP": str(runner), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "GITHUB_OUTPUT": str(runner / "output")}
    environment = {**os.environ, **given, **own, "GITHUB_ACTIONS": "true", "NO_COLOR": "1"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def run_action(directory, runner, **given):
    """Whether the action succeeds in a directory, and what its steps say."""
    inputs = {name: about["default"] for name, about in ACTION["inputs"].items()} | given
    failed, said = False, ""
    for step in STEPS[2:]:
        condition = step.get("if", "success()")
        for expression, meaning in {"success()": str(not failed), "failure()": str(failed), "&&": "and", "||": "or"}.items():
            condition = condition.replace(expression, meaning)
        condition = re.sub(r"inputs\.([\w-]+)", lambda found: repr(inputs[found[1]]), condition)
        if eval(condition):
            done = run_step(step, directory, runner, inputs)
            failed = failed or done.returncode != 0
            said += done.stdout + done.stderr
    return not failed, said


def test_the_action_passes_on_clean_files(installed, tmp_path):
    (tmp_path / "compose.yaml").write_text(CLEAN)
    passed, said = run_action(tmp_path, installed)
    assert passed, said


def test_the_action_marks_the_line_and_fails(installed, tmp_path):
    (tmp_path / "a directory").mkdir()
    (tmp_path / "a directory" / "compose.yaml").write_text(BROKEN)
    passed, said = run_action(tmp_path, installed)
    assert not passed
    assert re.search(r"^::error title=.*file=a directory/compose.yaml,line=3", said, re.MULTILINE)


def test_the_action_shows_what_formatting_would_change(installed, tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    passed, said = run_action(tmp_path, installed)
    assert not passed
    assert "+      - target: 80  # the door" in said
    assert (tmp_path / "compose.yaml").read_text() == SHORT
    assert run_action(tmp_path, installed, format="false")[0]


def test_the_action_writes_sarif_and_takes_options(installed, tmp_path):
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: nginx\n    prots: []\n")
    passed, said = run_action(tmp_path, installed, **{"sarif-file": "out.sarif", "check-options": "--exit-zero --ignore style"})
    assert passed, said
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["unknown-key"]
