"""The old names of renamed rules keep working, with one deprecation notice each."""

import json

import pytest

from composefmt.engine import check_text
from composefmt.options import Options
from composefmt.rules.registry import all_rules, renamed_rules, selection

TEXT = "services:\n  web:\n    image: nginx\n    volumes:\n      - ~/certs/etc/certs/:ro\n"
NOTICE = 'rule "lost-colon" has been renamed to "missing-colon"'
ON_COMMAND_LINE = f"warning[deprecated-rule-name] {NOTICE}\n"


@pytest.fixture
def check(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(TEXT)
    return lambda *options: run("check", *options)


def test_no_old_name_is_in_use():
    rules = all_rules()
    old = [rule.formerly for rule in rules.values() if rule.formerly]
    assert len(old) == len(set(old)) == len(renamed_rules())
    assert not renamed_rules().keys() & (rules.keys() | {rule.group for rule in rules.values()} | {"all"})


@pytest.mark.parametrize("old", renamed_rules())
def test_an_old_name_selects_the_rule(old):
    new = renamed_rules()[old]
    for case in (Options(select=frozenset({old})), Options(select=frozenset(), extend_select=frozenset({old}))):
        assert selection(case) == {new}
    assert new not in selection(Options(select=frozenset({"all"}), ignore=frozenset({old})))
    assert new not in selection(Options(select=frozenset({"all"}), file_ignore=frozenset({old})))


@pytest.mark.parametrize(
    ("options", "severities"),
    [
        (["--select", "lost-colon"], {"missing-colon": "warning"}),
        (["--select", "lost-colon", "--severity", "lost-colon=error"], {"missing-colon": "error"}),
        (["--ignore", "lost-colon"], {}),
        (["--extend-select=lost-colon,style"], {"missing-colon": "warning"}),
    ],
)
def test_on_the_command_line_each_old_name_has_one_notice(check, options, severities):
    done = check("--output-format", "json", "--exit-zero", *options)
    assert {finding["rule"]: finding["severity"] for finding in json.loads(done.stdout)} == severities
    assert done.stderr.count("has been renamed") == 1
    assert done.stderr.startswith(ON_COMMAND_LINE)


@pytest.mark.parametrize(
    "settings",
    [
        'ignore = ["lost-colon"]\n',
        '[per-file-ignores]\n"*.yaml" = ["lost-colon"]\n',
        'select = ["schema"]\nextend-select = ["lost-colon"]\n',
    ],
)
def test_in_settings_each_old_name_has_one_notice(check, tmp_path, settings):
    (tmp_path / "composefmt.toml").write_text(settings)
    for name in ("a", "b"):
        (tmp_path / f"compose.{name}.yaml").write_text(TEXT)
    done = check("--exit-zero")
    assert ("missing-colon" in done.stdout) is ("extend-select" in settings)
    notices = [line for line in done.stderr.splitlines() if "renamed" in line]
    assert notices == [f"warning[deprecated-rule-name] {tmp_path / 'composefmt.toml'}: {NOTICE}"]
    assert "renamed" not in check("--exit-zero", "--quiet").stderr


def test_severities_in_settings_may_use_old_names(check, run, tmp_path):
    (tmp_path / "composefmt.toml").write_text('[severity]\nlost-colon = "error"\n')
    done = check()
    assert done.returncode == 1
    assert "error[missing-colon]" in done.stdout
    assert done.stderr.count(NOTICE) == 1
    assert run("settings").stderr.count(NOTICE) == 1


def test_an_old_name_in_a_comment_is_a_finding_with_a_safe_fix(run, tmp_path):
    path = tmp_path / "compose.yaml"
    path.write_text(TEXT[:-1] + "  # composefmt: ignore[lost-colon] reason\n")
    done = run("check")
    assert (done.returncode, done.stderr) == (0, "Found 1 info in 1 file. 1 fixable with --fix.\n")
    assert f"info[deprecated-rule-name] [*] {NOTICE}\n" in done.stdout
    assert run("check", "--fix").returncode == 0
    assert path.read_text() == TEXT[:-1] + "  # composefmt: ignore[missing-colon] reason\n"
    assert "All checks passed" in run("check").stderr


def test_the_page_of_a_rule_is_found_by_its_old_name(run):
    old, new = run("explain", "lost-colon"), run("explain", "missing-colon")
    assert (old.stdout, old.stderr, new.stderr) == (new.stdout, ON_COMMAND_LINE, "")
    assert "formerly lost-colon" in new.stdout.splitlines()[0]
    assert 'did you mean "missing-colon"?' in run("explain", "lost-colons").stderr


def test_a_baseline_with_an_old_name_still_suppresses(check, tmp_path):
    check("--write-baseline", "known.json")
    path = tmp_path / "known.json"
    assert "missing-colon" in path.read_text()
    path.write_text(path.read_text().replace("missing-colon", "lost-colon"))
    done = check("--baseline", "known.json")
    assert done.stdout == ""
    assert done.stderr == (f"warning[deprecated-rule-name] known.json: {NOTICE}\nNo new findings in 1 file. 1 finding in the baseline.\n")


def test_fingerprints_outlive_the_renaming():
    from composefmt.reports.baseline import marks

    result = check_text(TEXT, Options(), "compose.yaml")
    # Recorded by the version before the renaming.
    assert list(marks(result.source, result.findings)) == ["missing-colon 810af744f5cd04b3"]


def test_sarif_names_the_old_name(check):
    (rule,) = json.loads(check("--output-format", "sarif", "--select", "missing-colon").stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert (rule["id"], rule["deprecatedIds"]) == ("missing-colon", ["lost-colon"])
