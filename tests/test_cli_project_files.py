"""`check` on projects with several files, as the command line shows it."""

import json

import pytest

BASE = 'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - "8080:80"\n'
OTHER = 'services:\n  api:\n    image: my/api:1\n    ports:\n      - "8080:3000"\n'


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_conflict_is_reported_once_in_the_file_where_it_is_written(run, tmp_path):
    write(tmp_path, compose_yaml=BASE, compose_override_yaml=OTHER)
    for paths in ((), ("compose.yaml",), ("compose.override.yaml",), ("compose.yaml", "compose.override.yaml")):
        done = run("check", "--output-format", "json", *paths)
        found = json.loads(done.stdout)
        assert [(each["filename"], each["rule"]) for each in found] == [("compose.override.yaml", "host-port-conflict")]
        assert [each["filename"] for each in found[0]["related"]] == ["compose.yaml"]
        assert done.returncode == 1


def test_files_that_the_command_line_names_are_one_project(run, tmp_path):
    write(tmp_path, a_yaml=BASE, b_yaml=OTHER)
    assert run("check", "a.yaml", "b.yaml").returncode == 0
    done = run("check", "-f", "a.yaml", "-f", "b.yaml")
    assert "b.yaml:5:10: error[host-port-conflict]" in done.stdout
    assert "note: a.yaml:5:10: first published here" in done.stdout
    assert "cannot be combined" in run("check", "-f", "a.yaml", "b.yaml").stderr


def test_findings_in_included_files_are_reported_once(run, tmp_path):
    write(tmp_path, compose_yaml="include: [a/compose.yaml, b/compose.yaml]\n", a__compose_yaml=BASE, b__compose_yaml=OTHER)
    assert run("check", ".").stdout.count("error[host-port-conflict]") == 1
    assert run("check", "compose.yaml").stdout.startswith("b/compose.yaml:5:10: error[host-port-conflict]")


def test_a_baseline_holds_findings_in_other_files(run, tmp_path):
    write(tmp_path, compose_yaml="include: [a/compose.yaml, b/compose.yaml]\n", a__compose_yaml=BASE, b__compose_yaml=OTHER)
    run("check", "--write-baseline", "baseline.json", ".")
    done = run("check", "--baseline", "baseline.json", ".")
    assert (done.stdout, done.returncode) == ("", 0)
    assert "1 finding in the baseline" in done.stderr
    assert "no longer" not in done.stderr


def test_the_projects_are_shown_with_the_reason(run, tmp_path):
    write(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml=OTHER,
        sub__compose_yaml="include: [../parts/db.yaml]\nservices: {}\n",
        parts__db_yaml="services: {db: {image: postgres:16}}\n",
        one__compose_yaml=BASE,
    )
    assert run("check", "--show-projects", ".").stdout.splitlines() == [
        "compose.yaml, compose.override.yaml (compose.override.yaml overrides compose.yaml)",
        "one/compose.yaml (no other file belongs to it)",
        "sub/compose.yaml, parts/db.yaml (compose.yaml includes or extends ../parts/db.yaml)",
    ]


PROFILES = """services:
  web:
    image: nginx:1.27
    ports:
      - "8080:80"
  debug:
    image: "my/debug:$TAG"
    profiles: [debug]
    ports:
      - "$DEBUG_PORT:80"
"""


def rules(run, *arguments):
    return [each["rule"] for each in json.loads(run("check", "--output-format", "json", *arguments).stdout)]


def test_profiles_and_env_files_as_in_config(run, tmp_path):
    write(tmp_path, compose_yaml=PROFILES, debug_env="DEBUG_PORT=8080\nTAG=1\n", other_env="DEBUG_PORT=9090\nTAG=1\n")
    assert rules(run) == []
    assert rules(run, "--env-file", "debug.env") == ["host-port-conflict"]
    assert rules(run, "--env-file", "debug.env", "--profile", "debug") == ["host-port-conflict"]
    assert rules(run, "--env-file", "debug.env", "--profile", "test") == []
    assert rules(run, "--env-file", "debug.env", "--env-file", "other.env", "--profile", "*") == []
    done = run("check", "--env-file", "nowhere.env")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.env" in done.stderr


def test_an_env_file_of_the_command_line_replaces_the_one_beside_the_file(run, tmp_path):
    write(tmp_path, sub__compose_yaml=PROFILES, sub___env="DEBUG_PORT=8080\nTAG=1\n", debug_env="DEBUG_PORT=9090\n")
    assert rules(run) == ["host-port-conflict"]
    found = json.loads(run("check", "--output-format", "json", "--env-file", "debug.env").stdout)
    assert [each["message"] for each in found] == ['variable "TAG" is not set in "../debug.env"']
    assert rules(run, "--env-file", "/dev/null") == []


def test_the_project_directory_is_that_of_the_paths(run, tmp_path):
    write(tmp_path, stacks__web_yaml="services: {web: {build: web}}\n", web__Dockerfile="FROM nginx:1.27\n")
    assert rules(run, "-f", "stacks/web.yaml") == ["context-missing"]
    assert rules(run, "-f", "stacks/web.yaml", "--project-directory", ".") == []
    done = run("check", "--project-directory", ".")
    assert (done.returncode, "--project-directory requires --file" in done.stderr) == (2, True)


def together(tmp_path, accepted=""):
    """Write a project whose only conflict is written in a file that the first one includes, with a comment above."""
    api = OTHER.replace("      - ", f"      # composefmt: ignore[{accepted}] known\n      - ") if accepted else OTHER
    write(tmp_path, compose_yaml="include: [a/compose.yaml, b/compose.yaml]\n", a__compose_yaml=BASE, b__compose_yaml=api)


def test_json_names_the_files_of_the_project(run, tmp_path):
    together(tmp_path)
    write(tmp_path, alone__compose_yaml=f"version: '3'\n{BASE}")
    found = {each["rule"]: each for each in json.loads(run("check", "--output-format", "json", ".").stdout)}
    assert found["host-port-conflict"]["project"] == ["compose.yaml", "a/compose.yaml", "b/compose.yaml"]
    assert found["obsolete-version"]["project"] is None
    found = json.loads(run("check", "--output-format", "json", "..", cwd=tmp_path / "a").stdout)
    assert [each["project"] for each in found if each["project"]] == [["../compose.yaml", "../a/compose.yaml", "../b/compose.yaml"]]


def test_a_comment_suppresses_a_finding_that_only_the_project_has(run, tmp_path):
    together(tmp_path, accepted="host-port-conflict")
    for paths in (["."], ["compose.yaml"], ["b/compose.yaml"]):
        done = run("check", *paths)
        assert (done.stdout, done.returncode) == ("", 0), paths
    write(tmp_path, compose_yaml="include: [b/compose.yaml]\n")
    (tmp_path / "compose.yaml").unlink()
    assert "unused-suppression" in run("check", "b/compose.yaml").stdout


def test_the_settings_of_the_file_with_the_finding_decide(run, tmp_path):
    together(tmp_path)
    settings = tmp_path / "composefmt.toml"
    settings.write_text('[per-file-ignores]\n"b/*" = ["host-port-conflict"]\n')
    assert rules(run, ".") == rules(run, "compose.yaml") == []
    settings.write_text('[per-file-ignores]\n"compose.yaml" = ["host-port-conflict"]\n')
    assert rules(run, ".") == []
    settings.write_text('[severity]\nports = "info"\n')
    assert [each["severity"] for each in json.loads(run("check", "--output-format", "json", ".").stdout)] == ["info"]
    (tmp_path / "b" / "composefmt.toml").write_text('ignore = ["ports"]\n')
    assert rules(run, ".") == []


def many(tmp_path):
    """Write a repository of projects of every kind, more than workers and the cache need to be used; return its settings."""
    files = {"base.yaml": BASE.replace('- "8080:80"', '- "8000:80"') + "volumes: {data: }\n"}
    for number in range(12):
        files[f"apps/{number}/compose.yaml"] = OTHER.replace("api:\n", f"api{number}:\n", 1).replace("8080", "8000")
        files[f"pairs/{number}/compose.yaml"] = BASE
        files[f"pairs/{number}/compose.override.yaml"] = OTHER.replace("8080", "$PORT")
        files[f"pairs/{number}/.env"] = f"PORT={8070 + number}\n"
        files[f"whole/{number}/compose.yaml"] = "include: [../parts.yaml, one.yaml]\n"
        files[f"whole/{number}/one.yaml"] = OTHER
    files["whole/parts.yaml"] = BASE
    files["apps/3/prod.env"] = "A=1\n"
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "composefmt.toml").write_text('[[projects]]\nfiles = ["base.yaml", "apps/*/compose.yaml"]\n')


@pytest.mark.slow
def test_workers_and_the_cache_change_nothing(run, tmp_path):
    many(tmp_path)
    cached = {"COMPOSEFMT_NO_CACHE": "", "COMPOSEFMT_CACHE_DIR": str(tmp_path / "cache")}
    alone = run("check", "--output-format", "json", "--jobs", "1", ".")
    found = json.loads(alone.stdout)
    assert len(found) == 26
    assert sum(each["filename"].startswith("apps/") for each in found) == 12
    assert all(each["project"] for each in found)
    for environment in ({}, cached, cached):
        for jobs in ("1", "3"):
            done = run("check", "--output-format", "json", "--jobs", jobs, ".", env=environment)
            assert (done.stdout, done.stderr) == (alone.stdout, alone.stderr)


@pytest.mark.slow
def test_the_cache_notices_changes_of_all_files_of_a_project(run, tmp_path):
    many(tmp_path)
    cached = {"COMPOSEFMT_NO_CACHE": "", "COMPOSEFMT_CACHE_DIR": str(tmp_path / "cache")}

    def found(*arguments):
        with_cache = run("check", "--output-format", "json", *arguments, env=cached).stdout
        assert with_cache == run("check", "--output-format", "json", *arguments).stdout
        return [(each["filename"], each["rule"]) for each in json.loads(with_cache)]

    before = found(".")
    changes = {
        "base.yaml": BASE.replace("8080", "7000"),
        "pairs/1/.env": "PORT=8080\n",
        "pairs/2/compose.override.yaml": OTHER,
        "whole/3/one.yaml": OTHER.replace("8080", "9000"),
        "whole/parts.yaml": BASE.replace("8080", "9090"),
        "composefmt.toml": '[[projects]]\nfiles = ["base.yaml", "apps/*/compose.yaml"]\nprofiles = ["x"]\n',
        "apps/4/compose.yaml": OTHER.replace("8080", "7000"),
    }
    for name, text in changes.items():
        (tmp_path / name).write_text(text)
        after = found(".")
        assert after != before or name == "composefmt.toml", name
        before = after
    assert found(".", "--env-file", "apps/3/prod.env") != before


HOST = 'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - target: 80\n        published: "8080"\n'


def offered(run, *paths):
    found = json.loads(run("check", "--output-format", "json", *paths).stdout)
    return [(each["filename"], each["rule"], each["fixable"]) for each in found]


def test_a_fix_for_one_of_two_projects_is_not_offered(run, tmp_path):
    """Only app/ runs the service on the host network; what both extend keeps its ports."""
    extends = "services:\n  web:\n    extends:\n      file: ../common.yaml\n      service: web\n"
    write(tmp_path, common_yaml=HOST, app__compose_yaml=f"{extends}    network_mode: host\n", other__compose_yaml=extends)
    assert offered(run, ".") == [("common.yaml", "ports-with-host-network", False)]
    done = run("check", "--fix", "--unsafe-fixes", ".")
    assert "No fixes to apply" in done.stderr
    assert (tmp_path / "common.yaml").read_text(encoding="utf-8") == HOST


def test_a_fix_that_the_including_project_does_not_need_is_not_offered(run, tmp_path):
    override = "services:\n  web:\n    network_mode: host\n"
    write(tmp_path, app__compose_yaml=HOST, app__compose_override_yaml=override)
    (tmp_path / ".git").mkdir()
    assert offered(run, "app") == [("app/compose.yaml", "ports-with-host-network", True)]
    # Docker Compose includes the file without its override.
    write(tmp_path, compose_yaml="include: [app/compose.yaml]\n")
    assert offered(run, "app") == [("app/compose.yaml", "ports-with-host-network", False)]
    write(tmp_path, compose_yaml="include:\n  - path: [app/compose.yaml, app/compose.override.yaml]\n")
    assert offered(run, "app") == [("app/compose.yaml", "ports-with-host-network", True)]
    # Nobody knows what this project needs.
    write(tmp_path, compose_yaml="include: [app/compose.yaml, missing.yaml]\nservices: 5\n")
    assert offered(run, "app") == [("app/compose.yaml", "ports-with-host-network", False)]
    run("check", "--fix", "--unsafe-fixes", "app")
    assert (tmp_path / "app/compose.yaml").read_text(encoding="utf-8") == HOST


def test_a_fix_is_made_in_the_file_where_the_value_stands(run, tmp_path):
    write(tmp_path, compose_yaml=HOST, compose_override_yaml="services:\n  web:\n    network_mode: host\n")
    for paths in (["compose.override.yaml"], ["compose.yaml"]):
        run("check", "--fix", "--unsafe-fixes", *paths)
        text = (tmp_path / "compose.yaml").read_text(encoding="utf-8")
        assert text == (HOST if paths == ["compose.override.yaml"] else HOST.partition("    ports")[0])
