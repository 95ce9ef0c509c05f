"""Bad input is normal: each kind gets one clear line, the right exit status, and is not changed."""

import os
import resource
import signal
import subprocess
import sys
import time

import pytest

GOOD = 'services:\n  web:\n    image: nginx\n    ports:\n      - "8080:80"\n'

BOMB = "x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
MERGE_BOMB = "x-0: &a0 {k0: v}\n" + "".join(f"x-{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}], k{i}: v}}\n" for i in range(1, 40))
CHAIN = "x-0: &a0 {k: v}\n" + "".join(f"x-{i}: &a{i}\n  <<: *a{i - 1}\n" for i in range(1, 300))

TEXTS = {
    "not YAML": ("a: [", "1:4: error[yaml-syntax]"),
    "not UTF-8": (b"services:\n  web: \xff\n", "2:8: error[encoding] byte 0xff at offset 17 is not UTF-8 text"),
    "broken UTF-16": (b"\xff\xfea\x00\x00\xd8", "1:2: error[encoding]"),
    "a NUL byte": (b"services:\n  a\x00b: c\n", "2:4: error[yaml-syntax] character U+0000 is not allowed in YAML"),
    "a control character": (b"a: \x07\n", "1:4: error[yaml-syntax]"),
    "10,000 nested lists": ("[" * 10_000, "1:201: error[too-deep]"),
    "3,000 nested levels": ("\n".join(" " * i + "a:" for i in range(3_000)), "error[too-deep]"),
    "10,000 nested dashes": ("- " * 10_000, "error[too-deep]"),
    "an unknown alias": ("a: *b\n", "1:4: error[undefined-alias]"),
    "300 merges, each of the one before": (CHAIN, "error[too-deep] nested more than 200 levels deep where aliases are followed"),
    "an alias of itself": ("a: &b [*b]\n", "1:8: error[undefined-alias]"),
}
REFUSED_BY_CHECK_ONLY = {
    "empty": ("", "1:1: warning[not-a-mapping] file is empty"),
    "only comments": ("# nothing\n", "1:1: warning[not-a-mapping] file is empty"),
    "a scalar": ("web\n", "1:1: error[not-a-mapping] file must be a mapping, not a single value"),
    "a list": ("- a\n", "1:1: error[not-a-mapping] file must be a mapping, not a list"),
    "an alias bomb": (BOMB + GOOD, "error[alias-bomb]"),
}


def as_bytes(text):
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize("kind", [*TEXTS, *REFUSED_BY_CHECK_ONLY])
def test_texts(run, tmp_path, kind):
    text, line = {**TEXTS, **REFUSED_BY_CHECK_ONLY}[kind]
    bad = tmp_path / "compose.bad.yaml"
    bad.write_bytes(as_bytes(text))
    (tmp_path / "compose.yaml").write_text(GOOD)
    started = time.monotonic()
    checked = run("check", "--extend-select", "unformatted", ".")
    assert checked.returncode == 1
    assert "compose.bad.yaml:" in checked.stdout
    assert line in checked.stdout
    done = run("format", ".")
    if kind in TEXTS:
        assert done.returncode == 2
        assert line in done.stderr
        assert len([text for text in done.stderr.splitlines() if "error[" in text]) == 1
        assert bad.read_bytes() == as_bytes(text)
    else:
        assert done.returncode == 0
    assert "target: 80" in (tmp_path / "compose.yaml").read_text()
    assert time.monotonic() - started < 60


# Each takes minutes if anything in it is looked for among all the others.
MANY = {
    "rules suppressed in one comment": GOOD.replace("\n", "  # composefmt: ignore[" + "," * 200_000 + "]\n", 1),
    "unknown keys": GOOD + "".join(f"    imag{number}: 1\n" for number in range(6_000)),
    "ports": GOOD + "".join(f'      - "{number}:80"\n' for number in range(1, 20_000)),
    "ranges of all ports": GOOD + "".join(f'      - "{number}-65535:{number}-65535"\n' for number in range(1, 500)),
    "uses of an anchor": "x-a: &a {image: nginx}\nservices:\n" + "".join(f"  s{number}:\n    <<: *a\n" for number in range(10_000)),
    "networks": f"{GOOD}    networks: [{', '.join(f'm{number}' for number in range(6_000))}]\nnetworks:\n"
    + "".join(f"  n{number}: {{ipam: {{config: [{{subnet: 10.{number >> 8}.{number & 255}.0/24}}]}}}}\n" for number in range(6_000)),
}


@pytest.mark.parametrize("kind", MANY)
def test_thousands_of_a_kind(run, tmp_path, kind):
    (tmp_path / "compose.yaml").write_text(MANY[kind])
    assert "internal-error" not in run("check", "--select", "all", "--output-format", "concise", "compose.yaml").stdout
    assert run("format", "--order", "spec", "--long-form", "all", "compose.yaml").returncode == 0


def test_merge_keys_that_build_on_each_other(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MERGE_BOMB + "services:\n  web:\n    <<: *a39\n    image: nginx\n")
    done = run("check", ".")
    assert "unknown-key" in done.stdout
    assert run("format", ".").returncode == 0


def test_a_file_over_10_megabytes(run, tmp_path):
    (tmp_path / "compose.yaml").write_bytes(b"#" * 10_000_001)
    for command in ("check", "format"):
        done = run(command, "compose.yaml")
        assert done.returncode == 2
        assert done.stderr.splitlines()[0] == ("compose.yaml: error[too-large] more than 10,000,000 bytes (this is hardly a Compose file)")


def test_directories_pipes_devices_and_missing_files(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(GOOD)
    os.mkfifo(tmp_path / "compose.pipe.yaml")
    (tmp_path / "compose.directory.yaml").mkdir()
    (tmp_path / "compose.broken.yaml").symlink_to("nowhere")
    names = ["compose.pipe.yaml", "/dev/zero", "missing.yaml", "compose.broken.yaml", "compose.directory.yaml", "compose.yaml"]
    done = run("format", *names)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "compose.pipe.yaml: error[unreadable] is not a regular file",
        "/dev/zero: error[unreadable] is not a regular file",
        "missing.yaml: error[unreadable] no such file or directory",
        "compose.broken.yaml: error[unreadable] the link leads nowhere",
        "reformatted compose.yaml",
        "1 file reformatted, 4 files not formatted.",
    ]


def test_a_closed_output_pipe(tmp_path):
    for number in range(800):
        (tmp_path / f"compose.{number}.yaml").write_text("services:\n  web:\n    foo: 1\n" + GOOD.replace("services:\n  web:", "  api:"))
    for command in (["check"], ["check", "--output-format", "json"], ["format", "--diff"]):
        process = subprocess.Popen(
            [sys.executable, "-m", "composefmt", *command, "."], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(30) == 141
        assert b"Traceback" not in errors
        assert b"Exception" not in errors


def test_interrupted_in_the_middle_of_a_batch(tmp_path):
    for number in range(4000):
        (tmp_path / f"compose.{number}.yaml").write_text(GOOD)
    process = subprocess.Popen([sys.executable, "-m", "composefmt", "format", "."], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    errors = process.stderr.read()
    assert process.wait(30) == 130
    assert errors.endswith("composefmt: interrupted\n")
    assert "Traceback" not in errors
    texts = {path.read_text() for path in tmp_path.iterdir()}
    assert len(texts) == 2, "some files done, the others as they were"
    assert len(list(tmp_path.iterdir())) == 4000, "no temporary file remains"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="the system lacks these signals")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_ended_in_the_middle_of_a_batch(tmp_path, name, jobs):
    """No partial file and no process remains."""
    for number in range(2000):
        (tmp_path / f"compose.{number}.yaml").write_text(GOOD)
    command = [sys.executable, "-m", "composefmt", "format", "-j", str(jobs), "."]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    process.stderr.readline()
    process.send_signal(getattr(signal, name))
    errors = process.stderr.read()
    assert process.wait(30) == 128 + getattr(signal, name)
    assert errors.endswith("composefmt: terminated\n")
    assert "Traceback" not in errors
    assert len({path.read_text() for path in tmp_path.iterdir()}) == 2, "some files done, the others as they were"
    assert len(list(tmp_path.iterdir())) == 2000, "no temporary file remains"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system lacks named pipes")
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_device_among_the_ignore_files(run, tmp_path, kind):
    (tmp_path / "compose.yaml").write_text(GOOD)
    if kind == "pipe":
        os.mkfifo(tmp_path / ".gitignore")
    else:
        (tmp_path / ".gitignore").symlink_to("/dev/zero")
    assert run("format", ".").stderr.splitlines()[-1] == "1 file reformatted."


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="the system lacks this file")
def test_a_file_without_content(run):
    """The kernel's log is a regular file to look at, and waits when it is read."""
    for command in (["check", "/proc/kmsg"], ["config", "-f", "/proc/kmsg"]):
        done = run(*command)
        assert done.returncode == 2
        assert "/proc/kmsg" in done.stderr


def test_a_file_that_changes_during_a_run_is_not_overwritten(tmp_path):
    from composefmt.files.content import FileError, write_file

    path = tmp_path / "compose.yaml"
    path.write_text("newer")
    with pytest.raises(FileError, match="changed before it was written"):
        write_file(str(path), b"formatted", b"older")
    assert path.read_text() == "newer"
    path.unlink()
    with pytest.raises(FileError, match="no such file"):
        write_file(str(path), b"formatted", b"older")


@pytest.mark.slow
def test_a_million_lines_need_bounded_memory_and_time(tmp_path):
    """Just under the size limit; limits are set on the process itself."""
    path = tmp_path / "compose.yaml"
    path.write_text("services:\n  web:\n    image: nginx\n    environment:\n" + "      A: b\n" * 900_000)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "composefmt", "check", "--quiet", "--output-format", "json", "compose.yaml"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)),
    )
    assert done.returncode == 1
    assert b"duplicate-key" in done.stdout
    assert time.monotonic() - started < 120


@pytest.mark.slow
def test_no_step_takes_quadratic_time(run, tmp_path):
    """Long chains of services, lists, anchors and nested variables: each is done in seconds."""
    count = 20_000
    chain = "".join(f"  a{i}: {{image: x, depends_on: [a{i + 1}, missing{i}]}}\n" for i in range(count))
    texts = {
        "chain": f"services:\n{chain}  a{count}: {{image: x}}\n",
        "ports": "services:\n  a:\n    image: x\n    ports:\n" + "".join(f'      - &p{i} "{i}:80" # c{i}\n' for i in range(1, count)),
        "flow": "services: {a: {image: x, ports: [" + ", ".join(f'"{i}:80"' for i in range(1, count)) + "]}}\n",
        "merges": "x-a: &a {ports: ['1:1']}\nservices:\n" + "".join(f"  s{i}: {{<<: *a, image: x}}\n" for i in range(count)),
        "variables": "services:\n  a:\n    image: x\n    ports:\n      - '" + "${A:-" * 4000 + "80" + "}" * 4000 + ":80'\n",
        "colons": f"services:\n  a:\n    image: x\n    volumes: ['{'a:' * 100_000}']\n    ports: ['{'1-' * 100_000}']\n",
        "keys": "services:\n" + "  a: {image: x}\n" * count,
    }
    for name, text in texts.items():
        (tmp_path / f"compose.{name}.yaml").write_text(text)
    started = time.monotonic()
    assert run("check", "--quiet", "--output-format", "json", ".").returncode == 1
    assert run("format", "--check", "--quiet", ".").returncode == 1
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "comments",
    [
        "# composefmt: ignore[x]\n" * 10_000,
        f"# composefmt: ignore[{','.join(f'r{i}' for i in range(20_000))}]\n",
        "# composefmt: ignore[" + "[" * 99_999 + "\n",
    ],
    ids=["in a row", "of many names", "without an end"],
)
def test_thousands_of_suppressions(run, tmp_path, comments):
    (tmp_path / "compose.yaml").write_text(comments + GOOD)
    started = time.monotonic()
    assert run("check", "--extend-select", "unformatted", "--quiet", "--output-format", "concise", ".").returncode == 1
    assert time.monotonic() - started < 60


LONG_TEXTS = {
    "digits": "1" * 20_000,
    "digits of another script": "\u0663" * 20_000,
    "number signs": "a#" * 50_000,
    "dashes": "-a" * 20_000,
    "commands": "curl " * 20_000,
}
LONG_FIELDS = (
    "image: {}",
    "command: {}",
    "mem_limit: {}",
    "build: {{context: ., target: {}}}",
    "ports: [{}]",
    "healthcheck: {{test: a, interval: {}}}",
    "ulimits: {{nofile: {{soft: {0}, hard: {0}}}}}",
    "deploy: {{replicas: {0}, resources: {{limits: {{cpus: {0}, memory: {0}}}}}}}",
)


@pytest.mark.parametrize("quote", ["", "'"], ids=["plain", "quoted"])
@pytest.mark.parametrize("kind", LONG_TEXTS)
def test_long_values(run, tmp_path, kind, quote):
    """Neither a number that is longer than any in use nor a text that is looked for again and again holds it up."""
    value = f"{quote}{LONG_TEXTS[kind]}{quote}"
    (tmp_path / "Dockerfile").write_text(f"FROM alpine\nARG {LONG_TEXTS[kind]}\n")
    services = "".join(f"  s{index}:\n    {field.format(value)}\n" for index, field in enumerate(LONG_FIELDS))
    (tmp_path / "compose.yaml").write_text("services:\n" + services)
    started = time.monotonic()
    for command in (["check"], ["check", "--fix", "--unsafe-fixes"], ["config"]):
        done = run(*command, *(["."] if command[0] == "check" else []))
        assert done.returncode in (0, 1, 2)
        assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 60


def test_a_pattern_of_many_stars(run, tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*a" * 40 + "b\n" + "**a" * 40 + "b\n" + "*c*d*.yaml\n")
    (tmp_path / f"compose.{'a' * 200}.yaml").write_text(GOOD)
    (tmp_path / "compose.ccdd.yaml").write_text(GOOD)
    done = run("format", "--check", ".")
    assert done.returncode == 1
    assert "1 file would be reformatted" in done.stderr
