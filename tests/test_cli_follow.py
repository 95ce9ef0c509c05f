"""`--follow`: values are changed where they are really defined."""

import json
import os

import pytest
from running import files_below, run

from composefmt.edit.env_file import EditedEnvFile
from composefmt.edit.errors import EditError

FILES = {
    "compose.yaml": """\
include: [more.yaml]
x-base: &base
  restart: always  # why
services:
  web:
    <<: *base
    extends: {file: common/base.yaml, service: app}
    image: nginx:${TAG:-1.27}  # web
    environment: {LEVEL: "${LEVEL}", URL: "http://${HOST:-a}:${PORT:-80}/"}
  worker:
    image: worker:${TAG:-1.27}
    ports: ["${PORT:-8080}:80"]
  db: {image: "postgres:${PG}"}
  other: {image: "${A:-x}${B:-y}"}
  needed: {image: "x:${NEEDED:?}"}
""",
    "compose.override.yaml": 'services:\n  worker:\n    image: "worker:2"\n',
    "common/base.yaml": """\
services:
  root:
    init: true
  app:
    extends: root
    mem_limit: 1g  # enough
    hostname: app
""",
    "more.yaml": "services:\n  cache:\n    image: redis\n",
    ".env": 'export LEVEL="info" # the level\nPG=16\nNEEDED=1\n',
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def texts(project):
    return {name: data.decode() for name, data in files_below(project).items()}


def changed(project):
    return {name: text for name, text in texts(project).items() if text != FILES[name]}


def effective(project, *path):
    value = json.loads(run("config", "--format", "json", cwd=project).stdout)
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("given", "name", "old", "new", "seen"),
    [
        ("services.web.restart=no", "compose.yaml", "restart: always  # why", 'restart: "no"  # why', ("restart", "no")),
        (
            "services.web.mem_limit=2g",
            "common/base.yaml",
            "mem_limit: 1g  # enough",
            "mem_limit: 2g  # enough",
            ("mem_limit", "2147483648"),
        ),
        ("services.web.init=false", "common/base.yaml", "init: true", "init: false", ("init", False)),
        ("services.web.image=nginx:1.28", "compose.yaml", "nginx:${TAG:-1.27}", "nginx:${TAG:-1.28}", ("image", "nginx:1.28")),
        ("services.worker.image=worker:3", "compose.override.yaml", "worker:2", "worker:3", ("image", "worker:3")),
        ("services.worker.ports[target=80].published=9", "compose.yaml", "${PORT:-8080}", "${PORT:-9}", None),
        ("services.db.image=postgres:17", ".env", "PG=16", "PG=17", ("image", "postgres:17")),
        ("services.web.environment.LEVEL=a b", ".env", '"info" # the level', '"a b" # the level', ("environment", "LEVEL", "a b")),
        ("services.web.environment.URL=http://b:80/", "compose.yaml", "${HOST:-a}", "${HOST:-b}", ("environment", "URL", "http://b:80/")),
        ("services.needed.image=x:2", ".env", "NEEDED=1", "NEEDED=2", ("image", "x:2")),
        ("services.cache.image=redis:8", "more.yaml", "redis", "redis:8", ("image", "redis:8")),
    ],
)
def test_the_place_where_a_value_is_defined(project, given, name, old, new, seen):
    done = run("set", "--follow", given, cwd=project)
    assert done.returncode == 0, done.stderr
    assert changed(project) == {name: FILES[name].replace(old, new, 1)}
    if seen:
        assert effective(project, "services", given.split(".")[1], *seen[:-1]) == seen[-1]


def test_several_places_at_once(project):
    done = run("set", "--follow", "services.web.mem_limit=2g", "services.db.image=postgres:17", "services.worker.image=w", cwd=project)
    assert done.returncode == 0
    assert set(changed(project)) == {"common/base.yaml", ".env", "compose.override.yaml"}
    assert "changed 1 line in .env\n" in done.stderr


def test_other_uses_of_a_variable_are_named(project):
    done = run("set", "--follow", "services.web.image=nginx:1.28", cwd=project)
    assert 'note: the variable "TAG" is also used in services.worker.image (compose.yaml:11)\n' in done.stderr


@pytest.mark.parametrize(
    ("arguments", "env", "message"),
    [
        (
            ["services.web.mem_limit=2g"],
            {},
            'comes through "extends"; it is defined in line 6 of common/base.yaml (services.app.mem_limit)',
        ),
        (["services.web.image=x"], {}, "--follow changes the variable where it is defined"),
        (["--follow", "services.web.image=httpd:1.28"], {}, 'no variable can make "httpd:1.28" of it'),
        (["--follow", "services.other.image=xzy"], {}, "more than one variable"),
        (["--follow", "services.web.image=nginx:2"], {"TAG": "5"}, 'the variable "TAG" is set in the environment'),
        (["--follow", "services.web.image=nginx:a}b"], {}, 'cannot be the default of "TAG"'),
        (["--follow", "services.wbe.image=x"], {}, "services.wbe does not exist"),
        (["services.worker.image=x"], {}, "is also set in line 3 of compose.override.yaml"),
    ],
)
def test_what_is_refused(project, arguments, env, message):
    done = run("set", *arguments, cwd=project, env=env)
    assert done.returncode == 2
    assert message in done.stderr
    assert changed(project) == {}


def test_a_variable_without_a_value(project):
    (project / ".env").unlink()
    done = run("set", "--follow", "services.db.image=postgres:17", cwd=project)
    assert done.returncode == 2
    assert done.stderr.endswith('the variable "PG" is not set, and has no default in "postgres:${PG}"; set it in .env: PG=17\n')


def test_unset_wherever_it_is_defined(project):
    assert run("unset", "services.web.hostname", cwd=project).returncode == 2
    assert run("unset", "--follow", "services.web.hostname", "services.worker.image", cwd=project).returncode == 0
    assert changed(project) == {
        "common/base.yaml": FILES["common/base.yaml"].replace("    hostname: app\n", ""),
        "compose.yaml": FILES["compose.yaml"].replace("    image: worker:${TAG:-1.27}\n", ""),
        "compose.override.yaml": "services:\n  worker: {}\n",
    }


def test_all_services_with_those_of_other_files(project):
    assert run("set", "--follow", "services.*.hostname=h", cwd=project).returncode == 0
    assert effective(project, "services", "web", "hostname") == "h"
    assert effective(project, "services", "worker", "hostname") == "h"


def test_one_file_that_cannot_be_written_leaves_all_as_they_were(project):
    os.chmod(project / ".env", 0o444)
    if os.access(project / ".env", os.W_OK):
        pytest.skip("root may write everything")
    assert run("set", "--follow", "services.web.mem_limit=2g", "services.db.image=postgres:17", cwd=project).returncode == 2
    assert changed(project) == {}


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("A=1\n", "2", "A=2\n"),
        ("B=0\nA = 1 # one\n", "2", "B=0\nA = 2 # one\n"),
        ("A=1\nA=2\n", "3", "A=1\nA=3\n"),
        ("A='1' # one", "x y", "A='x y' # one"),
        ('A="1"', 'say "$HOME" \\', 'A="say \\"\\$HOME\\" \\\\"'),
        ("A=1", "x y", "A='x y'"),
        ("A=1", "it's", 'A="it\'s"'),
        ("A=1", "", "A=''"),
        ("A=1", "a#b", "A=a#b"),
        ("A=1", "#b", "A='#b'"),
        ("A=1", "$B", "A='$B'"),
        ("A: 1\r\nB=2\r\n", "2", "A: 2\r\nB=2\r\n"),
        ("A=\n", "2", "A=2\n"),
        ("A=1", "one\ntwo", "A='one\ntwo'"),
        ("  export A=1", "2", "  export A=2"),
    ],
)
def test_env_files(tmp_path, text, value, result):
    path = tmp_path / ".env"
    path.write_bytes(text.encode())
    file = EditedEnvFile.read(str(path))
    file.set("A", value)
    assert file.text == result
    assert file.variables()["A"] == value
    file.save()
    assert path.read_bytes() == result.encode()


def test_an_env_file_that_cannot_be_changed_safely(tmp_path):
    path = tmp_path / ".env"
    path.write_text("A=1\nB=${A}\n", encoding="utf-8")
    with pytest.raises(EditError, match="cannot be changed safely"):
        EditedEnvFile.read(str(path)).set("A", "2")
