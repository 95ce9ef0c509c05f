"""The reports for programs, as the real command writes them, are valid against their schemas for any file content."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import xmlschema
from jsonschema import Draft202012Validator

from composefmt.reports import REPORTS

SCHEMAS = Path(__file__).parent / "schemas"
ROOT = Path(__file__).parents[1]
FORMATS = [name for name in REPORTS if name not in ("text", "concise")]

# Names and texts that want escaping everywhere: quotes, tags, percent signs, wide and forbidden characters, no characters at all.
HOSTILE = 'services:\n  "a<b>&\\"%0A::error::\\uFFFE]]>":\n    imäge: "\\e\\0😀"\n    image: x\n    image: y\n'
FILES = {
    "a/compose.yaml": (ROOT / "samples/mistakes.yaml").read_text(encoding="utf-8"),
    "b & <c>, %d/compose.yaml": HOSTILE,
    "c/compose.yaml": "services:\n  web:\n\timage: x\n",
    "d/compose.yaml": "services:\n  web:\n    image: nginx\n",
    "e/compose.yaml": "services: {a: {image: x, foo: 1}, b: {image: x, foo: 1}, c: {image: x, foo: 1, bar: 2}}\n",
}


@pytest.fixture(autouse=True)
def project(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def rules_of(text, output_format):
    """The rules that a report names, in its order."""
    if output_format == "json":
        return [finding["rule"] for finding in json.loads(text)]
    if output_format == "sarif":
        return [result["ruleId"] for result in json.loads(text)["runs"][0]["results"]]
    if output_format == "gitlab":
        return [finding["check_name"] for finding in json.loads(text)]
    if output_format == "github":
        return re.findall(r"^::(?:error|warning|notice) title=composefmt \((\S+)\),", text, re.MULTILINE)
    tree = ElementTree.fromstring(text)
    if output_format == "junit":
        return [case.get("name").split()[0] for case in tree.iter("testcase") if case.find("failure") is not None]
    return [error.get("source").removeprefix("composefmt.") for error in tree.iter("error")]


def judge(text, output_format):
    """Raise where a report is not what its schema asks for."""
    if output_format in ("sarif", "gitlab"):
        name = {"sarif": "sarif-2.1.0.json", "gitlab": "gitlab-code-quality.json"}[output_format]
        Draft202012Validator(json.loads((SCHEMAS / name).read_text())).validate(json.loads(text))
    elif output_format == "junit":
        xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    elif output_format == "checkstyle":
        tree = ElementTree.fromstring(text)
        assert (tree.tag, tree.get("version")) == ("checkstyle", "4.3")
        for error in tree.iter("error"):
            assert list(error.keys()) == ["line", "column", "severity", "message", "source"]
            assert error.get("severity") in {"error", "warning", "info"}
            assert int(error.get("line")) >= 1
    elif output_format == "github":
        properties = r"title=[^,:]+,file=[^,:]+,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?"
        assert all(re.fullmatch(rf"::(error|warning|notice) {properties}::[^\r\n]+", line) for line in text.splitlines())


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("select", ["--extend-select=all", "--select=unused-volume"], ids=["many findings", "none"])
def test_every_report_is_valid_and_complete(run, output_format, select):
    expected = rules_of(run("check", select, "--output-format", "json").stdout, "json")
    done = run("check", select, "--output-format", output_format)
    assert done.returncode == (1 if expected else 0)
    judge(done.stdout, output_format)
    assert rules_of(done.stdout, output_format) == expected
    assert ("yaml-syntax" in expected) is bool(expected)


def test_a_schema_rejects_invalid_data(run):
    """The judges above can fail."""
    log = json.loads(run("check", "--output-format", "sarif").stdout)
    log["runs"][0]["results"][0]["locations"] = "here"
    with pytest.raises(Exception, match="is not of type 'array'"):
        judge(json.dumps(log), "sarif")
    tests = run("check", "--output-format", "junit").stdout
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        judge(tests.replace(' errors="0"', ""), "junit")
    findings = run("check", "--output-format", "gitlab").stdout
    with pytest.raises(Exception, match="'bad' is not one of"):
        judge(findings.replace('"minor"', '"bad"'), "gitlab")


class TestSarif:
    def test_every_rule_says_what_github_wants_to_know(self, run, project):
        log = json.loads(run("check", "--output-format", "sarif", "--extend-select", "all").stdout)["runs"][0]
        rules = log["tool"]["driver"]["rules"]
        assert len(rules) > 8
        for rule in rules:
            assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help")), rule["id"]
        assert [rules[result["ruleIndex"]]["id"] for result in log["results"]] == [result["ruleId"] for result in log["results"]]

    def test_fixes_and_related_places(self, run, project):
        results = {
            r["ruleId"]: r
            for r in json.loads(run("check", "--extend-select", "unformatted", "--output-format", "sarif", "a").stdout)["runs"][0][
                "results"
            ]
        }
        twice = results["duplicate-key"]
        region = {"startLine": 14, "startColumn": 5, "endLine": 14, "endColumn": 10}
        assert twice["relatedLocations"][0]["physicalLocation"]["region"] == region
        assert twice["relatedLocations"][0]["message"]["text"] == "first defined here"
        change = results["unformatted"]["fixes"][0]["artifactChanges"][0]
        assert change["artifactLocation"]["uri"] == "a/compose.yaml"
        assert change["replacements"][0]["insertedContent"]["text"].strip(" ") == "\n\n"

    def test_paths_are_uris(self, run, project):
        results = json.loads(run("check", "--output-format", "sarif").stdout)["runs"][0]["results"]
        uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
        assert "b%20%26%20%3Cc%3E%2C%20%25d/compose.yaml" in uris


class TestFingerprints:
    def fingerprints(self, process):
        return [finding["fingerprint"] for finding in json.loads(process.stdout)]

    def test_they_are_unique_and_the_same_in_every_run(self, run, project):
        first = self.fingerprints(run("check", "--output-format", "gitlab", "--extend-select", "all"))
        assert len(set(first)) == len(first) > 20
        assert self.fingerprints(run("check", "--output-format", "gitlab", "--extend-select", "all", project)) == first

    def test_they_outlive_lines_above_and_another_indentation(self, run, project):
        before = set(self.fingerprints(run("check", "--output-format", "gitlab", "a")))
        path = project / "a/compose.yaml"
        path.write_text("# one\n\n# two\n" + re.sub(r"^( +)", r"\1\1", path.read_text(), flags=re.MULTILINE))
        assert set(self.fingerprints(run("check", "--output-format", "gitlab", "a"))) == before

    def test_equal_lines_of_one_file_differ(self, run):
        found = json.loads(run("check", "--output-format", "gitlab", "e", "--select", "unknown-key").stdout)
        assert len(found) == len({finding["fingerprint"] for finding in found}) == 4


def test_paths_are_those_of_the_repository_where_a_ci_names_it(run, project):
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        env = {variable: str(project.parent)}
        found = json.loads(run("check", "--output-format", "gitlab", "d/../a", env=env).stdout)
        assert {finding["location"]["path"] for finding in found} == {f"{project.name}/a/compose.yaml"}
    assert json.loads(run("check", "--output-format", "gitlab", "./d/../a").stdout)[0]["location"]["path"] == "a/compose.yaml"
    assert json.loads(run("check", "--output-format", "gitlab", project / "a").stdout)[0]["location"]["path"] == "a/compose.yaml"


class TestWhereItGoes:
    def test_github_actions_get_annotations_unless_something_else_is_asked_for(self, run, project):
        env = {"GITHUB_ACTIONS": "true"}
        assert run("check", "a", env=env).stdout.startswith("::error title=composefmt (unknown-key),file=a/compose.yaml,line=5,")
        assert run("check", "a", "--output-format", "concise", env=env).stdout.startswith("a/compose.yaml:5:5: error")
        assert run("check", "a", "--output-file", "out.txt", env=env).stdout == ""
        assert (project / "out.txt").read_text().startswith("a/compose.yaml:5:5: error")
        assert run("check", "a", env={"GITHUB_ACTIONS": "false"}).stdout.startswith("a/compose.yaml:5:5: error")

    def test_a_file_gets_what_the_output_would_and_its_folder_is_made(self, run, project):
        expected = run("check", "--output-format", "sarif").stdout
        done = run("check", "--output-format", "sarif", "--output-file", "out/deep/composefmt.sarif", env={"FORCE_COLOR": "1"})
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Found ")
        assert (project / "out/deep/composefmt.sarif").read_text() == expected
        run("check", "--output-file", "plain.txt", env={"FORCE_COLOR": "1"})
        assert "\x1b" not in (project / "plain.txt").read_text()

    def test_a_diff_leaves_the_report_to_the_file(self, run, project):
        done = run("check", "a", "--diff", "--extend-select", "unformatted", "--output-format", "json", "--output-file", "out.json")
        assert done.stdout.startswith("--- a/")
        assert "invalid-port" in rules_of((project / "out.json").read_text(), "json")

    def test_no_compose_file_is_overwritten(self, run, project):
        before = (project / "a/compose.yaml").read_bytes()
        done = run("check", "--output-file", "a/compose.yaml")
        assert done.returncode == 2
        assert '--output-file: "a/compose.yaml" has the name of a Compose file' in done.stderr
        assert (project / "a/compose.yaml").read_bytes() == before

    def test_a_file_that_cannot_be_written(self, run, project):
        done = run("check", "--output-file", "a")
        assert done.returncode == 2
        assert '--output-file: "a" cannot be written: is a directory' in done.stderr


def test_concise_is_one_line_for_each_finding(run):
    lines = run("check", "--output-format", "concise").stdout.splitlines()
    assert len(lines) == len(rules_of(run("check", "--output-format", "json").stdout, "json"))
    assert all(re.match(r"[^\n]+:\d+:\d+: (error|warning|info)\[[a-z0-9-]+\] \S", line) for line in lines)


def test_json_has_the_fix_and_the_related_locations(run):
    found = {f["rule"]: f for f in json.loads(run("check", "--extend-select", "unformatted", "--output-format", "json", "a").stdout)}
    assert found["duplicate-key"]["related"] == [
        {
            "message": "first defined here",
            "filename": "a/compose.yaml",
            "start": {"line": 14, "column": 5},
            "end": {"line": 14, "column": 10},
        }
    ]
    fix = found["unformatted"]["fix"]
    assert (fix["title"], fix["safe"]) == ("format the file", True)
    assert fix["edits"] == [{"start": {"line": 12, "column": 30}, "end": {"line": 13, "column": 3}, "text": "\n\n  "}]
    assert found["invalid-port"]["fix"] is None


def test_the_excerpt_masks_secrets(run, tmp_path):
    text = "services:\n  db:\n    image: postgres:16\n    environment:\n      - DB_PASSWORD=s3cr3tpw\n      - DB_PASSWORD=0th3rpw\n"
    (tmp_path / "compose.yaml").write_text(text)
    done = run("check", "--select", "duplicate-variable,secret-in-environment", "compose.yaml")
    assert "- DB_PASSWORD=••••••" in done.stdout
    assert "s3cr3tpw" not in done.stdout
    assert "0th3rpw" not in done.stdout
