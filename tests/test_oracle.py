"""The reference program in tests/oracle: projects of several files, variables, errors, and many requests in one run."""

import json
import subprocess

import pytest


@pytest.fixture
def files(tmp_path):
    (tmp_path / "compose.yaml").write_text('services: {web: {image: "nginx:$TAG", profiles: [web]}, db: {image: postgres}}\n')
    (tmp_path / "override.yaml").write_text("services: {db: {volumes: [.:/data]}}\n")
    return [str(tmp_path / "compose.yaml"), str(tmp_path / "override.yaml")]


def ask(oracle, *arguments, requests=""):
    return subprocess.run([oracle, *arguments], input=requests, capture_output=True, text=True, check=False)


def test_several_files_with_variables_and_profiles(oracle, files):
    done = ask(oracle, "-e", "TAG=1", "-profile", "web", *files)
    assert done.returncode == 0
    services = json.loads(done.stdout)["services"]
    assert services["web"]["image"] == "nginx:1"
    assert services["db"]["volumes"][0]["source"] == "${PROJECT_DIR}"


def test_raw_models_keep_variables_and_paths(oracle, files):
    services = json.loads(ask(oracle, "-raw", "-profile", "web", *files).stdout)["services"]
    assert services["web"]["image"] == "nginx:$TAG"
    assert services["db"]["volumes"][0]["source"] == "."


def test_an_error_and_its_exit_status(oracle, tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {web: {}}\n")
    done = ask(oracle, str(tmp_path / "compose.yaml"))
    assert (done.returncode, done.stdout) == (1, "")
    assert 'service "web" has neither an image nor a build context specified' in done.stderr


def test_requests_are_answered_in_order(oracle, files):
    requests = [
        {"files": files, "mode": "full", "environment": {"TAG": "2"}, "profiles": ["*"]},
        {"files": ["missing.yaml"], "mode": "full"},
        {"files": files, "mode": "raw"},
    ]
    done = ask(oracle, requests="".join(json.dumps(request) + "\n" for request in requests))
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first["model"]["services"]["web"]["image"] == "nginx:2"
    assert (second["ok"], second["files"], second["mode"]) == (False, ["missing.yaml"], "full")
    assert "no such file" in second["error"]
    assert list(third["model"]["services"]) == ["db"]


@pytest.mark.parametrize("request_", ['{"files": []}', '{"files": ["a.yaml"], "mode": "half"}', "{"])
def test_invalid_requests_stop_the_run(oracle, request_):
    done = ask(oracle, requests=request_)
    assert done.returncode == 2
    assert "oracle: invalid request: " in done.stderr
