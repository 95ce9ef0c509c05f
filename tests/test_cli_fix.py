"""`composefmt check --fix`, `--unsafe-fixes` and `--diff` from a user's perspective."""

import json

from running import CLEAN, files_below

# A safe fix, an unsafe one, and a finding without a fix.
MIXED = (
    '# my stack\nversion: "3.8"\n\nservices:\n  web:\n    image: nginx\n    environment:\n      UMASK: 022 # why\n'
    '    extra_hosts: ["a:1"]\n'
)
SAFE = MIXED.replace('version: "3.8"\n', "")
UNSAFE = SAFE.replace("022", '"022"')
UNFORMATTED = "1 file is not formatted; run composefmt format.\n"
REST = f"Found 2 warnings in 1 file. 1 fixable with --fix --unsafe-fixes.\n{UNFORMATTED}"


def test_safe_fixes_are_applied_in_place_and_the_rest_is_reported(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MIXED)
    done = run("check", "--fix")
    assert (tmp_path / "compose.yaml").read_text() == SAFE
    assert "warning[leading-zero]" in done.stdout
    assert "obsolete-version" not in done.stdout
    assert done.stderr == f"Fixed 1 finding (obsolete-version 1). {REST}"
    assert done.returncode == 0
    again = run("check", "--fix")
    assert again.stderr == f"No fixes to apply. {REST}"


def test_unsafe_fixes_have_to_be_asked_for(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MIXED)
    assert run("check").stderr == f"Found 3 warnings in 1 file. 1 fixable with --fix, 1 more with --fix --unsafe-fixes.\n{UNFORMATTED}"
    asked = run("check", "--unsafe-fixes")
    assert asked.returncode == 0
    assert asked.stderr == f"Found 3 warnings in 1 file. 2 fixable with --fix --unsafe-fixes.\n{UNFORMATTED}"
    assert (tmp_path / "compose.yaml").read_text() == MIXED
    done = run("check", "--fix", "--unsafe-fixes")
    assert (tmp_path / "compose.yaml").read_text() == UNSAFE
    assert "[invalid-address]" in done.stdout
    assert done.stdout.count("[") == 2


def test_fixes_do_not_format_unless_that_rule_is_selected(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MIXED)
    done = run("check", "--fix", "--extend-select", "unformatted")
    assert (tmp_path / "compose.yaml").read_text() == SAFE.replace("022 #", "022  #")
    assert done.stderr.startswith("Fixed 2 findings (obsolete-version 1, unformatted 1). Found 2 warnings in 1 file. ")


def test_fixable_findings_are_marked(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MIXED)
    for report in ("text", "concise"):
        safe = run("check", "--output-format", report).stdout
        assert "warning[obsolete-version] [*] " in safe
        assert safe.count("[*]") == 1
        assert "warning[leading-zero] [*] " in run("check", "--unsafe-fixes", "--output-format", report).stdout
    assert "[*]" not in run("check", "--fix").stdout


def test_unused_definitions_stay_while_errors_remain(run, tmp_path):
    text = "services:\n  web:\n    image: nginx\n    vlms: [data:/data]\n\nvolumes:\n  data:\n"
    (tmp_path / "compose.yaml").write_text(text)
    done = run("check", "--fix", "--unsafe-fixes")
    assert done.stderr == "No fixes to apply. Found 1 error and 1 warning in 1 file.\n"
    run("check", "--fix", "--unsafe-fixes", "--select", "unused-volume")
    assert (tmp_path / "compose.yaml").read_text() == text


def test_a_diff_is_shown_and_nothing_written(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MIXED)
    done = run("check", "--diff")
    assert done.returncode == 1
    assert '\n-version: "3.8"\n' in done.stdout
    assert "warning[" not in done.stdout
    assert done.stderr.startswith("Would fix 1 finding (obsolete-version 1). ")
    assert (tmp_path / "compose.yaml").read_text() == MIXED
    (tmp_path / "compose.yaml").write_text(CLEAN)
    clean = run("check", "--diff", "--output-format", "json")
    assert (clean.returncode, clean.stdout) == (0, "")


def test_standard_input_is_fixed_and_findings_go_to_standard_error(run):
    done = run("check", "--fix", "-", stdin=MIXED.encode())
    assert done.stdout == SAFE
    assert "<stdin>:7:14: warning[leading-zero]" in done.stderr
    assert run("check", "--fix", "-", stdin=CLEAN.encode()).stdout == CLEAN
    broken = run("check", "--fix", "-", stdin=b"a: [")
    assert broken.stdout == "a: ["
    assert broken.returncode == 1


def test_line_breaks_and_byte_order_marks_stay(run, tmp_path):
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MIXED.replace("\n", "\r\n").encode())
    run("check", "--fix", "--unsafe-fixes")
    assert path.read_bytes() == b"\xef\xbb\xbf" + UNSAFE.replace("\n", "\r\n").encode()


def test_unreadable_files_stay_and_the_others_are_fixed(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(MIXED)
    (tmp_path / "compose.bad.yaml").write_text("a: [")
    before = files_below(tmp_path)
    done = run("check", "--fix", "--output-format", "json")
    assert {finding["rule"] for finding in json.loads(done.stdout)} == {"yaml-syntax", "leading-zero", "invalid-address"}
    assert done.returncode == 1
    assert files_below(tmp_path)["compose.bad.yaml"] == before["compose.bad.yaml"]
    assert (tmp_path / "compose.yaml").read_text() == SAFE


def test_protected_regions_are_not_fixed(run):
    text = f"# composefmt: skip-file\n{MIXED}"
    assert run("check", "--fix", "-", stdin=text.encode()).stdout == text
    silenced = 'version: "3" # composefmt: ignore[obsolete-version] for an old tool\n' + CLEAN
    assert run("check", "--fix", "--ignore", "unformatted", "-", stdin=silenced.encode()).stdout == silenced


SECRETS = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2  # of the administrator
      POSTGRES_USER: app
  web:
    image: my/web
    environment:
      - DB_PASSWORD=two words
      - API_TOKEN=abc$$123
"""
MOVED = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?}"  # of the administrator
      POSTGRES_USER: app
  web:
    image: my/web
    environment:
      - "DB_PASSWORD=${DB_PASSWORD:?}"
      - "API_TOKEN=${API_TOKEN:?}"
"""
MOVE = ("check", "--select", "secret-in-environment", "--fix", "--unsafe-fixes")


def test_a_secret_is_moved_to_the_env_file(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(SECRETS)
    done = run(*MOVE)
    assert (tmp_path / "compose.yaml").read_text() == MOVED
    assert (tmp_path / ".env").read_text() == "POSTGRES_PASSWORD=hunter2\nDB_PASSWORD='two words'\nAPI_TOKEN='abc$123'\n"
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    assert done.stderr == "Fixed 3 findings (secret-in-environment 3). All checks passed (1 file).\n"
    assert "hunter2" not in done.stdout + done.stderr


def test_an_env_file_keeps_its_lines(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(SECRETS)
    (tmp_path / ".env").write_text("# ours\nLEVEL=info\nDB_PASSWORD=other\nAPI_TOKEN='abc$123'")
    run(*MOVE)
    assert (tmp_path / ".env").read_text() == (
        "# ours\nLEVEL=info\nDB_PASSWORD=other\nAPI_TOKEN='abc$123'\nPOSTGRES_PASSWORD=hunter2\nWEB_DB_PASSWORD='two words'\n"
    )
    assert '"DB_PASSWORD=${WEB_DB_PASSWORD:?}"' in (tmp_path / "compose.yaml").read_text()


def test_the_diff_of_a_moved_secret_masks_it(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(SECRETS)
    done = run("check", "--select", "secret-in-environment", "--diff", "--unsafe-fixes")
    assert '+      POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?}"  # of the administrator' in done.stdout
    assert "hunter2" not in done.stdout
    assert not (tmp_path / ".env").exists()


def test_no_secret_is_moved_from_standard_input(run, tmp_path):
    done = run("check", "--select", "secret-in-environment", "--fix", "--unsafe-fixes", "-", stdin=SECRETS.encode())
    assert done.stdout == SECRETS
    assert not (tmp_path / ".env").exists()


def test_a_fixed_secret_that_cannot_be_written_stays(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(SECRETS)
    (tmp_path / ".env").mkdir()
    done = run(*MOVE)
    assert (tmp_path / "compose.yaml").read_text() == SECRETS
    assert done.returncode == 2
