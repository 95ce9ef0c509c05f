"""The hooks, run by the real pre-commit in a real git repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import copy_of_the_project, git

ROOT = Path(__file__).parents[1]
SHORT = 'services:\n  web:\n    image: nginx\n    ports:\n      - "8080:80" # the door\n'
LONG = 'services:\n  web:\n    image: nginx\n    ports:\n      - target: 80  # the door\n        published: "8080"\n'

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    """A repository with this checkout's files, as users would name it in their configuration; and pre-commit's own cache."""
    directory = tmp_path_factory.mktemp("hooks") / "composefmt"
    return directory, copy_of_the_project(directory), tmp_path_factory.mktemp("cache")


@pytest.fixture
def repository(hooks, tmp_path):
    """Return a user's repository that runs both hooks: its directory and a function that runs them."""
    source, revision, cache = hooks
    git(tmp_path, "init", "-q")
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {source}\n  rev: {revision}\n  hooks:\n  - id: composefmt-format\n  - id: composefmt-check\n"
    )

    def run(*arguments):
        git(tmp_path, "add", "-A")
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PRE_COMMIT_HOME": str(cache), "PRE_COMMIT_COLOR": "never"},
            capture_output=True,
            text=True,
            check=False,
        )

    return tmp_path, run


def test_the_manifest_is_valid():
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_format_rewrites_and_fails_once_then_both_pass(repository):
    directory, run = repository
    (directory / "docker-compose.yml").write_text(SHORT)
    (directory / "deploy").mkdir()
    (directory / "deploy" / "compose.prod.yaml").write_text(SHORT)
    (directory / "other.yaml").write_text(SHORT)
    first = run("--all-files")
    assert first.returncode == 1
    assert "files were modified by this hook" in first.stdout
    assert "reformatted docker-compose.yml" in first.stdout
    assert (directory / "docker-compose.yml").read_text() == LONG
    assert (directory / "deploy" / "compose.prod.yaml").read_text() == LONG
    assert (directory / "other.yaml").read_text() == SHORT, "not a Compose file by its name"
    second = run("--all-files")
    assert second.returncode == 0, second.stdout


def test_check_stops_a_commit_with_a_mistake(repository):
    directory, run = repository
    (directory / "compose.yaml").write_text("services:\n  web:\n    image: nginx\n    prots: []\n")
    done = run()
    assert done.returncode == 1
    assert 'compose.yaml:4:5: error[unknown-key] unknown key "prots" in service "web"' in done.stdout


def test_a_file_that_is_not_yaml_stops_the_commit_and_stays(repository):
    directory, run = repository
    (directory / "compose.yaml").write_text("services: [\n")
    done = run()
    assert done.returncode == 1
    assert "compose.yaml:1:11: error[yaml-syntax]" in done.stdout
    assert (directory / "compose.yaml").read_text() == "services: [\n"


def test_what_init_writes_works_the_first_time(repository, hooks):
    directory, run = repository
    source, revision, _ = hooks
    (directory / ".pre-commit-config.yaml").unlink()
    (directory / "compose.yaml").write_text(SHORT)
    (directory / ".github" / "workflows").mkdir(parents=True)
    (directory / ".github" / "workflows" / "compose.yml").write_text("on:   [push]\njobs: {}\n")
    subprocess.run([sys.executable, "-m", "composefmt", "init", "--yes"], cwd=directory, check=True, capture_output=True)
    config = directory / ".pre-commit-config.yaml"
    text = config.read_text()
    assert "repo: https://github.com/composefmt/composefmt\n    rev: v" in text
    config.write_text(re.sub(r"repo: .*\n    rev: .*", f"repo: {source}\n    rev: {revision}", text))
    written = {path: path.read_text() for path in directory.rglob("*.*") if ".git/" not in str(path) and path.is_file()}
    assert directory / ".github" / "workflows" / "lint-compose.yml" in written
    first = run("--all-files")
    assert "reformatted compose.yaml" in first.stdout
    assert "1 file reformatted." in first.stdout
    second = run("--all-files")
    assert second.returncode == 0, second.stdout
    assert second.stdout.count("Passed") == 2
    assert {path: path.read_text() for path in written} == {**written, directory / "compose.yaml": LONG}


def test_workflows_and_excluded_files_are_skipped_even_if_files_matches_them(repository):
    directory, run = repository
    config = directory / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("format\n", "format\n    files: compose[.]ya?ml$\n    exclude: ^$\n"))
    (directory / "composefmt.toml").write_text('extend-exclude = ["generated/"]\n')
    for name in (".github/workflows/compose.yml", "generated/compose.yaml"):
        (directory / name).parent.mkdir(parents=True)
        (directory / name).write_text(SHORT)
    done = run("composefmt-format", "--all-files")
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout
    assert (directory / "generated" / "compose.yaml").read_text() == SHORT


def test_prek_runs_the_same_hooks(repository, tmp_path_factory):
    prek = shutil.which("prek", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if prek is None:
        pytest.skip("prek is not installed")
    directory, _ = repository
    (directory / "compose.yaml").write_text(SHORT)
    git(directory, "add", "-A")
    environment = {**os.environ, "PREK_HOME": str(tmp_path_factory.mktemp("prek")), "PREK_COLOR": "never"}
    for status in (1, 0):
        done = subprocess.run([prek, "run", "--all-files"], cwd=directory, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        assert (directory / "compose.yaml").read_text() == LONG
        git(directory, "add", "-A")
