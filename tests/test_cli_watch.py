"""`format --watch`: changed files are formatted again until Ctrl-C."""

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
    """Start watching a directory; the output goes to a file."""
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


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs Ctrl-C")
def test_changed_files_are_formatted_again(watching, tmp_path):
    file, other = tmp_path / "compose.yaml", tmp_path / "web" / "compose.yaml"
    file.write_text(SHORT)
    process, output = watching()
    wait_for(lambda: "Watching for changes" in output())
    assert output() == "reformatted compose.yaml\n1 file reformatted.\nWatching for changes. Press Ctrl-C to stop.\n"
    assert file.read_text() == LONG
    # A new file, one that is not a Compose file, and one that is saved in steps, as editors do.
    other.parent.mkdir()
    other.write_text(SHORT)
    (tmp_path / "other.yaml").write_text(SHORT)
    wait_for(lambda: other.read_text() == LONG)
    file.write_text(BROKEN)
    wait_for(lambda: "yaml-syntax" in output())
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
    assert "Traceback" not in output()


def test_files_of_a_moved_directory_are_formatted(watching, tmp_path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "web"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "compose.yaml").write_text(SHORT)
    _, output = watching()
    wait_for(lambda: "Watching for changes" in output())
    elsewhere.replace(tmp_path / "web")
    wait_for(lambda: (tmp_path / "web" / "deep" / "compose.yaml").read_text() == LONG)


def test_a_removed_directory_is_watched_again_once_restored(watching, tmp_path):
    directory = tmp_path / "web"
    directory.mkdir()
    (directory / "compose.yaml").write_text(SHORT)
    _, output = watching("web")
    wait_for(lambda: "Watching for changes" in output())
    shutil.rmtree(directory)
    time.sleep(1)
    directory.mkdir()
    (directory / "compose.yaml").write_text(SHORT)
    wait_for(lambda: (directory / "compose.yaml").read_text() == LONG)
    (directory / "compose.yaml").write_text(SHORT)
    wait_for(lambda: (directory / "compose.yaml").read_text() == LONG)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_an_undecodable_file_name_does_not_end_the_run(watching, tmp_path):
    file = tmp_path / "compose.yaml"
    process, output = watching()
    wait_for(lambda: "Watching for changes" in output())
    (tmp_path / os.fsdecode(b"\xff")).write_text("")
    file.write_text(SHORT)
    wait_for(lambda: file.read_text() == LONG)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert "Traceback" not in output()


def test_an_unreadable_directory_does_not_end_the_run(watching, tmp_path):
    before = without_privileges()
    (tmp_path / "secret").mkdir(mode=0o000)
    _, output = watching(before=before)
    wait_for(lambda: "Watching for changes" in output())
    assert "secret: error[unreadable] permission denied" in output()
    (tmp_path / "compose.yaml").write_text(SHORT)
    wait_for(lambda: (tmp_path / "compose.yaml").read_text() == LONG)


@pytest.mark.skipif(os.name != "posix", reason="needs Ctrl-C")
def test_ctrl_c_in_the_middle_of_a_run(watching, tmp_path):
    for number in range(1000):
        (tmp_path / f"compose.{number}.yaml").write_text(SHORT)
    process, output = watching()
    wait_for(lambda: "reformatted" in output())
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert "Traceback" not in output()
    assert {file.read_text() for file in tmp_path.glob("*.yaml")} <= {SHORT, LONG}
    assert not list(tmp_path.glob(".composefmt*"))


def test_only_changes_are_reported(watching, tmp_path):
    (tmp_path / "compose.yaml").write_text(CLEAN)
    _, output = watching("compose.yaml")
    wait_for(lambda: "Watching for changes" in output())
    before = output()
    (tmp_path / "compose.yaml").write_text(CLEAN + "\n")
    wait_for(lambda: output() != before)
    assert output() == before + "reformatted compose.yaml\n1 file reformatted.\n"


def test_unwatchable_paths_are_reported(run, tmp_path):
    assert "standard input cannot be watched" in run("format", "--watch", "-").stderr
    assert 'directory "nowhere" not found' in run("format", "--watch", "nowhere/compose.yaml").stderr
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "watchfiles.py").write_text("raise ImportError")
    done = run("format", "--watch", env={"PYTHONPATH": f"{hidden}{os.pathsep}{environment()['PYTHONPATH']}"})
    assert done.returncode == 2
    assert 'pip install "composefmt-cli[watch]"' in done.stderr
