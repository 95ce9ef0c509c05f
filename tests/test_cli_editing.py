"""The commands that change values: get, set, add and unset."""

import json
import os
import subprocess

import pytest
import yaml
from running import COMMAND, environment, run, without_privileges

TEXT = """\
services:
  # the web
  web:
    image: nginx:1.27  # pinned
    ports:
      - "8080:80"
    environment:
      - A=1
  db:
    image: postgres:${PG:-16}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "compose.yaml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def text_of(project, name="compose.yaml"):
    return (project / name).read_text(encoding="utf-8")


def test_set_changes_one_line_and_says_so(project):
    done = run("set", "services.web.image=nginx:1.28", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "changed 1 line in compose.yaml\n")
    assert text_of(project) == TEXT.replace("nginx:1.27", "nginx:1.28")
    again = run("set", "services.web.image=nginx:1.28", cwd=project)
    assert (again.returncode, again.stderr) == (0, "nothing to change\n")


def test_quiet(project):
    done = run("set", "-q", "services.web.image=nginx:1.28", cwd=project)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_file_is_found_as_docker_compose_finds_it(project):
    (project / "sub").mkdir()
    assert run("set", "services.web.image=nginx:1.28", cwd=project / "sub").returncode == 0
    assert "nginx:1.28" in text_of(project)


def test_diff_shows_the_change_and_writes_nothing(project):
    done = run("set", "--diff", "services.web.image=nginx:1.28", cwd=project)
    assert done.returncode == 1
    assert "-    image: nginx:1.27  # pinned\n+    image: nginx:1.28  # pinned\n" in done.stdout
    assert done.stderr == ""
    assert text_of(project) == TEXT
    assert run("set", "--diff", "services.web.image=nginx:1.27", cwd=project).returncode == 0


def test_dry_run_writes_nothing(project):
    done = run("unset", "--dry-run", "services.web.ports", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "would change 2 lines in compose.yaml\n")
    assert text_of(project) == TEXT


def test_several_changes_are_made_together_or_not_at_all(project):
    done = run("set", "services.web.image=nginx:1.28", "services.wbe.image=x", cwd=project)
    assert (done.returncode, done.stderr) == (2, 'error: compose.yaml: services.wbe does not exist; did you mean "web"?\n')
    assert text_of(project) == TEXT
    assert run("set", "services.web.image=nginx:1.28", "services.web.restart=always", cwd=project).returncode == 0
    assert yaml.safe_load(text_of(project))["services"]["web"] == {
        "image": "nginx:1.28",
        "ports": ["8080:80"],
        "environment": ["A=1"],
        "restart": "always",
    }


def test_standard_input(project):
    done = run("set", "-f", "-", "services.web.image=x", cwd=project, stdin=TEXT.encode())
    assert (done.returncode, done.stdout) == (0, TEXT.replace("nginx:1.27", "x"))
    assert run("get", "-f", "-", "services.web.image", cwd=project, stdin=TEXT.encode()).stdout == "nginx:1.27\n"
    assert run("set", "-f", "-", "services.web=x", cwd=project, stdin=b"a: [").returncode == 2


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("services.web.cpus=0.5", "cpus: 0.5"),
        ("services.web.cpus=0.50", 'cpus: "0.50"'),
        ("services.web.image=5", 'image: "5"  # pinned'),
        ("services.web.read_only=true", "read_only: true"),
        ("services.web.labels.on=yes", '"on": "yes"'),
        ("services.web.labels.a=0o7", 'a: "0o7"'),
        ("services.web.labels.a=12:30", 'a: "12:30"'),
        ("services.web.labels.a=null", 'a: "null"'),
        ("services.web.labels.a=", 'a: ""'),
        ("services.web.labels.a=-x", "a: -x"),
        ("services.web.labels.a=- x", 'a: "- x"'),
        ("services.web.labels.a=@x", 'a: "@x"'),
        ("services.web.labels.a=`x`", 'a: "`x`"'),
        ("services.web.labels.a=%x", 'a: "%x"'),
        ("services.web.labels.a=*x", 'a: "*x"'),
        ("services.web.labels.a={{.Node.Hostname}}", 'a: "{{.Node.Hostname}}"'),
        ("services.web.labels.a=a: b", 'a: "a: b"'),
        ("services.web.labels.a=grün 🥐", "a: grün 🥐"),
        ("services.web.labels.a=a=b", "a: a=b"),
        ("services.web.labels.a='quoted'", "a: quoted"),
        ('services.web.labels."a: b"=c', '"a: b": c'),
        ("services.web.labels.8080=c", '"8080": c'),
        ('services.web.command=["a", "b c"]', 'command: ["a", "b c"]'),
        ("services.web.command=[a", 'command: "[a"'),
        ("services.web.labels={a: b, c: 1}", "labels:\n      a: b\n      c: 1"),
        ("services.web.command=one\ntwo\n", "command: |\n      one\n      two\n"),
        ("services.web.environment.B=2", "- B=2"),
        ("services.web.ports[target=80].published=9090", '- "9090:80"'),
        ("services.web.ports[0]=8081", '- "8081"'),
    ],
)
def test_values(project, given, written):
    done = run("set", given, cwd=project)
    assert (done.returncode, done.stderr[:7]) == (0, "changed")
    assert written in text_of(project)


def test_strings_are_not_read_as_yaml(project):
    assert run("set", "--string", "services.web.command=[a, b]", "services.web.labels.a=true", cwd=project).returncode == 0
    assert yaml.safe_load(text_of(project))["services"]["web"]["command"] == "[a, b]"
    assert yaml.safe_load(text_of(project))["services"]["web"]["labels"] == {"a": "true"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "services.web.imgae=x"], 'unknown key "imgae" in service "web"; did you mean "image"?; --force writes it anyway'),
        (["set", "services.web.image=[a]"], "image must be a string, not a list"),
        (["set", "services.web.image=a b"], 'invalid image "a b"'),
        (["set", "services.web.stop_grace_period=soon"], "soon"),
        (["add", "services.web.ports", "abc"], 'invalid port "abc"'),
        (["unset", "services"], ""),
    ],
)
def test_values_that_are_not_valid_for_their_field(project, arguments, message):
    done = run(*arguments, cwd=project)
    if message:
        assert done.returncode == 2
        assert text_of(project) == TEXT
    assert message in done.stderr
    assert run(*arguments, "--force", cwd=project).returncode == 0 or not message


def test_problems_that_the_file_had_before_do_not_matter(project):
    (project / "compose.yaml").write_text("services:\n  web:\n    imgae: x\n    image: a b\n", encoding="utf-8")
    assert run("set", "services.web.restart=always", cwd=project).returncode == 0


def test_add_is_idempotent_and_knows_all_forms(project):
    assert run("add", "services.web.ports", "8443:443", "8080:80/tcp", cwd=project).stderr == "changed 1 line in compose.yaml\n"
    assert run("add", "services.web.ports", "8443:443", cwd=project).stderr == "nothing to change\n"
    assert run("add", "services.web.environment", "A=2", cwd=project).returncode == 0
    assert '- "8443:443"' in text_of(project)


def test_unset(project):
    assert run("unset", "services.web.environment.A", "services.web.ports[target=80]", cwd=project).returncode == 0
    assert yaml.safe_load(text_of(project))["services"]["web"] == {"image": "nginx:1.27", "ports": [], "environment": []}
    missing = run("unset", "services.web.command", cwd=project)
    assert (missing.returncode, missing.stderr) == (2, "error: compose.yaml: services.web.command does not exist\n")
    assert run("unset", "--ignore-missing", "services.web.command", "services.*.deploy[name=x]", cwd=project).returncode == 0


def test_get(project):
    assert run("get", "services.web.image", cwd=project).stdout == "nginx:1.27\n"
    assert run("get", "services.*.image", "--paths", cwd=project).stdout == (
        "services.web.image: nginx:1.27\nservices.db.image: postgres:${PG:-16}\n"
    )
    assert run("get", "services.web.ports", cwd=project).stdout == '- "8080:80"\n'
    assert json.loads(run("get", "--format", "json", "services.web", cwd=project).stdout)["ports"] == ["8080:80"]
    assert run("get", "--format", "yaml", "services.web.ports[0]", cwd=project).stdout == '"8080:80"\n'
    assert run("get", "services.web.ports[target=80].published", cwd=project).stdout == "8080\n"
    assert run("get", "services.web.environment.A", cwd=project).stdout == "1\n"
    missing = run("get", "services.web.command", cwd=project)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert run("get", "services.web.command", "--default", "none", cwd=project).stdout == "none\n"


def test_get_takes_the_last_of_several_files(project):
    (project / "compose.override.yaml").write_text("services:\n  web:\n    image: other\n", encoding="utf-8")
    assert run("get", "services.web.image", "services.db.image", cwd=project).stdout == "other\npostgres:${PG:-16}\n"


def test_an_override_that_has_the_value(project):
    (project / "compose.override.yaml").write_text("services:\n  web:\n    image: other\n", encoding="utf-8")
    done = run("set", "services.web.image=x", cwd=project)
    assert done.returncode == 2
    assert "services.web.image is also set in line 3 of compose.override.yaml, which takes precedence" in done.stderr
    assert run("set", "-f", "compose.yaml", "services.web.image=x", cwd=project).returncode == 0
    assert run("add", "services.web.ports", "1:1", cwd=project).returncode == 0


def test_a_variable_is_not_replaced_by_accident(project):
    done = run("set", "services.db.image=postgres:17", cwd=project)
    assert (done.returncode, text_of(project)) == (2, TEXT)
    assert 'services.db.image is "postgres:${PG:-16}", with the variable "PG"' in done.stderr
    assert run("set", "--here", "services.db.image=postgres:17", cwd=project).returncode == 0
    assert "image: postgres:17\n" in text_of(project)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-f", "none.yaml"], "error: none.yaml: no such file or directory\n"),
        (["-f", "."], "error: .: is a directory\n"),
        (["-f", "bad.yaml"], 'error: bad.yaml:1:4: unclosed bracket "["'),
        (["-f", "text.yaml"], "error: text.yaml: byte 0xff at offset 0 is not UTF-8 text"),
        (["-f", "list.yaml"], "error: list.yaml: the file has 1 item"),
    ],
)
def test_files_that_cannot_be_changed(project, arguments, message):
    (project / "bad.yaml").write_text("a: [", encoding="utf-8")
    (project / "text.yaml").write_bytes(b"\xff")
    (project / "list.yaml").write_text("- a\n", encoding="utf-8")
    done = run("set", *arguments, "services.web.image=x", cwd=project)
    assert done.returncode == 2
    assert message in done.stderr


def test_no_file(tmp_path):
    done = run("set", "services.web.image=x", cwd=tmp_path)
    assert done.returncode == 2
    assert "no Compose file in" in done.stderr


def test_a_read_only_file_stays_as_it_is(project):
    before = without_privileges()
    os.chmod(project / "compose.yaml", 0o444)
    done = run("set", "services.web.image=x", cwd=project, before=before)
    assert (done.returncode, done.stderr) == (2, "error: compose.yaml: is read-only\n")
    assert text_of(project) == TEXT


def test_a_symbolic_link_and_the_mode_stay(project):
    os.rename(project / "compose.yaml", project / "real.yaml")
    os.chmod(project / "real.yaml", 0o640)
    os.symlink("real.yaml", project / "compose.yaml")
    assert run("set", "services.web.image=x", cwd=project).returncode == 0
    assert (project / "compose.yaml").is_symlink()
    assert (project / "real.yaml").stat().st_mode & 0o777 == 0o640
    assert "image: x" in text_of(project, "real.yaml")


def test_an_alias_bomb(project):
    lines = ["x-a: &a0 [1, 1]", *(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))]
    (project / "compose.yaml").write_text("\n".join([*lines, "services: {web: {image: a}}", ""]), encoding="utf-8")
    assert run("set", "services.web.image=x", cwd=project, timeout=20).returncode == 0
    done = run("get", "x-11", cwd=project, timeout=20)
    assert (done.returncode, done.stderr) == (2, "error: compose.yaml: aliases expand the value to more than 1,000,000 values\n")


def test_processes_that_write_at_once_lose_no_change(project):
    jobs = [
        subprocess.Popen(
            [*COMMAND, "add", "services.web.labels", f"n{number}={number}"],
            cwd=project,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for number in range(8)
    ]
    failed = [job.stderr.read() for job in jobs if job.wait(timeout=60)]
    labels = yaml.safe_load(text_of(project))["services"]["web"]["labels"]
    assert failed == []
    assert labels == {f"n{number}": str(number) for number in range(8)}


def test_settings_apply_to_new_long_forms(project):
    (project / "compose.yaml").write_text("services:\n  web:\n    image: a\n    ports:\n      - target: 80\n", encoding="utf-8")
    (project / "composefmt.toml").write_text('engine = "swarm"\n', encoding="utf-8")
    assert run("add", "services.web.ports", "8443:443", cwd=project).returncode == 0
    assert "published: 8443\n" in text_of(project)
