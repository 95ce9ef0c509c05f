"""`check` of files that belong to a project with other files: in `COMPOSE_FILE`, included, or put on a base."""

import os

import pytest
from running import run

WEB = "services:\n  web:\n    image: nginx:1.27\n    networks: [back]\n    build: ./web\n"
BASE = "services:\n  db:\n    image: postgres:17\nnetworks:\n  back:\n    driver: bridge\n"


@pytest.fixture
def repository(tmp_path):
    for directory in (".git", "sub", "web", "work"):
        (tmp_path / directory).mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM nginx:1.27\n")
    (tmp_path / "base.yml").write_text(BASE)
    (tmp_path / "sub" / "compose.yml").write_text(WEB)
    return tmp_path


def reported(cwd, *paths, **env):
    done = run("check", "--output-format", "concise", "--select", "undefined-network,context-missing", *paths, cwd=cwd, env=env)
    assert "Traceback" not in done.stderr
    return sorted(line.partition("[")[2].partition("]")[0] for line in done.stdout.splitlines())


def test_a_file_alone(repository):
    assert reported(repository, "sub") == ["context-missing", "undefined-network"]


@pytest.mark.parametrize("place", [".", "sub"])
def test_compose_file_in_the_env_file_of_the_repository(repository, place):
    (repository / ".env").write_text("COMPOSE_FILE=base.yml:sub/compose.yml\n")
    assert reported(repository / place, "." if place == "sub" else "sub") == []


def test_compose_file_in_the_environment_is_relative_to_the_working_directory(repository):
    assert reported(repository, "sub", COMPOSE_FILE=os.pathsep.join(["base.yml", "sub/compose.yml"])) == []
    assert reported(repository / "work", "../sub", COMPOSE_FILE="../base.yml,,../sub/compose.yml", COMPOSE_PATH_SEPARATOR=",,") == []
    assert reported(repository / "work", "../sub", COMPOSE_FILE="base.yml:sub/compose.yml") == ["context-missing", "undefined-network"]
    absolute = os.pathsep.join(str(repository / each) for each in ("base.yml", "sub/compose.yml"))
    assert reported(repository / "work", "../sub", COMPOSE_FILE=absolute) == []


@pytest.mark.parametrize(
    "value", ["", ":", "::sub/compose.yml::", "sub/compose.yml:web", "sub/compose.yml:none.yml", "sub/compose.yml:oci://a/b"]
)
def test_strange_lists_in_compose_file(repository, value):
    (repository / ".env").write_text(f"COMPOSE_FILE={value}\n")
    rules = reported(repository, "sub")
    assert ("undefined-network" in rules) == (value in ("", ":", "::sub/compose.yml::"))


def test_a_file_that_the_root_includes(repository):
    (repository / "compose.yaml").write_text(f"include:\n  - path: sub/compose.yml\n    project_directory: .\n{BASE}")
    assert reported(repository) == []
    (repository / "compose.yaml").write_text(f"include:\n  - base.yml\n{BASE}")
    assert reported(repository, "sub") == ["context-missing", "undefined-network"]


def test_a_result_in_the_cache_is_dropped_when_another_file_joins(repository, tmp_path):
    cached = {"COMPOSEFMT_NO_CACHE": "0", "COMPOSEFMT_CACHE_DIR": str(tmp_path / "cache")}
    for number in range(12):
        (repository / f"compose.{number}.yaml").write_text(BASE)
    alone = reported(repository, **cached)
    assert "undefined-network" in alone
    (repository / "compose.yaml").write_text(f"include:\n  - path: sub/compose.yml\n    project_directory: .\n{BASE}")
    assert "undefined-network" not in reported(repository, **cached)
    (repository / "compose.yaml").unlink()
    assert reported(repository, **cached) == alone
