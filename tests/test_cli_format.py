"""`composefmt format` from a user's perspective."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import BROKEN, CLEAN, LONG, SHORT, environment, files_below, run


def test_formats_a_file_in_place(tmp_path):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    done = run("format", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "reformatted compose.yaml\n1 file reformatted.\n"
    assert file.read_text() == LONG


def test_the_second_run_changes_nothing(tmp_path):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    run("format", cwd=tmp_path)
    before = file.stat()
    done = run("format", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "1 file left unchanged.\n")
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_check_names_the_files_that_would_change_and_changes_none(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    (tmp_path / "compose.prod.yml").write_text(CLEAN)
    before = files_below(tmp_path)
    done = run("format", "--check", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "would reformat compose.yaml" in done.stderr
    assert "compose.prod.yml" not in done.stderr
    assert done.stderr.endswith("1 file would be reformatted, 1 file would be left unchanged.\n")
    assert files_below(tmp_path) == before


def test_check_of_formatted_files_succeeds(tmp_path):
    (tmp_path / "compose.yaml").write_text(LONG)
    assert run("format", "--check", cwd=tmp_path).returncode == 0
    assert run("format", "--diff", cwd=tmp_path).returncode == 0


def test_diff_shows_what_would_change_and_changes_nothing(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    done = run("format", "--diff", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "--- a/compose.yaml\n+++ b/compose.yaml\n@@ -2,4 +2,5 @@\n   web:\n     image: nginx\n     ports:\n"
        '-      - "8080:80"  # the door\n+      - target: 80  # the door\n+        published: "8080"\n'
    )
    assert (tmp_path / "compose.yaml").read_text() == SHORT


@pytest.mark.parametrize("text", [SHORT, SHORT.replace("\n", "\r\n"), SHORT.rstrip("\n"), SHORT + "\n" * 9 + "x-a: 1\n"])
def test_the_diff_can_be_applied(tmp_path, text):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    file = tmp_path / "compose.yaml"
    file.write_bytes(text.encode())
    diff = run("format", "--diff", cwd=tmp_path).raw
    formatted = run("format", "-", cwd=tmp_path, stdin=text.encode()).raw
    env = environment(GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], input=diff, cwd=tmp_path, env=env, check=True)
    assert file.read_bytes() == formatted != text.encode()


def test_standard_input_goes_to_standard_output(tmp_path):
    done = run("format", "-", cwd=tmp_path, stdin=SHORT.encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, LONG, "")


@pytest.mark.parametrize("text", [CLEAN, "", "# nothing\n", LONG.replace("\n", "\r\n"), "\ufeff" + LONG, "a: é 😀\n"])
def test_unchanged_standard_input_is_printed_byte_for_byte(tmp_path, text):
    done = run("format", "-", cwd=tmp_path, stdin=text.encode())
    assert (done.returncode, done.raw) == (0, text.encode())


def test_standard_input_keeps_its_line_breaks_and_its_byte_order_mark(tmp_path):
    done = run("format", "-", cwd=tmp_path, stdin=("\ufeff" + SHORT.replace("\n", "\r\n")).encode())
    assert done.raw == ("\ufeff" + LONG.replace("\n", "\r\n")).encode()


def test_broken_standard_input_gives_no_output(tmp_path):
    done = run("format", "-", "--stdin-filename", "src/compose.yaml", cwd=tmp_path, stdin=BROKEN.encode())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("src/compose.yaml:3:12: error[yaml-syntax] ")


def test_standard_input_under_check_and_diff(tmp_path):
    done = run("format", "--check", "-", cwd=tmp_path, stdin=SHORT.encode())
    assert (done.returncode, done.stdout) == (1, "")
    done = run("format", "--diff", "-", "--stdin-filename", "x/compose.yaml", cwd=tmp_path, stdin=SHORT.encode())
    assert done.returncode == 1
    assert done.stdout.startswith("--- a/x/compose.yaml\n+++ b/x/compose.yaml\n")


def test_standard_input_cannot_be_mixed_with_files(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    done = run("format", "-", "compose.yaml", cwd=tmp_path, stdin=SHORT.encode())
    assert done.returncode == 2
    assert "cannot be mixed" in done.stderr
    assert (tmp_path / "compose.yaml").read_text() == SHORT


def test_quiet_prints_only_errors(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    done = run("format", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (tmp_path / "compose.yaml").write_text(BROKEN)
    done = run("format", "-q", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("compose.yaml:3:12: error[yaml-syntax] ")


def test_verbose_explains_why_a_short_form_stays(tmp_path):
    (tmp_path / "compose.yaml").write_text('services:\n  web:\n    image: nginx\n    ports:\n      - "3000-3999"\n      - ${PORTS}\n')
    done = run("format", "--verbose", cwd=tmp_path)
    assert done.returncode == 0
    assert "compose.yaml:5:9: info[short-form-kept] " in done.stderr
    assert "compose.yaml:6:9: info[short-form-kept] " in done.stderr
    assert "unchanged compose.yaml" in done.stderr


def test_verbose_names_the_entry_with_the_same_port(tmp_path):
    (tmp_path / "compose.yaml").write_text('services:\n  web:\n    image: nginx\n    ports:\n      - ${APP_PORT}:3000\n      - "3000"\n')
    done = run("format", "--verbose", cwd=tmp_path)
    condition = "publishes the same port with the current values of its variables (empty if unset)"
    assert f'ports entry stays short: "3000" {condition}\n' in done.stderr
    assert f'ports entry stays short: "${{APP_PORT}}:3000" {condition}\n' in done.stderr


def test_max_range_expands_longer_ranges(tmp_path):
    text = 'services:\n  web:\n    image: nginx\n    ports:\n      - "3000-3019"\n'
    assert run("format", "-", cwd=tmp_path, stdin=text.encode()).stdout == text
    assert run("format", "-", "--max-range", "20", cwd=tmp_path, stdin=text.encode()).stdout.count("- target: ") == 20


def test_fast_writes_the_same(tmp_path):
    assert run("format", "--fast", "-", cwd=tmp_path, stdin=SHORT.encode()).stdout == LONG


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    for name, text in {"compose.a.yaml": SHORT, "compose.b.yaml": BROKEN, "compose.c.yaml": SHORT}.items():
        (tmp_path / name).write_text(text)
    done = run("format", ".", "missing.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "compose.b.yaml:3:12: error[yaml-syntax] " in done.stderr
    assert "missing.yaml: error[unreadable] no such file or directory" in done.stderr
    assert done.stderr.endswith("2 files reformatted, 2 files not formatted.\n")
    assert files_below(tmp_path) == {"compose.a.yaml": LONG.encode(), "compose.b.yaml": BROKEN.encode(), "compose.c.yaml": LONG.encode()}


def test_failure_wins_over_what_would_change(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    assert run("format", "--check", "compose.yaml", "missing.yaml", cwd=tmp_path).returncode == 2


def test_an_internal_error_in_one_file_does_not_affect_the_others(tmp_path):
    """The engine is made to break on one file."""
    for name in ("compose.a.yaml", "compose.b.yaml", "compose.c.yaml"):
        (tmp_path / name).write_text(SHORT)
    program = (
        "import sys, composefmt.engine as engine\n"
        "true = engine.format_bytes\n"
        "def broken(data, options, filename):\n"
        "    if 'b' in filename.split('.'): raise IndexError('list index out of range')\n"
        "    return true(data, options, filename)\n"
        "engine.format_bytes = broken\n"
        "sys.argv = ['composefmt', 'format']\n"
        "from composefmt.cli import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "compose.b.yaml: error[internal-error] IndexError: list index out of range" in done.stderr
    assert "please report it" in done.stderr
    assert [(tmp_path / f"compose.{x}.yaml").read_text() for x in "abc"] == [LONG, SHORT, LONG]


def test_a_directory_without_compose_files(tmp_path):
    done = run("format", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("No Compose files found. Looked for compose*.yaml, ")


def test_real_values_of_variables_decide(tmp_path):
    """A value in `.env` that is a range, not a port, keeps the entry short."""
    text = 'services:\n  web:\n    image: nginx\n    ports:\n      - "${PORT}:80"\n'
    for name, env in {"plain": "PORT=8080\n", "other": "# c\n", "range": "OTHER=1\nexport PORT='127.0.0.1:8080'\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / ".env").write_text(env)
        (tmp_path / name / "compose.yaml").write_text(text)
    assert run("format", cwd=tmp_path).returncode == 0
    changed = {name: (tmp_path / name / "compose.yaml").read_text() != text for name in ("plain", "other", "range")}
    assert changed == {"plain": True, "other": True, "range": False}


def test_the_console_script_is_installed():
    script = Path(sys.executable).with_name("composefmt")
    if not script.exists():
        pytest.skip("composefmt is not installed beside this Python")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("composefmt 0.")


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["format", "-h"], ["check", "--help"]])
def test_help_needs_no_manual(tmp_path, args):
    done = run(*args, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Examples:" in done.stdout
    assert "Exit status:" in done.stdout
    assert all(len(line) <= 120 for line in done.stdout.splitlines())


@pytest.mark.parametrize("args", [["format", "--nope"], ["chekc"], ["check", "--output-format", "xml"], ["format", "--max-range", "0"]])
def test_usage_errors_are_2(tmp_path, args):
    done = run(*args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.splitlines()[1].startswith("Usage: composefmt ")


def test_a_file_that_cannot_be_laid_out_never_counts_as_formatted(run, tmp_path):
    (tmp_path / "compose.yaml").write_text("? services\n: {}\n")
    done = run("format", "--check", "compose.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == (
        "compose.yaml:1:1: warning[layout-kept] file left unformatted: the formatter does not support the syntax here"
    )
    assert done.stderr.splitlines()[-1] == "1 file left unformatted."
    assert run("format", "compose.yaml", cwd=tmp_path).returncode == 0
    assert "cannot be formatted" in run("check", "--select", "unformatted", "compose.yaml", cwd=tmp_path).stdout


NOTICE = 'mount-options = "brief" changes the configuration hash of services in 1 file: the next "docker compose up" recreates'


def test_omitted_mount_options_are_noticed_once(tmp_path):
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: x\n    volumes:\n      - ./x:/x\n")
    (tmp_path / "docker-compose.yml").write_text("services:\n  web:\n    image:   x\n")
    assert NOTICE not in run("format", "--check", cwd=tmp_path).stderr
    for option in ("--check", "--diff"):
        assert NOTICE in run("format", option, "--mount-options", "brief", cwd=tmp_path).stderr
    assert NOTICE not in run("format", "--check", "--quiet", "--mount-options", "brief", cwd=tmp_path).stderr
    assert NOTICE not in run("format", "--check", "--engine", "swarm", "--mount-options", "brief", cwd=tmp_path).stderr
    done = run("format", "--mount-options", "brief", cwd=tmp_path)
    assert (done.returncode, done.stderr.count(NOTICE)) == (0, 1)
    (tmp_path / "compose.yaml").write_text((tmp_path / "compose.yaml").read_text() + "    restart:   always\n")
    assert NOTICE not in run("format", "--mount-options", "brief", cwd=tmp_path).stderr


def test_an_order_of_ones_own(run, tmp_path):
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    deploy: {replicas: 2}\n    command: x\n    image: y\n")
    assert run("format", "--order", "image,...,deploy", "compose.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "compose.yaml").read_text().split()[2::2] == ["image:", "command:", "deploy:", "2}"]
    wrong = run("format", "--order", "image,prots", "compose.yaml", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (
        2,
        'error: --order: "prots" is not a key of a service; did you mean "ports"?; use keep, spec, dclint, or a list of service keys',
    )


UNFORMATTED = "services:\n  web:\n    ports:   ['80:80']\n    image: 'nginx'  # why\n  db:\n      image: x\n"


def test_one_kind_of_change_at_a_time(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(UNFORMATTED)
    early = run("format", "--only", "long-forms", "compose.yaml", cwd=tmp_path)
    assert (early.returncode, (tmp_path / "compose.yaml").read_text()) == (0, UNFORMATTED)
    assert "warning[style-first] file left unchanged: its style would change as well" in early.stderr
    steps = []
    for only in ("style", "long-forms", "order"):
        assert run("format", "--only", only, "--order", "spec", "compose.yaml", cwd=tmp_path).returncode == 0
        steps.append((tmp_path / "compose.yaml").read_text())
    assert steps[0] == 'services:\n  web:\n    ports: ["80:80"]\n    image: nginx  # why\n\n  db:\n    image: x\n'
    assert steps[1] == steps[0].replace('ports: ["80:80"]', 'ports:\n      - target: 80\n        published: "80"')
    assert steps[2].index("image:") < steps[2].index("ports:")
    assert run("format", "--check", "--order", "spec", "compose.yaml", cwd=tmp_path).returncode == 0


def test_the_kinds_of_change_are_counted(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(UNFORMATTED)
    (tmp_path / "compose.b.yaml").write_text("services:\n  web:\n    image: 'y'\n    ports: ['80:80']\n")
    done = run("format", "--diff", "--statistics", "--order", "spec", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        " files  changes  kind",
        "     2        4  quotes",
        "     2        2  long and short forms",
        "     1        2  order of keys",
        "     1        1  blank lines and line breaks",
        "     1        1  indentation",
        "     1        1  spaces",
    ]
    assert (tmp_path / "compose.yaml").read_text() == UNFORMATTED
