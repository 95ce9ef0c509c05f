"""`check` on projects with several files, as the command line shows it."""

import json

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
