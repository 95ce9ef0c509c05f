"""`format --watch`: a file that changes is formatted again, until Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from running import BROKEN, CLEAN, COMMAND, LONG, SHORT, environment, without_privileges

pytest.importorskip("watchfiles")


@pytest.fixture
def watching(tmp_path):
    """Start watching a folder; what is told goes to a file."""
    started = []

    def start(*args, before=()):
        log = open(tmp_path.parent / f"{tmp_path.name}.log", "wb")  # noqa: SIM115 (closed below)
        process = subprocess.Popen([*before, *COMMAND, "format", "--watch", *args], cwd=tmp_path, env=environment(), stderr=log)
        started.append((process, log))
        return process, (tmp_path.parent / f"{tmp_path.name}.log").read_text

    yield start
    for process, log in started:
        process.kill()
        process.wait()
        log.close()


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="needs Ctrl-C")
def test_what_changes_is_formatted_again(watching, tmp_path):
    file, other = tmp_path / "compose.yaml", tmp_path / "web" / "compose.yaml"
    file.write_text(SHORT)
    process, told = watching()
    wait_for(lambda: "Watching for changes" in told())
    assert told() == "reformatted compose.yaml\n1 file reformatted.\nWatching for changes. Press Ctrl-C to stop.\n"
    assert file.read_text() == LONG
    # A file that was not there; another that is none of ours; one that is saved in steps, as editors do.
    other.parent.mkdir()
    other.write_text(SHORT)
    (tmp_path / "other.yaml").write_text(SHORT)
    wait_for(lambda: other.read_text() == LONG)
    file.write_text(BROKEN)
    wait_for(lambda: "yaml-syntax" in told())
    (tmp_path / "new").write_text(SHORT)
    (tmp_path / "new").replace(file)
    wait_for(lambda: file.read_text() == LONG)
    # Settings that change hold from then on.
    (tmp_path / "composefmt.toml").write_text("long-form = []\n")
    time.sleep(1)
    file.write_text(SHORT)
    time.sleep(2)
    assert file.read_text() == SHORT
    assert (tmp_path / "other.yaml").read_text() == SHORT
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert "Traceback" not in told()


def test_a_folder_that_is_moved_here_is_formatted(watching, tmp_path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "web"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "compose.yaml").write_text(SHORT)
    _, told = watching()
    wait_for(lambda: "Watching for changes" in told())
    elsewhere.replace(tmp_path / "web")
    wait_for(lambda: (tmp_path / "web" / "deep" / "compose.yaml").read_text() == LONG)


def test_a_folder_that_is_removed_is_watched_again_when_it_is_back(watching, tmp_path):
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "compose.yaml").write_text(SHORT)
    _, told = watching("web")
    wait_for(lambda: "Watching for changes" in told())
    shutil.rmtree(folder)
    time.sleep(1)
    folder.mkdir()
    (folder / "compose.yaml").write_text(SHORT)
    wait_for(lambda: (folder / "compose.yaml").read_text() == LONG)
    (folder / "compose.yaml").write_text(SHORT)
    wait_for(lambda: (folder / "compose.yaml").read_text() == LONG)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_ends_nothing(watching, tmp_path):
    file = tmp_path / "compose.yaml"
    process, told = watching()
    wait_for(lambda: "Watching for changes" in told())
    (tmp_path / os.fsdecode(b"\xff")).write_text("")
    file.write_text(SHORT)
    wait_for(lambda: file.read_text() == LONG)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert "Traceback" not in told()


def test_a_folder_that_cannot_be_read_ends_nothing(watching, tmp_path):
    before = without_privileges()
    (tmp_path / "secret").mkdir(mode=0o000)
    _, told = watching(before=before)
    wait_for(lambda: "Watching for changes" in told())
    assert "secret: error[unreadable] permission denied" in told()
    (tmp_path / "compose.yaml").write_text(SHORT)
    wait_for(lambda: (tmp_path / "compose.yaml").read_text() == LONG)


@pytest.mark.skipif(os.name != "posix", reason="needs Ctrl-C")
def test_ctrl_c_in_the_middle_of_a_run(watching, tmp_path):
    for number in range(1000):
        (tmp_path / f"compose.{number}.yaml").write_text(SHORT)
    process, told = watching()
    wait_for(lambda: "reformatted" in told())
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert "Traceback" not in told()
    assert {file.read_text() for file in tmp_path.glob("*.yaml")} <= {SHORT, LONG}
    assert not list(tmp_path.glob(".composefmt*"))


def test_only_changes_are_told(watching, tmp_path):
    (tmp_path / "compose.yaml").write_text(CLEAN)
    _, told = watching("compose.yaml")
    wait_for(lambda: "Watching for changes" in told())
    before = told()
    (tmp_path / "compose.yaml").write_text(CLEAN + "\n")
    wait_for(lambda: told() != before)
    assert told() == before + "reformatted compose.yaml\n1 file reformatted.\n"


def test_what_cannot_be_watched_is_told(run, tmp_path):
    assert "standard input cannot be watched" in run("format", "--watch", "-").stderr
    assert 'directory "nowhere" not found' in run("format", "--watch", "nowhere/compose.yaml").stderr
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "watchfiles.py").write_text("raise ImportError")
    done = run("format", "--watch", env={"PYTHONPATH": f"{hidden}{os.pathsep}{environment()['PYTHONPATH']}"})
    assert done.returncode == 2
    assert 'pip install "composefmt-cli[watch]"' in done.stderr
