"""File discovery."""

import os
import random
import shutil
import subprocess

import pytest
from running import LONG, SHORT, environment, run, without_privileges

from composefmt.files.discovery import Missing, discover


def touch(directory, *names):
    for name in names:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SHORT)


def found(directory, *paths, monkeypatch):
    monkeypatch.chdir(directory)
    return list(discover(paths or (".",)))


def test_names_of_compose_files(tmp_path, monkeypatch):
    taken = [
        "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "compose.override.yaml", "docker-compose-dev.yml",
        "docker-compose.prod.yml", "compose-é.yaml", "compose.d/compose.yml", ".devcontainer/docker-compose.yml",
    ]  # fmt: skip
    other = [
        "docker-compose.yaml.bak", "my-compose.yaml", "Compose.yaml", "compose.json", "compose", "config.yml", "docker_compose.yml",
        ".compose.yaml", "compose.yaml.j2", "compose.d/other.yml",
    ]  # fmt: skip
    touch(tmp_path, *taken, *other)
    assert sorted(found(tmp_path, monkeypatch=monkeypatch)) == sorted(taken)


def test_sorted_each_once_and_named_as_given(tmp_path, monkeypatch):
    touch(tmp_path, "b/compose.yaml", "a/compose.yml", "compose.yaml", "a/b/compose.yaml", "odd.txt")
    assert found(tmp_path, monkeypatch=monkeypatch) == ["a/b/compose.yaml", "a/compose.yml", "b/compose.yaml", "compose.yaml"]
    assert found(tmp_path, "b", "./a", "b/compose.yaml", "odd.txt", ".", monkeypatch=monkeypatch) == [
        "b/compose.yaml", "./a/b/compose.yaml", "./a/compose.yml", "odd.txt", "compose.yaml",
    ]  # fmt: skip


def test_missing_paths_are_reported_and_the_others_found(tmp_path, monkeypatch):
    touch(tmp_path, "compose.yaml")
    (tmp_path / "dangling").symlink_to("nowhere")
    assert found(tmp_path, "no", "compose.yaml", "compose.yaml/x", "dangling", monkeypatch=monkeypatch) == [
        Missing("no", "no such file or directory"),
        "compose.yaml",
        Missing("compose.yaml/x", "not a directory"),
        Missing("dangling", "the link leads nowhere"),
    ]


def test_directories_that_are_not_searched(tmp_path, monkeypatch):
    touch(tmp_path, *(f"{f}/compose.yaml" for f in (".git", "node_modules", "a/node_modules/b", ".venv", ".tox", "src")))
    assert found(tmp_path, monkeypatch=monkeypatch) == ["src/compose.yaml"]
    assert found(tmp_path, "node_modules", monkeypatch=monkeypatch) == ["node_modules/compose.yaml"]


def test_workflows_of_forges_are_excluded_unless_named(tmp_path, monkeypatch):
    workflows = [f"{directory}/workflows/compose-test.yml" for directory in (".forgejo", ".gitea", ".github", "a/.github")]
    others = [".github/compose.yml", "workflows/compose.yml"]
    touch(tmp_path, *workflows, *others)
    assert found(tmp_path, monkeypatch=monkeypatch) == others
    assert found(tmp_path, ".github", monkeypatch=monkeypatch) == [".github/compose.yml"]
    assert found(tmp_path, workflows[0], monkeypatch=monkeypatch) == [workflows[0]]


def test_links_do_not_duplicate_files(tmp_path, monkeypatch):
    touch(tmp_path, "a/compose.yaml", "elsewhere/other.yaml")
    (tmp_path / "a/loop").symlink_to("..")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "compose.yaml").symlink_to("a/compose.yaml")
    (tmp_path / "compose.other.yaml").symlink_to("elsewhere/other.yaml")
    (tmp_path / "compose.third.yaml").symlink_to("elsewhere/other.yaml")
    (tmp_path / "compose.gone.yaml").symlink_to("nowhere")
    (tmp_path / "compose.directory.yaml").symlink_to("a")
    assert found(tmp_path, monkeypatch=monkeypatch) == ["a/compose.yaml", "compose.other.yaml"]
    assert found(tmp_path, "b", monkeypatch=monkeypatch) == ["b/compose.yaml"]
    assert found(tmp_path, "b", ".", monkeypatch=monkeypatch) == ["b/compose.yaml", "compose.other.yaml"]


def test_a_directory_named_like_a_compose_file(tmp_path, monkeypatch):
    touch(tmp_path, "compose.yaml/compose.yaml")
    assert found(tmp_path, monkeypatch=monkeypatch) == ["compose.yaml/compose.yaml"]


def test_directories_nested_deeper_than_the_call_stack(tmp_path):
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(1500):
            os.mkdir("a", dir_fd=here)
            below = os.open("a", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        file = os.open("compose.yaml", os.O_WRONLY | os.O_CREAT, dir_fd=here)
        os.write(file, LONG.encode())
        os.close(file)
    finally:
        os.close(here)
    assert len(list(discover([str(tmp_path)]))) == 1
    assert run("check", ".", cwd=tmp_path).returncode == 0
    # pytest's own removal gives up here
    subprocess.run(["rm", "-rf", str(tmp_path / "a")], check=True)


def test_a_directory_without_permission_is_reported(tmp_path):
    touch(tmp_path, "closed/compose.yaml", "open/compose.yaml")
    before = without_privileges()
    (tmp_path / "closed").chmod(0)
    done = run("format", ".", cwd=tmp_path, before=before)
    (tmp_path / "closed").chmod(0o755)
    assert done.returncode == 2
    assert "closed: error[unreadable] permission denied\n" in done.stderr
    assert "reformatted open/compose.yaml\n" in done.stderr


IGNORES = {
    ".gitignore": "*.bak.yaml\n/only-here/\nbuild/\nlogs*\n!logs-kept\n# comment\n\n\\#odd/\nspace\\ \ndeep/**/x\n/*.local.yaml\n"
    "**/any\nsub/*\n!sub/keep\nfrontend/*/compose.yaml\ncompose.[ab].yaml\ncompose.?z.yaml\n",
    "nested/.gitignore": "!build/\ncompose.prod.yaml\n/top/\n",
    "nested/again/.gitignore": "*\n!*/\n!compose.keep.yaml\n",
    ".git/info/exclude": "excluded/\n",
}
FILES = [
    "compose.yaml", "compose.bak.yaml", "only-here/compose.yaml", "a/only-here/compose.yaml", "build/compose.yaml", "a/build/compose.yaml",
    "logs/compose.yaml", "logs-kept/compose.yaml", "logs-kept/logs1/compose.yaml", "#odd/compose.yaml", "space /compose.yaml",
    "deep/x/compose.yaml", "deep/a/b/x/compose.yaml", "deep/a/y/compose.yaml", "compose.local.yaml", "a/compose.local.yaml",
    "any/compose.yaml", "q/any/compose.yaml", "sub/a/compose.yaml", "sub/keep/compose.yaml", "sub/compose.yaml", "frontend/a/compose.yaml",
    "frontend/a/b/compose.yaml", "compose.a.yaml", "compose.c.yaml", "compose.yz.yaml", "nested/build/compose.yaml",
    "nested/compose.prod.yaml", "nested/x/compose.prod.yaml", "nested/top/compose.yaml", "nested/x/top/compose.yaml",
    "nested/again/compose.yaml", "nested/again/compose.keep.yaml", "nested/again/x/compose.keep.yaml", "excluded/compose.yaml",
    "x/excluded/compose.yaml",
]  # fmt: skip


@pytest.fixture
def repository(tmp_path):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    root = tmp_path / "repository"
    touch(root, *FILES)
    subprocess.run(["git", "init", "-q", "."], cwd=root, env=environment(), check=True)
    for name, text in IGNORES.items():
        (root / name).write_text(text)
    return root


def not_ignored(root, directory="."):
    """Return git's own answer for the files below a directory, without user settings."""
    env = environment(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", HOME=str(root))
    listing = ["git", "-c", "core.quotepath=off", "ls-files", "-z", "--others", "--exclude-standard", "."]
    names = subprocess.run(listing, cwd=root / directory, env=env, capture_output=True, check=True, text=True).stdout.split("\0")
    return sorted(name for name in names if name.endswith(".yaml"))


def test_gitignore_files_mean_what_git_says(repository, monkeypatch):
    expected = not_ignored(repository)
    assert 10 < len(expected) < len(FILES) - 10
    assert sorted(found(repository, monkeypatch=monkeypatch)) == expected


@pytest.mark.parametrize("directory", ["a", "nested", "nested/again", "deep/a", "logs-kept", "frontend/a", "x"])
def test_gitignore_files_above_the_directory_apply(repository, directory, monkeypatch):
    expected = not_ignored(repository, directory)
    assert sorted(found(repository / directory, monkeypatch=monkeypatch)) == expected
    assert sorted(found(repository, directory, monkeypatch=monkeypatch)) == [f"{directory}/{name}" for name in expected]
    assert sorted(found(repository, f"./{directory}/", monkeypatch=monkeypatch)) == [f"./{directory}/{name}" for name in expected]
    assert sorted(found("/", str(repository / directory), monkeypatch=monkeypatch)) == [
        f"{repository / directory}/{name}" for name in expected
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_random_gitignore_files_mean_what_git_says(repository, seed, monkeypatch):
    rng = random.Random(seed)
    pieces = ["*", "**", "/", "/", "a", "b", "a", "b", "compose", ".yaml", "?", "\\", "!", "#", " ", "é", "-", "]"]
    pieces += ["[ab]", "[!a]", "[^b-c]", "[a", "[[:alpha:]]", "[]-b]", "[a\\]x]", "[[:no:]]", "[b-a]", "[!-]", "[a-\\c]"]
    shutil.rmtree(repository)
    repository.mkdir()
    subprocess.run(["git", "init", "-q", "."], cwd=repository, env=environment(), check=True)
    for _ in range(40):
        directories = [rng.choice(["a", "b", "ab", "é", "[a", "#a"]) for _ in range(rng.randrange(4))]
        touch(repository, "/".join([*directories, rng.choice(["compose.yaml", "composea.yaml", "compose.b.yaml"])]))
    for directory in [repository, *(p for p in repository.rglob("*") if p.is_dir() and ".git" not in p.parts and rng.random() < 0.3)]:
        lines = ["".join(rng.choices(pieces, k=rng.randrange(1, 6))) for _ in range(rng.randrange(1, 8))]
        (directory / ".gitignore").write_text("\n".join(lines), encoding="utf-8")
    assert sorted(found(repository, monkeypatch=monkeypatch)) == not_ignored(repository)


def test_gitignore_files_above_count_through_a_link(repository, monkeypatch):
    link = repository.parent / "link"
    link.symlink_to(repository / "nested")
    expected = [f"link/{name}" for name in not_ignored(repository, "nested")]
    assert sorted(found(repository.parent, "link", monkeypatch=monkeypatch)) == expected


def test_named_files_are_processed_even_if_ignored(repository, monkeypatch):
    assert found(repository, "compose.bak.yaml", "build/compose.yaml", monkeypatch=monkeypatch) == [
        "compose.bak.yaml",
        "build/compose.yaml",
    ]
    assert found(repository, "build", monkeypatch=monkeypatch) == ["build/compose.yaml"]


def test_gitignore_files_above_the_repository_do_not_count(repository, monkeypatch):
    (repository.parent / ".gitignore").write_text("*\n")
    assert sorted(found(repository, monkeypatch=monkeypatch)) == not_ignored(repository)


def test_gitignore_files_count_outside_a_repository_too(tmp_path, monkeypatch):
    touch(tmp_path, "compose.yaml", "old/compose.yaml")
    (tmp_path / ".gitignore").write_text("old\n")
    assert found(tmp_path, monkeypatch=monkeypatch) == ["compose.yaml"]


def test_a_gitignore_file_that_is_no_text(tmp_path, monkeypatch):
    touch(tmp_path, "compose.yaml")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\0[\n!\n\\\n/\n[z-a]\n")
    assert found(tmp_path, monkeypatch=monkeypatch) == ["compose.yaml"]
    (tmp_path / ".gitignore").unlink()
    (tmp_path / ".gitignore").mkdir()
    assert found(tmp_path, monkeypatch=monkeypatch) == ["compose.yaml"]


def test_ignored_files_are_not_touched(tmp_path):
    touch(tmp_path, "compose.yaml", "vendor/compose.yaml")
    (tmp_path / ".gitignore").write_text("vendor/\n")
    assert run("format", cwd=tmp_path).stderr == "reformatted compose.yaml\n1 file reformatted.\n"
    assert (tmp_path / "vendor/compose.yaml").read_text() == SHORT


def test_a_gitignore_file_of_another_system(tmp_path, monkeypatch):
    touch(tmp_path, "compose.yaml", "old/compose.yaml", "new/compose.yaml")
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfold/\r\nnew/  \r\n")
    assert found(tmp_path, monkeypatch=monkeypatch) == ["compose.yaml"]
