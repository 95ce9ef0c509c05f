"""Many files: several processes produce the same output as one, in the same order, and clean up after any failure."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import BROKEN, CLEAN, COMMAND, LONG, SHORT, environment

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and process groups are those of POSIX")

# Long enough for a signal to find it at work.
LARGE = "services:\n" + "".join(f'  s{i}:\n    image: x\n    ports:\n      - "{i + 1}:80"\n' for i in range(400))


def many(directory, texts, copies=1):
    for number in range(copies):
        for index, text in enumerate(texts):
            place = directory / f"{number:03}-{index}"
            place.mkdir()
            (place / "compose.yaml").write_text(text)


def start(directory, *args, **more):
    return subprocess.Popen(
        [*COMMAND, *args],
        cwd=directory,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **more,
    )


def workers_of(process, at_least=1):
    """The processes that a process has started, once there are so many."""
    for _ in range(600):
        found = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        if len(found) >= at_least:
            return found
        time.sleep(0.01)
    raise AssertionError("no workers")


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def all_end(pids, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(map(is_alive, pids)):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("command", [("check",), ("check", "--output-format", "json"), ("format", "--check"), ("format", "--diff")])
def test_any_number_of_workers_reports_the_same(run, tmp_path, command):
    many(tmp_path, [SHORT, BROKEN, LONG, CLEAN, "services:\n  a:\n    imag: x\n", "\0"], copies=6)
    (tmp_path / "000-0" / "composefmt.toml").write_text("max-rnge = 1\n")
    paths = [".", "missing.yaml"]
    one = run(*command, "--jobs", "1", *paths)
    for jobs in ("2", "5"):
        several = run(*command, "--jobs", jobs, *paths)
        assert (several.stdout, several.stderr, several.returncode) == (one.stdout, one.stderr, one.returncode)
    assert one.returncode == 2


@pytest.mark.parametrize("command", [("check",), ("check", "--fix"), ("format",)])
def test_workers_without_fork_report_the_same(tmp_path, command):
    """As on other systems, where a worker starts from nothing and everything is sent to it."""
    many(tmp_path, [SHORT, BROKEN, LONG], copies=8)
    script = tmp_path / "elsewhere.py"
    script.write_text("import sys\nfrom composefmt.cli import main\nif __name__ == '__main__':\n    sys.platform = 'darwin'\n    main()\n")
    env = environment(COMPOSEFMT_NO_CACHE="0", COMPOSEFMT_CACHE_DIR=str(tmp_path / "cache"))
    arguments = [sys.executable, str(script), *command, "-j", "2", "."]
    done = subprocess.run(arguments, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if command[0] == "check" else 2)
    expected = {"check": "in 24 files", "format": "8 files reformatted, 8 files left unchanged, 8 files not formatted."}
    assert expected[command[0]] in done.stderr


def test_several_workers_write_what_one_writes(run, tmp_path):
    many(tmp_path, [SHORT, LONG, BROKEN], copies=20)
    done = run("format", "-j", "3", ".")
    assert done.returncode == 2
    assert "20 files reformatted, 20 files left unchanged, 20 files not formatted." in done.stderr
    texts = [path.read_text() for path in sorted(tmp_path.rglob("compose.yaml"))]
    assert texts == [LONG, LONG, BROKEN] * 20


def test_the_number_of_workers_can_be_set_in_the_environment(run, tmp_path):
    many(tmp_path, [LARGE], copies=20)
    process = subprocess.Popen(
        [*COMMAND, "check", "-q", "--select", "all", "."], cwd=tmp_path, env=environment(COMPOSEFMT_JOBS="3"), stdout=subprocess.DEVNULL
    )
    assert len(workers_of(process, at_least=3)) == 3
    assert process.wait(60) == 1
    assert run("check", "-j", "0", ".").returncode == 2


@pytest.mark.parametrize("to_all", [True, False])
def test_ctrl_c_ends_all_workers(tmp_path, to_all):
    many(tmp_path, [LARGE], copies=60)
    process = start(tmp_path, "format", "--check", "-j", "2", ".")
    workers = workers_of(process, at_least=2)
    time.sleep(0.3)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert errors.endswith(b"composefmt: interrupted\n")
    assert b"Traceback" not in errors
    assert all_end(workers)


def test_workers_end_with_the_main_process(tmp_path):
    many(tmp_path, [LARGE], copies=60)
    process = start(tmp_path, "check", "-j", "2", ".")
    workers = workers_of(process, at_least=2)
    process.kill()
    process.communicate()
    assert all_end(workers)


def test_a_closed_pipe_ends_all_workers(tmp_path):
    many(tmp_path, [LARGE], copies=60)
    process = start(tmp_path, "format", "--diff", "-j", "2", ".")
    workers = workers_of(process, at_least=2)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(10) == 141
    assert b"Traceback" not in process.stderr.read()
    assert all_end(workers)


def test_a_killed_worker_is_reported_and_the_other_files_are_processed(tmp_path):
    many(tmp_path, [LARGE], copies=40)
    process = start(tmp_path, "format", "-j", "2", ".")
    for pid in workers_of(process, at_least=2):
        os.kill(pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    text = errors.decode()
    failed = text.count("error[internal-error] the worker process was killed (possibly out of memory; try --jobs 1)")
    assert 0 < failed < 40
    assert f"{40 - failed} files reformatted, {failed} file" in text
    texts = [path.read_text() for path in tmp_path.rglob("compose.yaml")]
    assert sum(text == LARGE for text in texts) == failed


def on_a_terminal(directory, *args):
    """What a terminal shows of a run on its error output."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *args], cwd=directory, env=environment(TERM="xterm", NO_COLOR="1"), stdout=subprocess.DEVNULL, stderr=follower
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    process.wait(60)
    return shown.decode()


@pytest.mark.slow
def test_a_long_run_shows_progress_only_on_a_terminal(run, tmp_path):
    many(tmp_path, [LARGE], copies=200)
    shown = on_a_terminal(tmp_path, "format", "--check", "-j", "1", ".")
    assert "/200 files" in shown
    # The bar is gone before anything else is written.
    assert all(line.endswith("\x1b[K") or "[" not in line for line in shown.split("would reformat")[:-1])
    assert shown.endswith("200 files would be reformatted.\r\n")
    assert "/200 files" not in on_a_terminal(tmp_path, "format", "--check", "--quiet", ".")
    assert "/200 files" not in run("format", "--check", ".").stderr


def test_a_short_run_shows_no_bar(tmp_path):
    many(tmp_path, [CLEAN], copies=3)
    assert on_a_terminal(tmp_path, "format", ".") == "3 files left unchanged.\r\n"
