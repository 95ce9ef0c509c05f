"""The cache: a second run reports the same as the first, whatever has changed and even if the cache is damaged."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest
from cases import all_cases
from running import CLEAN, COMMAND, LONG, ROOT, SHORT, environment, without_privileges

from composefmt.cli.cached_results import CHECKED, FORMATTED, key_for, load_cached, to_store
from composefmt.engine import check_bytes, format_bytes
from composefmt.files.cache import cache_directory
from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Options

WRONG = "services:\n  a:\n    imag: x\n    image: x\n"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "the cache"


@pytest.fixture
def cached(run, cache):
    """Run composefmt with a cache."""

    def run_cached(*args, **more):
        extra = {"COMPOSEFMT_NO_CACHE": "0", "COMPOSEFMT_CACHE_DIR": str(cache), **more.pop("env", {})}
        return run(*args, env=extra, **more)

    return run_cached


@pytest.fixture
def project(tmp_path):
    """A directory with as many files as make a cache worth opening."""
    for number in range(12):
        place = tmp_path / "project" / f"{number:02}"
        place.mkdir(parents=True)
        (place / "compose.yaml").write_text([CLEAN, SHORT, WRONG][number % 3])
    return tmp_path / "project"


def entries(cache):
    """The texts in the cache."""
    with sqlite3.connect(cache / "results.sqlite3") as connection:
        return [value for (value,) in connection.execute("SELECT value FROM results")]


def forge(cache, value):
    """Have the cache say the same of all files."""
    with sqlite3.connect(cache / "results.sqlite3") as connection:
        connection.execute("UPDATE results SET value = ?", (value,))


def outcome(done):
    return done.stdout, done.stderr, done.returncode


def test_a_second_run_reports_the_same(cached, project, cache):
    first = cached("check", project)
    assert len(entries(cache)) == 12
    assert outcome(cached("check", project)) == outcome(first)
    assert outcome(cached("check", "--no-cache", project)) == outcome(first)
    assert first.returncode == 1


def test_cached_results_are_reused(cached, project, cache):
    """Shown by a cache that says of every file that nothing is wrong."""
    cached("check", project)
    forge(cache, "[{},[true,[]]]")
    assert outcome(cached("check", project)) == ("", "All checks passed (12 files).\n", 0)
    assert outcome(cached("check", "-j", "3", project)) == ("", "All checks passed (12 files).\n", 0)
    forge(cache, "[{},[false,[]]]")
    both = "All checks passed (12 files).\n12 files are not formatted; run composefmt format.\n"
    assert outcome(cached("check", project)) == ("", both, 0)
    assert cached("check", "--no-cache", project).returncode == 1
    assert cached("check", project, env={"COMPOSEFMT_NO_CACHE": "1"}).returncode == 1


def test_formatting_keeps_what_is_clean_and_nothing_else(cached, project, cache):
    assert "4 files would be reformatted" in cached("format", "--check", project).stderr
    assert len(entries(cache)) == 8
    assert "4 files reformatted, 8 files left unchanged." in cached("format", project).stderr
    assert "12 files left unchanged." in cached("format", project).stderr
    assert len(entries(cache)) == 12
    forge(cache, "[{},[]]")
    (project / "01" / "compose.yaml").write_text(SHORT)
    assert "1 file reformatted, 11 files left unchanged." in cached("format", project).stderr
    assert (project / "01" / "compose.yaml").read_text() == LONG


def test_few_files_and_standard_input_need_no_cache(cached, tmp_path, cache):
    (tmp_path / "compose.yaml").write_text(WRONG)
    cached("check", ".")
    cached("check", "-", stdin=WRONG.encode() * 1000)
    assert not cache.exists()


def test_one_large_file_is_worth_a_cache(cached, tmp_path, cache):
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(f"  s{i}:\n    image: x:{i}\n" for i in range(2000)))
    first = cached("check", ".")
    assert len(entries(cache)) == 1
    assert outcome(cached("check", ".")) == outcome(first)


@pytest.mark.parametrize(
    ("change", "arguments"),
    [
        (lambda project: (project / "00" / "compose.yaml").write_text(WRONG), ()),
        (lambda project: (project / "composefmt.toml").write_text('ignore = ["unknown-key"]\n'), ()),
        (lambda _: None, ("--ignore", "unformatted")),
        (lambda _: None, ("--short-form", "ports")),
        (lambda project: (project / "02" / "compose.yaml").rename(project / "02" / "compose.prod.yaml"), ()),
    ],
    ids=["text", "settings", "rules", "options", "name"],
)
def test_changed_files_are_processed_again(cached, run, project, change, arguments):
    before = cached("check", project)
    change(project)
    after = cached("check", *arguments, project)
    assert outcome(after) == outcome(run("check", *arguments, project))
    assert outcome(after) != outcome(before)


def test_surrounding_files_are_part_of_the_cache_key(cached, run, project):
    """What a rule or the formatter asked for beside the file: a file that is missing, comes and goes; a variable's value."""
    place = project / "00"
    (place / "compose.yaml").write_text("services:\n  a:\n    image: x\n    env_file: [app.env]\n    ports:\n      - ${BIND}80:80\n")

    def same():
        done = cached("check", "--extend-select", "unformatted", project)
        assert outcome(done) == outcome(run("check", "--extend-select", "unformatted", project))
        return done.stdout

    missing = same()
    (place / "app.env").write_text("A=1\n")
    there = same()
    (place / "app.env").unlink()
    assert same() == missing != there
    (place / ".env").write_text("BIND=127.0.0.1:\n")
    bound = same()
    (place / ".env").write_text("BIND=80\n")
    assert same() != bound


def test_another_version_does_not_reuse_results(cached, project, cache, tmp_path):
    cached("check", project)
    forge(cache, "[{},[true,[]]]")
    copy = tmp_path / "other"
    shutil.copytree(ROOT / "composefmt", copy / "composefmt", ignore=shutil.ignore_patterns("__pycache__"))
    if not (copy / "composefmt" / "schemas").exists() and (ROOT / "schemas").exists():
        shutil.copytree(ROOT / "schemas", copy / "schemas")
    init = copy / "composefmt" / "__init__.py"
    init.write_text(init.read_text().replace('__version__ = "', '__version__ = "9'))
    other = cached("check", project, env={"PYTHONPATH": str(copy)})
    assert other.returncode == 1
    assert len(entries(cache)) == 24


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "[{}]",
        "[{},[]]",
        '[{},[["x"]]]',
        '[{},[true,["x"]]]',
        '[{},[true,["a",9,"b",0,1,""]]]',
        "[[],3]",
        "null",
        '[{"a":1},[true]]',
    ],
)
def test_a_damaged_cache_entry_is_recomputed(cached, project, cache, value):
    first = cached("check", project)
    forge(cache, value)
    assert outcome(cached("check", project)) == outcome(first)


def test_a_damaged_cache_is_made_anew(cached, project, cache):
    first = cached("check", project)
    file = cache / "results.sqlite3"
    whole = file.read_bytes()
    for damaged in (b"", b"not a database" * 1000, whole[: len(whole) // 2], whole[:200] + b"\xff" * 4000 + whole[4200:]):
        file.write_bytes(damaged)
        assert outcome(cached("check", project)) == outcome(first)
        assert outcome(cached("check", project)) == outcome(first)
    assert len(entries(cache)) == 12


def test_an_impossible_cache_directory_disables_the_cache(cached, project, cache):
    first = cached("check", "--no-cache", project)
    cache.write_text("a file")
    assert outcome(cached("check", project)) == outcome(first)
    assert outcome(cached("check", project, env={"COMPOSEFMT_CACHE_DIR": "/dev/null/x"})) == outcome(first)
    assert cache.read_text() == "a file"


def test_a_read_only_cache_is_read_and_not_written(cached, project, cache):
    before = without_privileges()
    first = cached("check", project)
    forge(cache, "[{},[true,[]]]")
    (cache / "results.sqlite3").chmod(0o444)
    cache.chmod(0o555)
    try:
        assert cached("check", project, before=before).returncode == 0
        (project / "00" / "compose.yaml").write_text(WRONG)
        assert "unknown-key" in cached("check", project, before=before).stdout
        assert len(entries(cache)) == 12
    finally:
        cache.chmod(0o755)
    assert first.returncode == 1


def start(project, cache):
    env = environment(COMPOSEFMT_NO_CACHE="0", COMPOSEFMT_CACHE_DIR=str(cache))
    return subprocess.Popen([*COMMAND, "check", "-j", "2", str(project)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_several_runs_at_once_share_a_cache(cached, project, cache):
    first = cached("check", "--no-cache", project)
    runs = [start(project, cache) for _ in range(5)]
    for process in runs:
        output, errors = process.communicate(timeout=60)
        assert (output.decode(), errors.decode(), process.returncode) == outcome(first)
    assert len(entries(cache)) == 12


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_killed_run_leaves_a_usable_cache(cached, project, cache):
    first = cached("check", "--no-cache", project)
    for number in range(12):
        process = start(project, cache)
        time.sleep(0.1 + number * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert outcome(cached("check", project)) == outcome(first)
        shutil.rmtree(cache)


def test_a_writer_that_never_ends_is_not_waited_for(cached, project, cache):
    cached("check", project)
    (project / "00" / "compose.yaml").write_text(WRONG)
    with sqlite3.connect(cache / "results.sqlite3", isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        done = cached("check", project)
        assert time.monotonic() - started < 30
        assert done.returncode == 1
        connection.execute("ROLLBACK")


def test_clean_removes_it(cached, project, cache):
    cached("check", project)
    (cache / "of somebody else").write_text("")
    done = cached("clean")
    assert (done.stderr, done.returncode) == (f"Removed the cache in {cache}.\n", 0)
    assert os.listdir(cache) == ["of somebody else"]
    assert cached("clean").stderr == "No cache found.\n"


def test_the_cache_is_where_the_platform_keeps_such_things():
    assert cache_directory({"HOME": "/home/a"}, "linux") == "/home/a/.cache/composefmt"
    assert cache_directory({"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}, "linux") == "/c/composefmt"
    assert cache_directory({"HOME": "/home/a", "XDG_CACHE_HOME": "c"}, "linux") == "/home/a/.cache/composefmt"
    assert cache_directory({"HOME": "/Users/a"}, "darwin") == "/Users/a/Library/Caches/composefmt"
    assert cache_directory({"HOME": "/home/a", "COMPOSEFMT_CACHE_DIR": "here"}, "linux") == "here"
    assert cache_directory({}, "win32") is None


@pytest.mark.parametrize("directory", ["rules", "checks", "format"])
def test_a_result_is_recalled_as_it_was(directory):
    for case in all_cases(directory):
        data = case.text.encode()
        for memory, work in ((CHECKED, check_bytes), (FORMATTED, format_bytes)):
            options = Options(surroundings=Surroundings(InMemory({})))
            result = work(data, options, "compose.yaml")
            text = to_store(memory, result, options)
            if text is None:
                assert memory is FORMATTED
                continue
            again = load_cached(memory, text, data, Options(surroundings=Surroundings(InMemory({}))), "compose.yaml")
            assert again[1:] == result[1:], case.title
            assert json.loads(text)


def test_cache_keys_distinguish_inputs():
    options = Options(surroundings=Surroundings(InMemory({})))
    keys = {
        key_for(CHECKED, b"a", options, "b"),
        key_for(FORMATTED, b"a", options, "b"),
        key_for(CHECKED, b"b", options, "b"),
        key_for(CHECKED, b"a", options, "a"),
        key_for(CHECKED, b"a", options._replace(ignore=frozenset({"x", "y"})), "b"),
        key_for(CHECKED, b"a", options._replace(severity={"x": "error"}), "b"),
    }
    assert len(keys) == 6
    assert key_for(CHECKED, b"a", options, "b") in keys
