"""Malicious projects: cycles, alias bombs, endless chains. Each ends quickly with one line and in bounded memory."""

import os
import sys

import pytest
from running import run

# Bounds are for hangs only: a slow machine must not fail here.
SECONDS = 30
MEGABYTES = 600


def fails(directory, *files, text):
    """A run in bounded memory that ends with one line that holds the text."""
    limit = [] if sys.platform != "linux" else ["prlimit", f"--as={MEGABYTES * 1024 * 1024}"]
    if limit and not any(os.access(os.path.join(path, "prlimit"), os.X_OK) for path in os.get_exec_path()):
        limit = []
    done = run("config", "-q", *(part for file in files for part in ("-f", file)), cwd=directory, before=limit, timeout=SECONDS)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert text in done.stderr


def loads(directory, *options):
    done = run("config", "-q", *options, cwd=directory, timeout=SECONDS)
    assert done.returncode == 0, done.stderr


def test_alias_bomb(tmp_path):
    levels = [f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)]
    (tmp_path / "compose.yaml").write_text("x-0: &a0 [1]\n" + "".join(levels) + "services: {a: {image: x}}\n")
    fails(tmp_path, text="aliases expand this file")


def test_merge_bomb(tmp_path):
    levels = [f"x-{i}: &m{i} {{<<: [*m{i - 1}, *m{i - 1}], k{i}: 1}}\n" for i in range(1, 40)]
    (tmp_path / "compose.yaml").write_text("x-0: &m0 {a: 1}\n" + "".join(levels) + "services: {a: {image: x}}\n")
    fails(tmp_path, text="aliases expand this file")


@pytest.mark.parametrize("length", [100, 3000])
def test_long_chains_of_extends(tmp_path, length):
    chain = [f"  s{i}: {{extends: s{i - 1}}}\n" for i in range(length, 0, -1)]
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(chain) + "  s0: {image: x}\n")
    if length <= 100:
        loads(tmp_path)
    else:
        fails(tmp_path, text="chain of more than 150 extended services")


def test_long_chains_of_files(tmp_path):
    for i in range(200):
        (tmp_path / f"e{i}.yaml").write_text(f"services: {{s: {{extends: {{file: e{i + 1}.yaml, service: s}}}}}}\n")
        (tmp_path / f"i{i}.yaml").write_text(f"include: [i{i + 1}.yaml]\n")
    fails(tmp_path, "e0.yaml", text="chain of more than 150 extended services")
    fails(tmp_path, "i0.yaml", text="included files")


def test_files_that_include_two_files_each(tmp_path):
    for i in range(30):
        (tmp_path / f"i{i}.yaml").write_text(f"include: [i{i + 1}.yaml, {{path: i{i + 1}.yaml}}]\nservices: {{s{i}: {{image: x}}}}\n")
    (tmp_path / "i30.yaml").write_text("services: {s: {image: x}}\n")
    loads(tmp_path, "-f", "i0.yaml")


def test_a_large_env_file_is_read_in_no_time(tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {a: {image: 'x:${V9}'}}\n")
    (tmp_path / ".env").write_text("".join(f"V{i}={'x' * 90}\n" for i in range(100_000)))
    loads(tmp_path)
    (tmp_path / ".env").write_text("A=" + "x" * 11_000_000)
    fails(tmp_path, text="is larger than")


def test_a_long_cycle_is_reported_in_a_short_line(tmp_path):
    services = [f"  s{i}: {{image: x, depends_on: [s{(i + 1) % 5000}]}}\n" for i in range(5000)]
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(services))
    fails(tmp_path, text="s0 -> s1 -> s2 -> s3 -> s4 -> (4991 more) -> s4996 -> s4997 -> s4998 -> s4999 -> s0\n")


def test_a_thousand_included_files(tmp_path):
    for i in range(1000):
        (tmp_path / f"f{i}.yaml").write_text(f"services: {{s{i}: {{image: x}}}}\n")
    (tmp_path / "compose.yaml").write_text("include: [" + ", ".join(f"f{i}.yaml" for i in range(1000)) + "]\n")
    loads(tmp_path)


def test_a_list_of_merges(tmp_path):
    keys = ", ".join(f"k{i}: 1" for i in range(1000))
    merges = ", ".join(["*a"] * 2000)
    (tmp_path / "compose.yaml").write_text(f"x-a: &a {{{keys}}}\nservices: {{a: {{image: a, labels: {{<<: [{merges}]}}}}}}\n")
    fails(tmp_path, text="compose.yaml:1:8870: error: aliases expand this file")


def test_links_in_a_circle(tmp_path):
    (tmp_path / "x.yaml").symlink_to("x.yaml")
    (tmp_path / "compose.yaml").write_text("include: [x.yaml]\n")
    fails(tmp_path, text="compose.yaml:1:11: error: ")


def test_variables_that_double(tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}\n")
    (tmp_path / ".env").write_text("V0=xxxxxxxxxx\n" + "".join(f"V{i}=${{V{i - 1}}}${{V{i - 1}}}\n" for i in range(1, 80)))
    fails(tmp_path, text="exceed 50,000,000 characters")
    (tmp_path / ".env").write_text("V=" + "x" * 1_000_000)
    (tmp_path / "compose.yaml").write_text(f"services: {{a: {{image: '{'$V' * 5000}'}}}}\n")
    fails(tmp_path, text="exceed 50,000,000 characters")


def test_nesting(tmp_path):
    (tmp_path / "compose.yaml").write_text("x-a: " + "[" * 5000 + "]" * 5000 + "\n")
    fails(tmp_path, text="levels deep")
    (tmp_path / "compose.yaml").write_text(f"services: {{a: {{image: '{'${A:-' * 5000}x{'}' * 5000}'}}}}\n")
    fails(tmp_path, text="invalid interpolation")


def test_ranges_of_ports(tmp_path):
    services = [f"  s{i}: {{image: x, ports: ['127.0.0.{i}:1-65535:1-65535']}}\n" for i in range(200)]
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(services))
    fails(tmp_path, text="port ranges expand to more than")


def test_long_lists_are_merged_in_no_time(tmp_path):
    for name, first in (("compose.yaml", 0), ("over.yaml", 10_000)):
        ports = "".join(f"      - '{port}:{port}'\n" for port in range(first + 1, first + 20_001))
        (tmp_path / name).write_text(f"services:\n  a:\n    image: x\n    ports:\n{ports}")
    loads(tmp_path, "-f", "compose.yaml", "-f", "over.yaml")


def test_a_long_chain_of_dependencies(tmp_path):
    services = [f"  s{i}: {{image: x, depends_on: [s{i + 1}]}}\n" for i in range(20_000)]
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(services) + "  s20000: {image: x}\n")
    loads(tmp_path)


def test_a_value_with_many_variables(tmp_path):
    (tmp_path / "compose.yaml").write_text(f"services: {{a: {{image: x, environment: {{A: '{'${A:-b} $$ ' * 2000}'}}}}}}\n")
    loads(tmp_path)


def test_a_pipe_or_device_is_not_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.yaml")
    fails(tmp_path, "pipe.yaml", text="is not a regular file")
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x, env_file: pipe.yaml}}\n")
    fails(tmp_path, text="is not a regular file")


def test_a_thousand_services(tmp_path):
    services = [
        f"  s{i}:\n    image: x:{i}\n    ports: ['{8000 + i}:80']\n    volumes: ['./d{i}:/d', 'v:/v']\n"
        f"    depends_on: [{f's{i - 1}' if i else ''}]\n    environment: ['A=${{X:-{i}}}', B=2]\n    labels: {{a: b}}\n"
        for i in range(1000)
    ]
    (tmp_path / "compose.yaml").write_text("services:\n" + "".join(services) + "volumes: {v: }\n")
    loads(tmp_path)
