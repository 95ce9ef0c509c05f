"""The files around a Compose file: what rules can ask, what is recorded, and what is never opened."""

import os
import pickle
import shutil
import subprocess

import pytest

from composefmt.files.environment import environment_beside
from composefmt.filesystem.disk import OnDisk
from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.revision import at_revision
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Options


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM alpine\n")
    (tmp_path / "up.yaml").write_text("services: {}\n")
    return tmp_path


def on_disk(folder):
    return Surroundings(OnDisk(), str(folder))


def in_memory(_):
    return Surroundings(InMemory({"app/Dockerfile": b"FROM alpine\n", "up.yaml": b"services: {}\n"}))


def over_disk(folder):
    (folder / "up.yaml").write_text("services: {old: {}}\n")
    return Surroundings(InMemory({f"{folder}/up.yaml": b"services: {}\n"}, beneath=OnDisk()), str(folder))


@pytest.mark.parametrize("make", [on_disk, in_memory, over_disk])
def test_files_and_folders_are_told_apart(folder, make):
    surroundings = make(folder)
    assert surroundings.read("./app/../app/Dockerfile") == b"FROM alpine\n"
    assert surroundings.read("up.yaml") == b"services: {}\n"
    assert surroundings.read("app") is None
    assert surroundings.read("none") is None
    assert [surroundings.kind(path) for path in ("app", "./app/", "app/Dockerfile", ".", "none")] == [
        "directory", "directory", "file", "directory", None,
    ]  # fmt: skip


def test_files_above_are_seen(folder):
    assert on_disk(folder / "app").read("../up.yaml") == b"services: {}\n"
    assert on_disk(folder / "app").kind("..") == "directory"


def test_what_was_asked_is_remembered_and_tells_changes(folder):
    surroundings = on_disk(folder)
    surroundings.read("up.yaml")
    surroundings.read("later")
    surroundings.kind("app")
    surroundings.is_set("SURELY_NOT_SET")
    asked = surroundings.asked
    assert asked.keys() == {"up.yaml", "later", "kind app", "$SURELY_NOT_SET"}
    assert on_disk(folder).answers(asked) == asked
    (folder / "later").write_text("")
    assert on_disk(folder).answers(asked) != asked


def test_a_file_is_read_once(folder):
    surroundings = on_disk(folder)
    surroundings.read("up.yaml")
    (folder / "up.yaml").unlink()
    assert surroundings.read("up.yaml") == b"services: {}\n"


def test_only_regular_files_of_bounded_size_and_number_are_read(folder):
    if os.name == "posix":
        os.mkfifo(folder / "pipe")
        assert on_disk(folder).kind("pipe") == "file"
        assert on_disk(folder).read("pipe") is None
        assert on_disk(folder).read("/dev/zero") is None
    (folder / "huge").write_bytes(b"#" * 10_000_001)
    assert on_disk(folder).read("huge") is None
    assert on_disk(folder).read("a\0b") is None
    assert on_disk(folder).kind("a\0b") is None
    greedy = on_disk(folder)
    for number in range(2000):
        greedy.read(f"none{number}")
    assert greedy.read("up.yaml") is None


@pytest.mark.parametrize("make", [on_disk, in_memory, over_disk])
def test_options_with_surroundings_can_be_sent_to_other_processes(folder, make):
    options = pickle.loads(pickle.dumps(Options(surroundings=make(folder))))
    assert options.surroundings.read("up.yaml") == b"services: {}\n"


ENVIRONMENT = b"""\
# comment
PLAIN=1
  INDENTED = two words
SINGLE='a # b'
DOUBLE="c"
COMMENT=d # e
HASH=f#g
EMPTY=
export EXPORTED=h
#COMMENTED=i
EQUALS=a=b
USED=${PLAIN}2
no equals
AFTER_A_MISTAKE=1
"""


def test_simple_lines_of_a_dot_env_file():
    assert environment_beside(InMemory({".env": ENVIRONMENT}), b"$A") == {
        "PLAIN": "1", "INDENTED": "two words", "SINGLE": "a # b", "DOUBLE": "c", "COMMENT": "d", "HASH": "f#g", "EMPTY": "",
        "EXPORTED": "h", "EQUALS": "a=b", "USED": "12",
    }  # fmt: skip
    assert environment_beside(InMemory({".env": ENVIRONMENT}), b"no variable") == {}


def test_where_a_file_is_in_its_repository(tmp_path, monkeypatch):
    folder = tmp_path / "repository" / "apps" / "web"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    monkeypatch.chdir(tmp_path)
    assert on_disk(folder).above() == ("repository", "apps", "web")
    assert on_disk(folder).working_directory == "../../.."
    assert Surroundings(OnDisk(), "repository/apps").above() == ("repository", "apps")
    (tmp_path / "repository" / ".git").mkdir()
    assert on_disk(folder).above() == Surroundings(InMemory({}, beneath=on_disk(folder))).above() == ("apps", "web")
    assert on_disk(tmp_path / "repository").above() == ()
    monkeypatch.chdir(folder)
    assert on_disk(tmp_path).above() == ()
    for place in ("deep", ".hidden", "deep/down"):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / "x").write_text("")
    assert on_disk(folder).files_below(".", ("w", "x")) == ("deep/x",)
    assert on_disk(folder).files_below("none", ("x",)) == ()
    assert list(InMemory({"../a/x": b"", "../b/c/x": b"", "d/x": b""}).files_below("..", ("x", "c"))) == ["a/x"]


def test_answers_about_the_repository_and_the_environment_tell_changes(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPOSE_FILE", "a.yaml")

    def answers():
        surroundings = on_disk(tmp_path / "app")
        surroundings.files_below("..", ("x", "y"))
        surroundings.value("COMPOSE_FILE")
        surroundings.value("SURELY_NOT_SET")
        _ = surroundings.above(), surroundings.working_directory
        return surroundings.asked

    asked = answers()
    assert asked.keys() == {"below x|y ..", "=COMPOSE_FILE", "=SURELY_NOT_SET", "?above", "?working"}
    assert on_disk(tmp_path / "app").answers(asked) == asked
    assert "a.yaml" not in asked["=COMPOSE_FILE"]
    monkeypatch.setenv("COMPOSE_FILE", "b.yaml")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "y").write_text("")
    now = answers()
    assert {question for question in asked if now[question] != asked[question]} == {"below x|y ..", "=COMPOSE_FILE"}


def test_files_of_a_revision(folder, monkeypatch):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(folder)]
    (folder / "linked.yaml").symlink_to("up.yaml")
    (folder / "there").symlink_to("app")
    (folder / "round").symlink_to("round")
    (folder / "away").symlink_to(folder.parent / "outside")
    (folder.parent / "outside").write_text("outside")
    (folder / ".gitignore").write_text("secret\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    (folder / "up.yaml").unlink()
    (folder / "app" / "Dockerfile").write_text("FROM scratch\n")
    (folder / "app" / "secret").write_text("s")
    (folder / "new").write_text("new")
    (folder / ".env").write_text("A=1")
    link = folder.parent / "link"
    link.symlink_to(folder)
    monkeypatch.chdir(link)
    with at_revision("HEAD", str(folder), OnDisk()) as files:
        named = [str(folder / "up.yaml"), "up.yaml", str(link / "linked.yaml")]
        assert [files.read(path) for path in named] == [b"services: {}\n"] * 3
        assert files.read("app/Dockerfile") == files.read("there/Dockerfile") == b"FROM alpine\n"
        assert [files.read(path) for path in ("app/secret", ".env", "away", "new", "app", "round")] == [
            b"s", b"A=1", b"outside", None, None, None,
        ]  # fmt: skip
        assert [files.kind(path) for path in ("there", ".", "app/secret", "linked.yaml", "new", "round", "..")] == [
            "directory", "directory", "file", "file", None, None, "directory",
        ]  # fmt: skip
        assert files.obstacle("app") == "is a directory"
        assert files.obstacle("new") == "cannot be read: no such file or directory"
        assert files.named(f"in {folder}/app/Dockerfile") == "in HEAD:app/Dockerfile"
        assert sorted(files.files("app")) == ["Dockerfile"]
