"""The rules on the command line: listing, explaining, selecting and ignoring them."""

import json

from composefmt.reports.rule_page import pages
from composefmt.rules.registry import all_rules

TEXT = b"services:\n  web:\n    image: nginx\n    prots: []\n    volumes:\n      - ./a:b\n"


def rules_in(process):
    return [finding["rule"] for finding in json.loads(process.stdout)]


def test_all_rules_are_listed(run):
    lines = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(all_rules())
    listed = json.loads(run("rules", "--output-format", "json").stdout)
    assert {rule["name"] for rule in listed} == set(all_rules())
    assert all(rule["summary"].endswith(".") for rule in listed)


def test_a_rule_is_explained(run):
    done = run("explain", "missing-colon")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "missing-colon (warning, group volumes, enabled by default, since 0.1.0, formerly lost-colon)\n\n"
        "Detects volumes whose container path"
    )
    assert "# composefmt: ignore[missing-colon] reason" in done.stdout


def test_a_page_is_complete(run):
    page = run("explain", "missing-colon").stdout
    parts = [
        "mounts the directory",
        "\nWhy is this a problem?\n",
        "\nExample:\n",
        "      - ~/configs/etc/configs/:ro\n",
        "warning[missing-colon] ",
        "^^\n",
        "help: did you mean",
    ]
    parts += ["\nUse instead:\n", "\nFix safety:\n", "--fix", "\nSuppression:\n", "\nReferences: compose-go"]
    assert [part for part in parts if part not in page] == []
    page = run("explain", "missing-colon", "--output-format", "markdown").stdout
    assert page.startswith("# missing-colon\n\nDetects volumes whose container path")
    for part in (
        "\n## Example\n\n```yaml\nservices:\n",
        "\n```text\ncompose.yaml:5:32: warning[missing-colon]",
        "\n## Use instead\n\n```yaml\n",
    ):
        assert part in page
    assert "| warning | volumes | enabled | " in page


def test_every_rule_has_a_page_and_reports_its_bad_example(run):
    listed = {rule["name"]: rule for rule in json.loads(run("rules", "--output-format", "json").stdout)}
    for name, page in pages():
        rule = listed[name]
        assert page.startswith(f"# {name}\n\n{rule['summary']}\n")
        assert page.count("```yaml") == len(rule["bad"]) + len(rule["good"])
        assert page.count("```text") == len(rule["bad"])
        assert page.endswith(f"\n## References\n\n{rule['source']}\n")
        assert rule["fix"] in {"safe", "unsafe", "none"}
    assert listed["unformatted"]["fix"] == "safe"
    assert listed["dependency-cycle"]["fix"] == "none"


def test_a_group_names_its_rules(run):
    assert run("explain", "yaml-traps").stdout.startswith("yaml-traps is a group of ")


def test_an_unknown_rule(run):
    done = run("explain", "missing-colons")
    assert done.returncode == 2
    assert 'unknown rule "missing-colons"; did you mean "missing-colon"?' in done.stderr
    for option in ("--select", "--ignore"):
        done = run("check", option, "missing-colons", "-", stdin=TEXT)
        assert done.returncode == 2
        assert 'did you mean "missing-colon"?' in done.stderr


def test_selecting_and_ignoring(run):
    check = ("check", "--output-format", "json", "-")
    assert rules_in(run(*check, stdin=TEXT)) == ["unknown-key", "relative-target"]
    assert rules_in(run(*check, "--ignore", "unknown-key", stdin=TEXT)) == ["relative-target"]
    assert rules_in(run(*check, "--ignore", "schema, volumes", stdin=TEXT)) == []
    assert rules_in(run(*check, "--select", "volumes", stdin=TEXT)) == ["relative-target"]
    assert rules_in(run(*check, "--select", "volumes,schema", "--ignore", "relative-target", stdin=TEXT)) == ["unknown-key"]
    assert run(*check, "--ignore", "unknown-key", stdin=TEXT).returncode == 0


def test_a_rule_that_is_not_checked_makes_no_suppression_unused(run):
    text = b"services:\n  web:\n    image: nginx\n    prots: []  # composefmt: ignore[unknown-key]\n"
    assert rules_in(run("check", "--output-format", "json", "--ignore", "unknown-key", "-", stdin=text)) == []


def test_selecting_more(run):
    check = ("check", "--output-format", "json", "-")
    text = b"services:\n  web:\n    image: nginx\n    privileged: true\n    volumes:\n      - ./a:b\n"
    assert rules_in(run(*check, "--extend-select", "privileged", stdin=text)) == ["privileged", "relative-target"]
    everything = rules_in(run(*check, "--select", "all", stdin=text))
    assert {"privileged", "relative-target", "missing-limits"} < set(everything)


def test_the_most_precise_name_decides(run):
    check = ("check", "--output-format", "json", "-")
    assert rules_in(run(*check, "--select", "relative-target", "--ignore", "volumes", stdin=TEXT)) == ["relative-target"]
    assert rules_in(run(*check, "--select", "volumes", "--ignore", "all", stdin=TEXT)) == ["relative-target"]
    assert rules_in(run(*check, "--select", "volumes", "--ignore", "relative-target", stdin=TEXT)) == []
    assert rules_in(run(*check, "--select", "relative-target", "--ignore", "relative-target", stdin=TEXT)) == []


def test_another_severity(run):
    check = ("check", "--output-format", "json", "-")
    severities = lambda *given: {f["rule"]: f["severity"] for f in json.loads(run(*check, *given, stdin=TEXT).stdout)}  # noqa: E731
    assert severities() == {"unknown-key": "error", "relative-target": "warning"}
    assert severities("--severity", "schema=info") == {"unknown-key": "info", "relative-target": "warning"}
    given = ("--severity", "unknown-key,relative-target=warning", "--severity", "volumes=error")
    assert severities(*given) == {"unknown-key": "warning", "relative-target": "warning"}, "a rule's name outweighs its group's"
    assert run(*check, "--severity", "all=info", stdin=TEXT).returncode == 0
    assert run(*check, "--severity", "volumes=error", "--ignore", "schema", stdin=TEXT).returncode == 1
    for wrong in ("volumes", "volumes=bad", "=error"):
        done = run(*check, "--severity", wrong, stdin=TEXT)
        assert done.returncode == 2
        assert f'invalid --severity "{wrong}"; use RULES=LEVEL with level error, warning or info' in done.stderr
    assert 'did you mean "volumes"?' in run(*check, "--severity", "volume=info", stdin=TEXT).stderr


def test_exit_zero(run):
    assert run("check", "-", stdin=TEXT).returncode == 1
    done = run("check", "--exit-zero", "-", stdin=TEXT)
    assert done.returncode == 0
    assert "unknown-key" in done.stdout
    assert run("check", "--exit-zero", "missing.yaml").returncode == 2, "a missing file is an error, not a finding"
