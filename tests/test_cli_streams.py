"""Closed streams and signals: composefmt exits quietly, with the right status and without partial files."""

import os
import signal
import subprocess
import time

import pytest
from running import BROKEN, COMMAND, LONG, SHORT, environment, run

posix_only = pytest.mark.skipif(os.name != "posix", reason="streams and signals are different here")


def many_files(directory, number):
    for i in range(number):
        (directory / f"s{i:04}").mkdir()
        (directory / f"s{i:04}/compose.yaml").write_text(SHORT)


def shell(line, cwd):
    """A line of shell with composefmt as $COMPOSEFMT; its status, output and errors."""
    command = " ".join(COMMAND)
    return subprocess.run(
        ["bash", "-c", line], check=False, cwd=cwd, env=environment(COMPOSEFMT=command), capture_output=True, text=True, timeout=60
    )


@posix_only
@pytest.mark.parametrize("command", ["check --select all .", "check --select all --output-format=json .", "format --diff ."])
def test_a_reader_that_goes_away_is_no_trouble(tmp_path, command):
    many_files(tmp_path, 1500)  # more than a pipe holds
    done = shell(f"$COMPOSEFMT {command} | head -1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["141"]


@posix_only
def test_help_with_a_reader_that_goes_away(tmp_path):
    assert shell("$COMPOSEFMT check --help | true", tmp_path).stderr == ""


@posix_only
@pytest.mark.parametrize(
    "command", ["check --select all .", "check --select all --output-format=json .", "format --diff .", "check --help"]
)
def test_a_full_disk_is_reported(tmp_path, command):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    many_files(tmp_path, 3)
    done = shell(f"$COMPOSEFMT {command} > /dev/full; echo $?", tmp_path)
    assert done.stdout == "2\n"
    assert done.stderr.endswith("error: the output cannot be written: no space left on device\n")
    assert "Traceback" not in done.stderr


@posix_only
@pytest.mark.parametrize("command", ["check --select all .", "check --select all --output-format=json .", "format --diff ."])
def test_closed_output(tmp_path, command):
    many_files(tmp_path, 2)
    done = shell(f"$COMPOSEFMT {command} >&-; echo $?", tmp_path)
    assert done.stdout == "1\n"
    assert "Traceback" not in done.stderr
    assert shell(f"$COMPOSEFMT {command} 2>&- > out; echo $?", tmp_path).stdout == "1\n"


@posix_only
def test_closed_input(tmp_path):
    done = shell("$COMPOSEFMT format - <&-; echo $?", tmp_path)
    assert done.stdout == "2\n"
    assert done.stderr == "<stdin>: error[unreadable] standard input is closed\n"


@posix_only
def test_endless_input_is_refused(tmp_path):
    done = shell("ulimit -v 1000000; $COMPOSEFMT format - < /dev/zero; echo $?", tmp_path)
    assert done.stdout == "2\n"
    assert done.stderr.startswith("<stdin>: error[too-large] ")


@posix_only
def test_ctrl_c_in_the_middle_of_a_batch(tmp_path):
    number = 1500
    many_files(tmp_path, number)
    process = subprocess.Popen([*COMMAND, "format", "."], cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
    late = time.monotonic() + 30
    while (tmp_path / "s0003/compose.yaml").read_text() == SHORT:
        assert time.monotonic() < late
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "composefmt: interrupted"
    assert "Traceback" not in errors
    texts = [path.read_text() for path in sorted(tmp_path.glob("*/*"))]
    assert len(texts) == number
    assert set(texts) == {SHORT, LONG}


@posix_only
@pytest.mark.parametrize("delay", [0.02, 0.04, 0.06, 0.08, 0.1])
def test_ctrl_c_at_any_time_leaves_whole_files_and_no_others(tmp_path, delay):
    many_files(tmp_path, 200)
    process = subprocess.Popen([*COMMAND, "format", "."], cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    texts = [path.read_text() for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert len(texts) == 200
    assert set(texts) <= {SHORT, LONG}


@posix_only
def test_ctrl_c_with_closed_streams(tmp_path):
    many_files(tmp_path, 1)
    os.mkfifo(tmp_path / "in")
    process = subprocess.Popen(
        f"{' '.join(COMMAND)} check - < in 2>&1 | true", shell=True, cwd=tmp_path, env=environment(), start_new_session=True
    )
    with open(tmp_path / "in", "wb"):
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)


def test_findings_and_messages_go_to_different_streams(tmp_path):
    (tmp_path / "compose.yaml").write_text(BROKEN)
    done = run("check", "compose.yaml", "missing.yaml", cwd=tmp_path)
    assert "missing.yaml" not in done.stdout
    assert "compose.yaml:3" not in done.stderr


@posix_only
def test_a_removed_working_directory_while_loading(tmp_path):
    """Standard input is still formatted; below a directory that is gone there is nothing."""
    (tmp_path / "in.yaml").write_text(SHORT)
    (tmp_path / "gone").mkdir()
    done = shell("cd gone; rmdir ../gone; $COMPOSEFMT format - < ../in.yaml; echo $?; $COMPOSEFMT format; echo $?", tmp_path)
    assert done.stdout == f"{LONG}0\n2\n"
    assert ".: error[unreadable] no such file or directory\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe[", "byte 0x5b at offset 2 is not UTF-16-LE text"),
        (b"#" * 10_000_001, "more than 10,000,000 bytes"),
        (b"a=" + b"[" * 100_000, "composefmt.toml: "),
    ],
)
def test_unreadable_settings_are_reported_once(tmp_path, data, message):
    (tmp_path / "composefmt.toml").write_bytes(data)
    (tmp_path / "sub").mkdir()
    for name in ("compose.yaml", "sub/compose.yaml"):
        (tmp_path / name).write_text(SHORT)
    done = run("format", cwd=tmp_path)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if "composefmt.toml" in line]
    assert len(lines) == 1
    assert message in lines[0]
    assert (tmp_path / "compose.yaml").read_text() == SHORT


@posix_only
@pytest.mark.parametrize(
    "command",
    ["check --select all --output-format=json .", "check --select all --output-format sarif .", "format --diff ."],
)
def test_a_reader_that_goes_away_from_output_without_a_buffer(tmp_path, command):
    many_files(tmp_path, 1500)
    done = shell(f"PYTHONUNBUFFERED=1 $COMPOSEFMT {command} | head -1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["141"]


@posix_only
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_fills_up_during_output(tmp_path, unbuffered):
    """Half of a file must not pass for all of it."""
    import resource

    text = SHORT + "".join(f"  s{number}:\n    image: nginx\n" for number in range(2000))
    with open(tmp_path / "new.yaml", "wb") as output:
        done = subprocess.run(
            [*COMMAND, "format", "-"],
            input=text.encode(),
            stdout=output,
            stderr=subprocess.PIPE,
            env=environment(PYTHONUNBUFFERED=unbuffered),
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
        )
    assert done.returncode == 2
    assert done.stderr == b"error: the output cannot be written: file too large\n"


@posix_only
@pytest.mark.parametrize("command", ["check --output-file {}", "check --write-baseline {}", "config -o {}", "graph -o {}"])
def test_a_full_disk_preserves_the_old_report(tmp_path, command):
    services = "".join(f"  s{number}:\n    image: nginx\n    foo: 1\n" for number in range(2000))
    (tmp_path / "compose.yaml").write_text("services:\n" + (services if "check" in command else services.replace("    foo: 1\n", "")))
    for old in ('{"version": 1, "findings": {}}', None):
        if old is not None:
            (tmp_path / "out.txt").write_text(old)
        done = shell(f"ulimit -f 8; $COMPOSEFMT {command.format('out.txt')}; echo $?", tmp_path)
        assert done.stdout == "2\n", done.stderr
        assert done.stderr.splitlines()[-1].endswith("cannot be written: file too large")
        assert "out.txt" in done.stderr.splitlines()[-1]
        assert sorted(os.listdir(tmp_path)) == ["compose.yaml", *(["out.txt"] if old else [])]
        if old is not None:
            assert (tmp_path / "out.txt").read_text() == old
            (tmp_path / "out.txt").unlink()


@posix_only
def test_a_removed_working_directory(tmp_path):
    for command in ("check", "format .", "config", "graph", "diff a b"):
        done = shell(f"mkdir gone && cd gone && rmdir ../gone && $COMPOSEFMT {command}; echo $?", tmp_path)
        assert done.stdout == "2\n"
        assert done.stderr.splitlines()[0] in (
            "error: the working directory no longer exists",
            ".: error[unreadable] no such file or directory",
        )
