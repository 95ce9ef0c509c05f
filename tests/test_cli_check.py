"""`composefmt check` from a user's perspective."""

import json
import os
import subprocess

import pytest
from running import BROKEN, COMMAND, LONG, SHORT, environment, files_below, run

MISTAKES = """\
services:
  web:
    image: nginx
    ports:
      - 80:99999
    volumes:
      - ~/configs/etc/configs/:ro
    image: apache
    prots: []
"""


def test_no_findings(tmp_path):
    (tmp_path / "compose.yaml").write_text(LONG)
    done = run("check", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "All checks passed (1 file).\n")


def test_all_findings_of_a_file_have_a_location_and_help(tmp_path):
    (tmp_path / "compose.yaml").write_text(MISTAKES)
    done = run("check", cwd=tmp_path)
    assert done.returncode == 1
    heads = [line for line in done.stdout.splitlines() if line.startswith("compose.yaml:")]
    assert [head.split(" ")[:2] for head in heads] == [
        ["compose.yaml:5:12:", "error[invalid-port]"],
        ["compose.yaml:7:32:", "warning[missing-colon]"],
        ["compose.yaml:8:5:", "error[duplicate-key]"],
        ["compose.yaml:9:5:", "error[unknown-key]"],
    ]
    assert "   7 |       - ~/configs/etc/configs/:ro\n     |                                ^^\n" in done.stdout
    assert 'help: did you mean "~/configs:/etc/configs/:ro"?' in done.stdout


def test_a_syntax_error_is_a_finding(tmp_path):
    (tmp_path / "compose.yaml").write_text(BROKEN)
    done = run("check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("compose.yaml:3:12: error[yaml-syntax] ")
    assert done.stderr == "Found 1 error in 1 file.\n"


def test_files_that_are_not_formatted_are_counted_and_do_not_fail(tmp_path):
    for name, text in (("compose.yaml", SHORT), ("compose.a.yaml", SHORT), ("compose.b.yaml", LONG)):
        (tmp_path / name).write_text(text)
    done = run("check", cwd=tmp_path)
    last = "2 files are not formatted; run composefmt format."
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"All checks passed (3 files).\n{last}\n")
    assert last in run("check", "--fix", cwd=tmp_path).stderr
    assert (tmp_path / "compose.yaml").read_text() == SHORT
    for options in (
        ["--quiet"],
        ["--ignore", "unformatted"],
        ["--ignore", "style"],
        ["--select", "unknown-key"],
        ["--output-format", "json"],
    ):
        assert "not formatted" not in run("check", *options, cwd=tmp_path).stderr
    (tmp_path / "compose.yaml").write_text(SHORT.replace("web:", "web: # composefmt: ignore-file[unformatted] another tool formats it"))
    assert "1 file is not formatted;" in run("check", cwd=tmp_path).stderr


def test_unformatted_is_a_warning_that_fails_where_it_is_selected(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    done = run("check", "--select", "unformatted", cwd=tmp_path)
    assert "not formatted;" not in done.stderr
    assert done.returncode == 1
    assert "warning[unformatted]" in done.stdout
    assert 'help: run "composefmt format"' in done.stdout


@pytest.mark.parametrize(
    ("text", "level", "status"),
    [(SHORT, "error", 0), (SHORT, "warning", 1), (SHORT, "info", 1), (BROKEN, "error", 1), (LONG, "info", 0)],
)
def test_fail_level(tmp_path, text, level, status):
    (tmp_path / "compose.yaml").write_text(text)
    assert run("check", "--extend-select", "unformatted", "--fail-level", level, cwd=tmp_path).returncode == status


def test_check_changes_nothing(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    (tmp_path / "compose.b.yaml").write_text(BROKEN)
    before = files_below(tmp_path)
    run("check", cwd=tmp_path)
    assert files_below(tmp_path) == before


def test_json_is_one_array_of_objects(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/compose.yaml").write_text(MISTAKES)
    (tmp_path / "compose.yaml").write_text(SHORT)
    done = run("check", "--extend-select", "unformatted", "--output-format", "json", cwd=tmp_path)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert {f["filename"] for f in found} == {"compose.yaml", "sub/compose.yaml"}
    for finding in found:
        assert list(finding) == ["filename", "rule", "severity", "message", "help", "start", "end", "fixable", "fix", "related", "project"]
        assert finding["severity"] in {"error", "warning", "info"}
        assert isinstance(finding["fixable"], bool)
        assert set(finding["start"]) == set(finding["end"]) == {"line", "column"}
        assert (finding["start"]["line"], finding["start"]["column"]) <= (finding["end"]["line"], finding["end"]["column"])
        assert min(finding["start"].values()) >= 1
    lost = next(f for f in found if f["rule"] == "missing-colon")
    assert (lost["start"], lost["end"]) == ({"line": 7, "column": 32}, {"line": 7, "column": 34})
    assert next(f for f in found if f["rule"] == "unformatted" and f["filename"] == "compose.yaml")["fixable"] is True


def test_json_without_findings_is_an_empty_array(tmp_path):
    (tmp_path / "compose.yaml").write_text(LONG)
    done = run("check", "--output-format", "json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert json.loads(run("check", "--output-format", "json", "missing", cwd=tmp_path).stdout) == []


@pytest.mark.parametrize("env", [{}, {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}])
def test_json_is_utf_8_whatever_the_terminal_speaks(tmp_path, env):
    (tmp_path / "compose-é😀.yaml").write_text("services:\n  web:\n    imäge: 😀\n", encoding="utf-8")
    done = run("check", "--output-format", "json", cwd=tmp_path, env=env)
    found = json.loads(done.raw.decode("utf-8"))
    assert {f["filename"] for f in found} == {"compose-é😀.yaml"}
    assert any("imäge" in f["message"] for f in found)


def test_a_file_name_that_is_not_utf_8(tmp_path):
    try:
        (tmp_path / "compose-\udcff.yaml").write_text(BROKEN)
    except OSError:
        pytest.skip("the file system has no such names")
    found = json.loads(run("check", "--output-format", "json", cwd=tmp_path).raw.decode("utf-8"))
    assert found[0]["filename"] == "compose-\udcff.yaml"
    done = run("check", cwd=tmp_path)
    assert done.stdout.startswith("compose-\\udcff.yaml:3:12: error")


def test_the_filename_is_as_given(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/compose.yaml").write_text(BROKEN)
    for given, shown in {
        "a": "a/compose.yaml",
        "./a": "./a/compose.yaml",
        "a/": "a/compose.yaml",
        ".": "a/compose.yaml",
        "a/compose.yaml": "a/compose.yaml",
        str(tmp_path): f"{tmp_path}/a/compose.yaml",
        "../" + tmp_path.name: f"../{tmp_path.name}/a/compose.yaml",
    }.items():
        assert run("check", given, cwd=tmp_path).stdout.startswith(f"{shown}:3:12: error[")


def test_standard_input(tmp_path):
    done = run("check", "-", cwd=tmp_path, stdin=BROKEN.encode())
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:3:12: error[yaml-syntax]")
    done = run("check", "--stdin-filename", "a/b.yaml", "-", cwd=tmp_path, stdin=BROKEN.encode())
    assert done.stdout.startswith("a/b.yaml:3:12: error[yaml-syntax]")


def test_unreadable_files_are_2_and_the_others_are_still_checked(tmp_path):
    (tmp_path / "compose.yaml").write_text(BROKEN)
    done = run("check", "missing.yaml", "compose.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.startswith("compose.yaml:3:12: error")
    assert "missing.yaml: error[unreadable] no such file or directory" in done.stderr
    assert done.stderr.endswith("Found 1 error in 1 file. 1 file could not be checked.\n")


def test_an_unreadable_file_is_not_reported_as_no_files(tmp_path):
    assert run("check", "missing.yaml", cwd=tmp_path).stderr.endswith("\n1 file could not be checked.\n")


def test_quiet_prints_findings(tmp_path):
    (tmp_path / "compose.yaml").write_text(BROKEN)
    done = run("check", "-q", cwd=tmp_path)
    assert done.stdout.startswith("compose.yaml:3:12: error")
    assert done.stderr == ""


def test_a_hostile_file_cannot_drive_the_terminal(tmp_path):
    name = "compose-\x1b[31m\n.yaml"
    (tmp_path / name).write_text('services:\n  "\u202e\x9b2J\u2066web":\n    imag\u200fe: "\\e]0;x\\a"\n', encoding="utf-8")
    for args in (["check"], ["check", "--output-format", "text", name], ["format", "-v"], ["format", "--diff"]):
        done = run(*args, cwd=tmp_path)
        shown = done.stdout + done.stderr
        assert "compose-\\u001b[31m\\u000a.yaml" in shown or args == ["format", "--diff"]
        assert not [c for c in shown if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 or c in "\u200f\u202e\u2066"]


def test_colors_only_where_they_are_wanted(tmp_path):
    (tmp_path / "compose.yaml").write_text(BROKEN)
    assert "\x1b" not in run("check", cwd=tmp_path).stdout
    assert "\x1b[1;31m" in run("check", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in run("check", cwd=tmp_path, env={"FORCE_COLOR": "0"}).stdout
    assert "\x1b" not in run("check", cwd=tmp_path, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b[1;31m" in run("format", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stderr
    (tmp_path / "compose.yaml").write_text(SHORT)
    assert '\x1b[32m+        published: "8080"\x1b[0m\n' in run("format", "--diff", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in run("check", "--output-format", "json", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stdout


@pytest.mark.parametrize(
    ("env", "colored"), [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)]
)
def test_colors_on_a_terminal(tmp_path, env, colored):
    pty = pytest.importorskip("pty")
    (tmp_path / "compose.yaml").write_text(BROKEN)
    ours, theirs = pty.openpty()
    done = subprocess.Popen([*COMMAND, "check"], cwd=tmp_path, env=environment(**env), stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert done.wait(20) == 1
    assert b"error[yaml-syntax]" in shown
    # A slow run shows its progress, and erases it.
    assert (b"\x1b[" in shown.replace(b"\x1b[K", b"")) is colored


def test_options_from_the_environment(tmp_path):
    (tmp_path / "compose.yaml").write_text(MISTAKES)
    concise = run("check", "--output-format", "concise", cwd=tmp_path).stdout
    assert run("check", cwd=tmp_path, env={"COMPOSEFMT_CHECK_OUTPUT_FORMAT": "concise"}).stdout == concise
    env = {"COMPOSEFMT_CHECK_OUTPUT_FORMAT": "json", "COMPOSEFMT_CHECK_EXIT_ZERO": "1"}
    done = run("check", "--output-format", "concise", cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (0, concise), "the command line wins"
    done = run("check", cwd=tmp_path, env={"COMPOSEFMT_CHECK_FAIL_LEVEL": "bad"})
    assert done.returncode == 2
    assert '"bad" is not one of "error", "warning", "info"' in done.stderr
