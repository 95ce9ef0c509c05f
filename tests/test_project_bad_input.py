"""Projects with several files, some of which are broken, missing, repeated or many: a clear report, and no file hides another."""

import json
import os

import pytest

WEB = "services:\n  web:\n    image: nginx:1.27\n    ports: ['80:80']\n"
API = "services:\n  api:\n    image: my/api:1\n    ports: ['80:81']\n"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def rules(run, *arguments):
    """Return the findings of a check as (file, rule), and the exit status."""
    done = run("check", "--output-format", "json", *arguments)
    assert "Traceback" not in done.stderr
    return [(each["filename"], each["rule"]) for each in json.loads(done.stdout)], done.returncode


def test_files_that_include_each_other(run, tmp_path):
    write(tmp_path, {"compose.yaml": f"include: [b.yaml]\n{WEB}", "b.yaml": f"include: [compose.yaml]\n{API}"})
    # The second file is known all the same.
    assert rules(run) == ([("compose.yaml", "include-cycle"), ("b.yaml", "host-port-conflict")], 1)


def test_services_that_extend_each_other_in_two_files(run, tmp_path):
    extends = "services:\n  {}:\n    extends: {{file: {}, service: {}}}\n"
    write(tmp_path, {"compose.yaml": extends.format("a", "b.yaml", "b"), "b.yaml": extends.format("b", "compose.yaml", "a")})
    assert rules(run) == ([("compose.yaml", "extends-cycle")], 1)


@pytest.mark.parametrize("broken", ["compose.yaml", "compose.override.yaml"])
def test_a_file_that_does_not_parse_leaves_the_other_to_be_checked_alone(run, tmp_path, broken):
    other = {"compose.yaml": "compose.override.yaml", "compose.override.yaml": "compose.yaml"}[broken]
    write(tmp_path, {broken: "services:\n  a: {image: x\n", other: WEB.replace("['80:80']", "['80:80', '80:81']")})
    found, status = rules(run)
    assert sorted(found) == sorted([(broken, "yaml-syntax"), (other, "host-port-conflict")])
    assert status == 1


def test_two_hundred_files_in_one_project(run, tmp_path):
    names = [f"f{number}.yaml" for number in range(200)]
    for number, name in enumerate(names):
        write(tmp_path, {name: f"services:\n  s{number}:\n    image: x:1\n    ports: ['{8000 + number % 199}:80']\n"})
    listed = [word for name in names for word in ("-f", name)]
    assert rules(run, *listed) == ([("f199.yaml", "host-port-conflict")], 1)
    write(tmp_path, {"compose.yaml": "include:\n" + "".join(f"  - {name}\n" for name in names)})
    assert rules(run) == ([("f199.yaml", "host-port-conflict")], 1)


def test_a_file_of_fifty_projects_is_reported_once(run, tmp_path):
    write(tmp_path, {"common.yaml": WEB, **{f"p{n}/compose.yaml": f"include: [../common.yaml]\n{API}" for n in range(50)}})
    assert rules(run) == ([("common.yaml", "host-port-conflict")], 1)


def test_a_file_outside_the_repository(run, tmp_path):
    write(tmp_path, {"outside.yaml": WEB, "repository/.git/HEAD": "", "repository/compose.yaml": f"include: [../outside.yaml]\n{API}"})
    assert rules(run, "repository") == ([("outside.yaml", "host-port-conflict")], 1)


def test_one_file_under_two_names(run, tmp_path):
    write(tmp_path, {"compose.yaml": WEB})
    os.symlink("compose.yaml", tmp_path / "compose.override.yaml")
    assert rules(run) == ([], 0)
    assert rules(run, "-f", "compose.yaml", "-f", "compose.override.yaml") == ([], 0)


def test_an_override_that_leads_nowhere(run, tmp_path):
    write(tmp_path, {"compose.yaml": WEB})
    os.symlink("gone.yaml", tmp_path / "compose.override.yaml")
    found, status = rules(run)
    assert found == []
    assert status in (0, 2)


def test_compose_file_with_empty_parts(run, tmp_path):
    write(tmp_path, {"a.yaml": WEB, "b.yaml": API, ".env": "COMPOSE_FILE=a.yaml::b.yaml\n"})
    assert rules(run, "a.yaml", "b.yaml") == ([("b.yaml", "host-port-conflict")], 1)


def test_compose_file_with_a_separator_of_several_characters(run, tmp_path):
    write(tmp_path, {"a.yaml": WEB, "b.yaml": API, ".env": "COMPOSE_FILE=a.yaml::b.yaml\nCOMPOSE_PATH_SEPARATOR=::\n"})
    assert rules(run, "a.yaml", "b.yaml") == ([("b.yaml", "host-port-conflict")], 1)


def test_config_names_the_directory_in_compose_file(run, tmp_path):
    write(tmp_path, {"a.yaml": WEB, "parts/x": "", ".env": "COMPOSE_FILE=a.yaml:parts\n"})
    done = run("config")
    assert done.returncode == 2
    assert done.stderr.rstrip().endswith("/parts is a directory")
    assert "•" not in done.stderr


def test_what_compose_file_joins_is_defined(run, tmp_path):
    base = "services:\n  web:\n    image: nginx:1.27\n    networks: [inner]\nnetworks:\n  inner:\n"
    sub = "services:\n  api:\n    image: my/api:1\n    networks: [inner]\n"
    write(tmp_path, {"base.yml": base, "sub/compose.yml": sub, ".env": "COMPOSE_FILE=base.yml:sub/compose.yml\n"})
    assert rules(run) == ([], 0)


def test_files_of_a_project_that_cannot_be_read(run, tmp_path):
    write(tmp_path, {"a.yaml": WEB})
    (tmp_path / "directory").mkdir()
    (tmp_path / "bytes.yaml").write_bytes(b"\x00\xff")
    assert run("check", "-f", "a.yaml", "-f", "gone.yaml").returncode == 2
    done = run("check", "-f", "a.yaml", "-f", "directory")
    assert (done.returncode, done.stdout) == (2, "")
    assert "directory" in done.stderr
    assert rules(run, "-f", "a.yaml", "-f", "bytes.yaml") == ([("bytes.yaml", "encoding")], 1)
