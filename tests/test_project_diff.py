"""`composefmt diff` compares the meaning of projects, not their notation."""

import json
import shutil
import subprocess

import pytest
from running import run

OLD = """\
services:
  web:
    image: nginx:1
    ports: ["80:80", "443:443"]
    environment: {A: 1, B: 2}
    command: [a, b]
    volumes: [./x:/x, ./z:/z:ro]
  old: {image: x}
volumes: {v: }
"""
NEW = """\
services:
  web:
    image: nginx:2
    ports: ["443:443", "81:80", "53:53/udp"]
    environment: [A=1, C=3]
    command: [a, c]
    volumes: [./y:/x, ./z:/z]
  new: {image: x, networks: [n]}
networks: {n: }
"""
WORDS = """\
network n: added
service new: added
service old: removed
service web (container will be recreated)
  command: [a, b] -> [a, c]
  environment.B: removed 2
  environment.C: added 3
  image: nginx:1 -> nginx:2
  ports: removed 80:80
  ports: added 81:80
  ports: added 53:53/udp
  volumes./x.source: ./x -> ./y
  volumes./z.read_only: removed true
volume v: removed
13 differences
"""


def test_changes_per_service(tmp_path):
    (tmp_path / "a.yaml").write_text(OLD)
    (tmp_path / "b.yaml").write_text(NEW)
    done = run("diff", "a.yaml", "b.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, WORDS)
    entries = json.loads(run("diff", "--format", "json", "a.yaml", "b.yaml", cwd=tmp_path).stdout)
    assert {
        "path": ["services", "web", "image"],
        "kind": "changed",
        "before": "nginx:1",
        "after": "nginx:2",
        "source": "b.yaml:3:12",
        "recreates": True,
    } in entries


def test_how_it_is_written_makes_no_difference(tmp_path):
    (tmp_path / "a.yaml").write_text(OLD)
    (tmp_path / "b.yaml").write_text(OLD)
    assert run("format", "b.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "b.yaml").read_text() != OLD
    done = run("diff", "a.yaml", "b.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "no difference\n")


def test_directories_and_lists_of_files(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(OLD)
    (tmp_path / "two" / "compose.override.yaml").write_text("services: {web: {hostname: h}}\n")
    assert run("diff", "one", "one/../one", cwd=tmp_path).stdout == "no difference\n"
    expected = "service web (container will be recreated)\n  hostname: added h\n1 difference\n"
    assert run("diff", "one", "two", cwd=tmp_path).stdout == expected
    assert run("diff", "one", "two/compose.yaml:two/compose.override.yaml", cwd=tmp_path).stdout == expected


def test_files_that_cannot_be_loaded(tmp_path):
    (tmp_path / "a.yaml").write_text("services: {a: {}}\n")
    done = run("diff", "a.yaml", "a.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("a.yaml:1:15: error: ")
    assert run("diff", "a.yaml", cwd=tmp_path).returncode == 2


def git(*args, cwd):
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *settings, *args], cwd=cwd, check=True, capture_output=True)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_revision_and_the_work_tree(tmp_path):
    directory = tmp_path / "repository" / "app"
    directory.mkdir(parents=True)
    (directory / "compose.yaml").write_text(OLD)
    git("init", "-q", cwd=directory)
    git("add", ".", cwd=directory)
    git("commit", "-qm", "one", cwd=directory)
    (directory / "compose.yaml").write_text(NEW)
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert (done.returncode, done.stdout) == (1, WORDS)
    done = run("diff", "--git", "nothing", ".", cwd=directory)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nothing" in done.stderr
    (directory / "compose.yaml").write_text("services:\n  web:\n    image: ${TAG:?say which}\n")
    git("commit", "-qam", "two", cwd=directory)
    (directory / "compose.yaml").write_text(NEW)
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert done.stderr == 'HEAD:compose.yaml:3:12: error: required variable "TAG" has no value: say which\n'
    assert "git" in run("diff", "--git", "HEAD", tmp_path / "repository" / "app", cwd=tmp_path, env={"PATH": ""}).stderr


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_revision_of_a_repository_that_is_not_to_be_trusted(tmp_path):
    """What its settings name is not run, what its attributes say is not done, and nothing is written outside."""
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}\n")
    (tmp_path / ".gitattributes").write_text("compose.yaml export-ignore\n*.yaml filter=evil\n")
    (tmp_path / "docker-compose.yml").symlink_to("/dev/zero")
    (tmp_path / "large").write_bytes(bytes(11_000_000))
    (tmp_path / "a\nb").write_text("x")
    git("init", "-q", cwd=tmp_path)
    git("add", ".", cwd=tmp_path)
    git("commit", "-qm", "one", cwd=tmp_path)
    (tmp_path / "evil").write_text(f"#!/bin/sh\ntouch {tmp_path}/run\n")
    (tmp_path / "evil").chmod(0o755)
    git("config", "filter.evil.smudge", f"touch {tmp_path}/run", cwd=tmp_path)
    git("config", "core.fsmonitor", str(tmp_path / "evil"), cwd=tmp_path)
    (tmp_path / "compose.yaml").write_text("services: {a: {image: y}}\n")
    done = run("diff", "--git", "HEAD", ".", cwd=tmp_path)
    assert done.stdout == "service a (container will be recreated)\n  image: x -> y\n1 difference\n", done.stderr
    assert not (tmp_path / "run").exists()
    tree = subprocess.check_output(["git", "write-tree"], cwd=tmp_path).split()[0]
    for name, status in ((b"..", 1), (b"a", 2)):
        outside = f"40000 {name.decode()}".encode() + b"\0" + bytes.fromhex(tree.decode())
        link = subprocess.check_output(["git", "hash-object", "-w", "--stdin"], input=str(tmp_path / "out").encode(), cwd=tmp_path).split()[
            0
        ]
        made = b"120000 a\0" + bytes.fromhex(link.decode()) + outside
        evil = subprocess.check_output(["git", "hash-object", "-w", "--literally", "-t", "tree", "--stdin"], input=made, cwd=tmp_path)
        commit = f"tree {evil.decode().strip()}\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\none\n".encode()
        revision = subprocess.check_output(
            ["git", "hash-object", "-w", "--literally", "-t", "commit", "--stdin"], input=commit, cwd=tmp_path
        )
        (tmp_path / "out").mkdir(exist_ok=True)
        done = run("diff", "--git", revision.decode().strip(), ".", cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (status, status - 1)
        assert not list((tmp_path / "out").iterdir())


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_repository_without_commits(tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}\n")
    git("init", "-q", cwd=tmp_path)
    done = run("diff", "--git", "HEAD", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"error: unknown revision HEAD in {tmp_path}\n"


@pytest.fixture
def repository(tmp_path):
    """A function that commits files, by path and text; its working directory is the repository."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    git("init", "-q", cwd=tmp_path)

    def commit(files):
        write(tmp_path, files)
        git("add", ".", cwd=tmp_path)
        git("commit", "-qm", "files", cwd=tmp_path)
        return tmp_path

    return commit


def write(directory, files):
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)


def service(image, **more):
    return json.dumps({"services": {"web": {"image": image, **more}}})


def test_projects_that_the_settings_exclude_are_not_compared(repository):
    names = ("app/compose.yaml", "vendor/a/compose.yaml", "vendor/b/compose.yaml")
    directory = repository({name: service("nginx:1") for name in names})
    write(directory, {"composefmt.toml": 'extend-exclude = ["vendor/"]\n', names[0]: service("nginx:2"), names[1]: service("nginx:2")})
    (directory / names[2]).unlink()
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert done.stdout == "project app\n  service web (container will be recreated)\n    image: nginx:1 -> nginx:2\n1 difference\n"
    assert "service web" in run("diff", "--git", "HEAD", "vendor/a", cwd=directory).stdout


def test_all_projects_below_a_directory_are_compared_with_a_revision(repository):
    names = ("apps/shop/compose.yaml", "apps/blog/docker-compose.yml", "old/compose.yaml", "same/compose.yaml")
    directory = repository({name: service("nginx:1", volumes=["../data:/data"]) for name in names})
    write(directory, {names[0]: service("nginx:2", volumes=["../data:/data"]), "new/compose.yml": service("nginx")})
    (directory / "old" / "compose.yaml").unlink()
    (directory / "apps" / "blog" / "docker-compose.yml").rename(directory / "apps" / "blog" / "compose.yaml")
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert done.stdout == (
        "project apps/shop\n  service web (container will be recreated)\n    image: nginx:1 -> nginx:2\n"
        "project new: added\nproject old: removed\n3 differences in 3 of 5 projects\n"
    )
    assert (done.returncode, done.stderr) == (1, "")
    entries = json.loads(run("diff", "--git", "HEAD", "--format", "json", ".", cwd=directory).stdout)
    assert [(entry["project"], entry["path"], entry["kind"]) for entry in entries] == [
        ("apps/shop", ["services", "web", "image"], "changed"),
        ("new", [], "added"),
        ("old", [], "removed"),
    ]
    git("add", ".", cwd=directory)
    git("commit", "-qm", "changes", cwd=directory)
    run("format", cwd=directory)
    assert run("diff", "--git", "HEAD", ".", cwd=directory).stdout == "no difference in 4 projects\n"
    assert run("diff", "--git", "HEAD", "apps/shop", cwd=directory).stdout == "no difference\n"


def test_a_project_that_cannot_be_loaded_does_not_hide_the_others(repository):
    directory = repository({"a/compose.yaml": service("x:1"), "b/compose.yaml": "services: {a: {}}\n"})
    write(directory, {"a/compose.yaml": service("x:2")})
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert done.returncode == 2
    assert done.stderr.startswith("b/compose.yaml:1:15: error: ")
    assert "image: x:1 -> x:2" in done.stdout


def test_an_included_project_is_compared_once(repository):
    directory = repository({"compose.yaml": '{"include": ["part/compose.yaml"]}', "part/compose.yaml": service("x:1", networks=["net"])})
    write(directory, {"compose.yaml": '{"include": ["part/compose.yaml"], "networks": {"net": {}}}'})
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert done.returncode == 2
    assert done.stderr.startswith("HEAD:part/compose.yaml:"), done.stderr
    git("commit", "-qam", "the network", cwd=directory)
    write(directory, {"part/compose.yaml": service("x:2", networks=["net"])})
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("image: x:1 -> x:2") == 1


def test_ignored_files_are_the_same_on_both_sides(repository):
    text = service("x:${TAG}", env_file=[".env", "secret/db.env"])
    directory = repository({".gitignore": ".env\nsecret/\n", "compose.yaml": text})
    write(directory, {".env": "TAG=2\n", "secret/db.env": "A=1\n"})
    done = run("diff", "--git", "HEAD", ".", cwd=directory)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no difference\n", "")
    write(directory, {"compose.yaml": text.replace("x:$", "y:$")})
    assert "image: x:2 -> y:2" in run("diff", "--git", "HEAD", ".", cwd=directory).stdout


def test_an_unversioned_env_file_is_the_same_on_both_sides_and_a_versioned_one_is_compared(repository):
    directory = repository({"compose.yaml": service("x:${TAG}")})
    write(directory, {".env": "TAG=2\n"})
    assert run("diff", "--git", "HEAD", ".", cwd=directory).stdout == "no difference\n"
    repository({})
    write(directory, {".env": "TAG=3\n"})
    assert "image: x:2 -> x:3" in run("diff", "--git", "HEAD", ".", cwd=directory).stdout


def test_files_that_env_lists_are_relative_to_it(repository):
    directory = repository({"app/.env": "COMPOSE_FILE=compose.one.yml:two.yml\n", "app/compose.one.yml": service("x:1")})
    repository({"app/two.yml": service("x:2")})
    write(directory, {"app/two.yml": service("x:3")})
    assert "    image: x:2 -> x:3\n" in run("diff", "--git", "HEAD", ".", cwd=directory).stdout


def test_the_source_of_what_was_removed_is_in_the_revision(repository):
    directory = repository({"compose.yaml": service("x", hostname="h")})
    write(directory, {"compose.yaml": service("x")})
    (entry,) = json.loads(run("diff", "--git", "HEAD", "--format", "json", ".", cwd=directory).stdout)
    assert entry["source"].startswith("HEAD:compose.yaml:1:")


def test_a_change_of_the_configuration_hash_is_named(tmp_path):
    (tmp_path / "short.yaml").write_text("services: {web: {image: x, volumes: [./x:/x, vol:/v]}}\nvolumes: {vol: }\n")
    (tmp_path / "exact.yaml").write_text((tmp_path / "short.yaml").read_text())
    (tmp_path / "brief.yaml").write_text((tmp_path / "short.yaml").read_text())
    run("format", "exact.yaml", cwd=tmp_path)
    run("format", "--mount-options", "brief", "brief.yaml", cwd=tmp_path)
    assert run("diff", "short.yaml", "exact.yaml", cwd=tmp_path).stdout == "no difference\n"
    assert run("diff", "short.yaml", "brief.yaml", cwd=tmp_path).stdout == (
        "service web (container will be recreated)\n  volumes./x.bind: removed {}\n  volumes./v.volume: removed {}\n2 differences\n"
    )
    entries = json.loads(run("diff", "--format", "json", "short.yaml", "brief.yaml", cwd=tmp_path).stdout)
    assert [entry["recreates"] for entry in entries] == [True, True]


def test_a_change_outside_the_configuration_hash_recreates_no_container(tmp_path):
    (tmp_path / "a.yaml").write_text("services: {web: {image: x, profiles: [a]}}\n")
    (tmp_path / "b.yaml").write_text("services: {web: {image: x, profiles: [b]}}\n")
    assert "recreated" not in run("diff", "a.yaml", "b.yaml", cwd=tmp_path).stdout


HOSTILE = ["]]></script>", '"><img src=x onerror=alert(1)>', "[x](command:evil)", "a\nb", "\x1b[31mred", "a\r\u202eb"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_on_their_line(tmp_path, name):
    """Neither an error nor a difference holds a control character, or a line more."""
    (tmp_path / "plain.yaml").write_text("services: {a: {image: x}}\n")
    for value, lines in (
        ({name: {"image": "x"}}, 1),
        ({"a": {"image": "x", "networks": [name]}}, 1),
        ({"a": {"image": "x", "hostname": name, "labels": {name: name}}}, 4),
    ):
        (tmp_path / "hostile.yaml").write_text(json.dumps({"services": value}))
        done = run("diff", "plain.yaml", "hostile.yaml", cwd=tmp_path)
        shown = done.stdout or done.stderr
        assert len(shown.splitlines()) == lines, shown
        assert all(line.isprintable() for line in shown.splitlines())
