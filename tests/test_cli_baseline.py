"""Baselines: known findings are not reported, new ones are."""

import json
import re

import pytest

OLD = "services:\n  web:\n    image: nginx\n    prots: []\n    foo: 1\n"


@pytest.fixture
def project(tmp_path, run):
    """A project with two files with mistakes, and a baseline that knows them."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(OLD)
    done = run("check", "--write-baseline", "known.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Wrote 4 findings of 2 files to known.json.\n")
    return tmp_path


def messages(done):
    return [finding["message"] for finding in json.loads(done.stdout)]


@pytest.fixture
def check(run):
    return lambda *options: run("check", "--output-format", "json", "--baseline", "known.json", *options)


@pytest.mark.usefixtures("project")
def test_known_findings_are_not_reported(check):
    done = check()
    assert (done.returncode, messages(done)) == (0, [])
    assert done.stderr == "No new findings in 2 files. 4 findings in the baseline.\n"


def test_new_findings_are_reported(project, check):
    (project / "a/compose.yaml").write_text(OLD + "    bar: 1\n")
    done = check()
    assert done.returncode == 1
    assert messages(done) == ['unknown key "bar" in service "web"']
    assert done.stderr == "Found 1 error in 2 files. 4 findings in the baseline.\n"


def test_lines_may_move_and_be_indented_anew(project, check):
    text = "# a comment\n\n" + OLD.replace("services:\n", "services:\n  other:\n    image: x\n").replace("prots: []", "prots:   []")
    (project / "a/compose.yaml").write_text(re.sub(r"^( +)", r"\1\1", text, flags=re.MULTILINE))
    assert [finding["rule"] for finding in json.loads(check("--extend-select", "unformatted").stdout)] == ["unformatted"]
    assert messages(check()) == []


def test_formatting_adds_no_finding(project, check, run):
    (project / "a/compose.yaml").write_text("version: '3'\nservices:\n    web:\n        image:   'nginx'\n        prots:   []   # why\n")
    run("check", "--write-baseline", "known.json")
    run("format", "a")
    assert 'version: "3"' in (project / "a/compose.yaml").read_text()
    assert messages(check()) == []


def test_a_file_that_is_known_not_to_be_formatted_may_change(project, check, run):
    (project / "a/compose.yaml").write_text(OLD.replace("image:", "image: "))
    run("check", "--extend-select", "unformatted", "--write-baseline", "known.json")
    (project / "a/compose.yaml").write_text(OLD.replace("web:", "web:  # here").replace("image:", "image:   "))
    assert messages(check("--extend-select", "unformatted")) == []


def test_an_equal_line_more_is_new(project, check):
    service = "  w{}:\n    image: nginx\n    prots: []\n"
    (project / "a/compose.yaml").write_text("services:\n" + service.format(1) + "\n" + service.format(2))
    assert messages(check()) == ['unknown key "prots" in service "w2"']


def test_obsolete_baseline_entries_are_counted(project, check, run):
    (project / "a/compose.yaml").write_text(OLD.replace("    foo: 1\n", ""))
    last = "of the baseline no longer {}; update it with --write-baseline."
    assert check().stderr.splitlines() == ["No new findings in 2 files. 3 findings in the baseline.", "1 finding " + last.format("occurs")]
    assert len(check("b").stderr.splitlines()) == 1, "a was not looked at"
    assert len(check("--ignore", "unknown-key").stderr.splitlines()) == 1, "its rule was not checked"
    (project / "b/compose.yaml").unlink()
    assert check().stderr.splitlines()[1] == "3 findings " + last.format("occur")
    before = (project / "known.json").read_text()
    run("check", "--write-baseline", "known.json")
    assert check().stderr == "No new findings in 1 file. 1 finding in the baseline.\n"
    after = (project / "known.json").read_text()
    assert set(after.splitlines()) < set(before.splitlines()) | {line.rstrip(",") for line in before.splitlines()}


def test_a_baseline_has_a_line_per_finding_and_no_locations(project, run):
    text = (project / "known.json").read_text()
    assert [line.split()[0].strip('"') for line in text.splitlines() if "unknown-key" in line] == ["unknown-key"] * 4
    assert "nginx" not in text
    run("check", "--write-baseline", "known.json", project)
    assert (project / "known.json").read_text() == text, "the same in every run, however the files are named"


def test_writing_keeps_entries_of_unchecked_files(project, run, check):
    (project / "a/compose.yaml").write_text("services:\n  web:\n    image: nginx\n")
    assert run("check", "--write-baseline", "known.json", "a").stderr == "Wrote 0 findings of 0 files to known.json.\n"
    assert check().stderr == "No new findings in 2 files. 2 findings in the baseline.\n"


@pytest.mark.usefixtures("project")
def test_from_another_directory_and_from_settings(run, tmp_path):
    (tmp_path / "a/composefmt.toml").write_text('baseline = "../known.json"\n')
    assert run("check", "a").returncode == 0
    assert run("check", "b").returncode == 1, "its settings name none"
    (tmp_path / "composefmt.toml").write_text('baseline = "known.json"\n')
    assert run("check", cwd=tmp_path / "b").returncode == 0
    assert run("check", "../a", "../b", cwd=tmp_path / "b").returncode == 0


def test_a_file_that_cannot_be_parsed_keeps_its_baseline_entries(project, check):
    (project / "a/compose.yaml").write_text(OLD + "}")
    done = check()
    assert [finding["rule"] for finding in json.loads(done.stdout)] == ["yaml-syntax"]
    assert "no longer" not in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such file or directory"),
        ("{", "is not JSON"),
        ("[]", "is not a baseline of version 1"),
        ('{"version": 2, "findings": {}}', "is not a baseline of version 1"),
        ('{"version": 1, "findings": {"a": 1}}', 'has no lists of findings by file below "findings"'),
    ],
)
def test_an_unreadable_baseline_is_reported_once(project, check, text, message):
    if text is None:
        (project / "known.json").unlink()
    else:
        (project / "known.json").write_text(text)
    done = check()
    assert done.returncode == 2
    assert done.stderr.count("error[baseline] known.json") == 1
    assert message in done.stderr
    assert "; create it with --write-baseline" in done.stderr


def test_no_compose_file_becomes_a_baseline(project, run):
    done = run("check", "--write-baseline", "a/compose.yaml")
    assert done.returncode == 2
    assert "--write-baseline: a/compose.yaml is not JSON, so it is not overwritten" in done.stderr
    assert run("check", "--write-baseline", "compose.new.yaml").returncode == 2
    assert (project / "a/compose.yaml").read_text() == OLD
    assert not (project / "compose.new.yaml").exists()


class TestStatistics:
    def test_how_often_each_rule_finds_something(self, project, run):
        (project / "a/compose.yaml").write_text(OLD + "    volumes:\n      - ./a:b\n")
        done = run("check", "--statistics")
        assert done.returncode == 1
        assert done.stdout == "     4  error    unknown-key  (fix)\n     1  warning  relative-target\n"
        assert run("check", "--statistics", "--baseline", "known.json").stdout == "     1  warning  relative-target\n"

    def test_as_data(self, project, run):
        done = run("check", "--statistics", "--output-format", "json")
        assert json.loads(done.stdout) == [{"rule": "unknown-key", "severity": "error", "count": 4, "fix": "unsafe"}]
        done = run("check", "--statistics", "--output-format", "sarif")
        assert done.returncode == 2
        assert "--statistics are text or json, not sarif" in done.stderr
