"""`composefmt init` on repositories of several kinds: what it writes, keeps and prints."""

import subprocess
import sys

import pytest
import yaml
from running import CLEAN, files_below, run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COMPOSE = "services:\n  web:\n    image: nginx\n    prots: []\n    ports: ['80:80']\n"


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return tmp_path


def init(directory, *args, **options):
    done = run("init", *args, cwd=directory, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_effect_of_adoption_is_shown_first(directory):
    shown = init(directory, "--dry-run").splitlines()
    assert shown[0] == "1 Compose file: 1 would be formatted"
    assert shown[1] == "Lines: 5 now, 5 formatted, 7 with ports and volumes in long form (+40 %)"
    assert "    1  error    unknown-key" in shown[2:5]


def test_ports_and_volumes_stay_short_on_request(directory):
    shown = init(directory, stdin=b"n\ny\n")
    assert "Write ports and volumes in long form (7 instead of 5 lines, +40 %)? [Y/n]: " in shown
    assert tomllib.loads((directory / "composefmt.toml").read_text()) == {"long-form": []}
    run("format", cwd=directory)
    assert 'ports: ["80:80"]' in (directory / "compose.yaml").read_text()


def test_nothing_is_asked_about_forms_if_they_make_no_difference(directory):
    (directory / "compose.yaml").write_text(CLEAN)
    assert "long form" not in init(directory, stdin=b"y\n").partition("\ncomposefmt.toml:")[0]


def with_many_findings(directory):
    services = "".join(f"  s{number}: {{image: nginx, prots: ['{8000 + number}:80']}}\n" for number in range(11))
    (directory / "compose.yaml").write_text(f"services:\n{services}  web: {{image: nginx, volumes: ['~/a/etc/a/:ro']}}\n")


def test_many_findings_are_recorded_in_a_baseline(directory):
    with_many_findings(directory)
    shown = init(directory, stdin=b"y\ny\ny\n")
    assert "Record the 12 findings in composefmt-baseline.json, so that only new ones are reported? [Y/n]: " in shown
    assert tomllib.loads((directory / "composefmt.toml").read_text())["baseline"] == "composefmt-baseline.json"
    for command in ("check", "format", "check"):
        done = run(command, cwd=directory)
        assert done.returncode == 0, done.stdout
    assert "No new findings" in done.stderr


def test_the_baseline_also_holds_for_lines_that_formatting_rewrites(directory):
    with_many_findings(directory)
    with (directory / "compose.yaml").open("a") as file:
        file.write("  app:\n    image: nginx\n    network_mode: host\n    ports: ['80:80']\n")
    init(directory, "--yes")
    run("format", cwd=directory)
    assert "No new findings" in run("check", cwd=directory).stderr


def test_a_baseline_needs_the_settings_that_name_it(directory):
    with_many_findings(directory)
    init(directory, stdin=b"y\nn\n")
    assert sorted(files_below(directory)) == ["compose.yaml"]
    (directory / "composefmt.toml").write_text("")
    assert "baseline" not in init(directory, "--yes")


def test_few_findings_need_no_baseline(directory):
    assert "baseline" not in init(directory, "--yes")


def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(directory):
    (directory / ".git").mkdir()
    before = files_below(directory)
    shown = init(directory, "--dry-run")
    assert files_below(directory) == before
    assert "composefmt.toml: new file\n" in shown
    assert "+      - id: composefmt-check\n" in shown
    assert init(directory, "--diff") == shown


def test_a_repository_without_anything_gets_settings_and_hooks(directory):
    subprocess.run(["git", "init", "--quiet", str(directory)], check=True)
    init(directory, "--yes")
    assert tomllib.loads((directory / "composefmt.toml").read_text()) == {"long-form": ["ports", "volumes"]}
    hooks = yaml.safe_load((directory / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["composefmt-format", "composefmt-check"]
    assert not (directory / ".github").exists()
    # The settings are read.
    assert "composefmt.toml" in run("settings", "compose.yaml", cwd=directory).stdout


def test_a_second_run_writes_nothing(directory):
    for name in (".git", ".github"):
        (directory / name).mkdir()
    (directory / ".gitlab-ci.yml").write_text("build:\n  script: [make]\n")
    init(directory, "--yes")
    written = files_below(directory)
    shown = init(directory, "--yes")
    assert files_below(directory) == written
    assert shown.count(": unchanged: ") == 4


def test_each_file_is_asked_for(directory):
    (directory / ".git").mkdir()
    init(directory, stdin=b"y\nn\ny\n")
    assert sorted(files_below(directory)) == [".pre-commit-config.yaml", "compose.yaml"]
    done = run("init", cwd=directory, stdin=b"")
    assert done.returncode == 130
    assert not (directory / "composefmt.toml").exists()


def test_a_pyproject_gets_a_table_at_its_end(directory):
    text = "# mine\r\n[project]\r\nname = 'x'\r\n\r\n[tool.ruff]  # theirs\r\nline-length = 100"
    (directory / "pyproject.toml").write_bytes(text.encode())
    init(directory, "--yes")
    after = (directory / "pyproject.toml").read_bytes().decode()
    assert after.startswith(text + '\r\n\r\n# "composefmt settings FILE"')
    assert "\n" not in after.replace("\r\n", "")
    assert tomllib.loads(after)["tool"]["composefmt"] == {"long-form": ["ports", "volumes"]}
    assert not (directory / "composefmt.toml").exists()


@pytest.mark.parametrize("text", ["tool = {ruff = {}}\n", "broken = \n"])
def test_a_pyproject_that_cannot_be_extended_is_not_changed(directory, text):
    (directory / "pyproject.toml").write_text(text)
    init(directory, "--yes")
    assert (directory / "pyproject.toml").read_text() == text
    assert (directory / "composefmt.toml").exists()


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_hooks_are_added_after_the_last_repository(directory, indent):
    before = f"# ours\nrepos:\n{indent}- repo: local  # a comment\n{indent}  hooks:\n{indent}    - {{id: x, name: x}}\n"
    after = "\n# the end\nfail_fast: true\n"
    (directory / ".pre-commit-config.yaml").write_text(before + after)
    init(directory, "--yes")
    text = (directory / ".pre-commit-config.yaml").read_text()
    assert text.startswith(before + f"{indent}- repo: https://github.com/composefmt/composefmt\n")
    assert text.endswith(f"{indent}    - id: composefmt-check\n" + after)
    assert [repo["repo"] for repo in yaml.safe_load(text)["repos"]] == ["local", "https://github.com/composefmt/composefmt"]


@pytest.mark.parametrize("text", ["repos: []\n", "repos: [{repo: meta}]\n", "{repos: ", "- x\n", ""])
def test_hooks_that_cannot_be_added_are_shown(directory, text):
    (directory / ".pre-commit-config.yaml").write_text(text)
    shown = init(directory, "--yes")
    assert (directory / ".pre-commit-config.yaml").read_text() == text
    assert "add by hand:\n\nrepos:\n  - repo: https://github.com/composefmt/composefmt\n" in shown


def test_a_gitlab_job_uses_an_existing_stage(directory):
    before = "stages: [lint, deploy]\n\nbuild:\n  stage: lint\n  script: !reference [.x, script]\n# the end"
    (directory / ".gitlab-ci.yml").write_text(before)
    init(directory, "--yes")
    text = (directory / ".gitlab-ci.yml").read_text()
    assert text.startswith(before + "\n\ncompose-files:\n  stage: lint\n  image: python")


def workflow_of(directory):
    return (directory / ".github" / "workflows" / "lint-compose.yml").read_text()


def test_a_workflow_is_created_unless_one_exists(directory):
    (directory / ".github" / "workflows").mkdir(parents=True)
    init(directory, "--yes")
    assert "uses: composefmt/composefmt@v" in workflow_of(directory)
    (directory / ".github" / "workflows" / "lint-compose.yml").rename(directory / ".github" / "workflows" / "ci.yaml")
    assert "ci.yaml: unchanged: it uses composefmt already" in init(directory, "--yes")


@pytest.mark.parametrize(
    ("head", "branches"), [("trunk", "[trunk]"), ("release/1.0", "[release/1.0]"), ("a,b", "[main, master]"), ("", "[main, master]")]
)
def test_the_workflow_starts_once_for_a_push_to_a_pull_request(directory, head, branches):
    (directory / ".github").mkdir()
    remote = directory / ".git" / "refs" / "remotes" / "origin"
    remote.mkdir(parents=True)
    if head:
        (remote / "HEAD").write_text(f"ref: refs/remotes/origin/{head}\n")
    init(directory, "--yes")
    assert f"on:\n  push:\n    branches: {branches}\n  pull_request:\npermissions:\n  contents: read\n" in workflow_of(directory)


def test_the_written_files_equal_those_of_the_docs():
    from pathlib import Path

    from composefmt.adopting import texts

    pages = Path(__file__).parents[1] / "docs" / "how-to"
    for page, text in (("pre-commit.md", texts.HOOKS), ("github-actions.md", texts.github(["main"])), ("gitlab.md", texts.GITLAB)):
        assert text in (pages / page).read_text(encoding="utf-8"), page
    assert f'title=".github/workflows/{texts.WORKFLOW}"' in (pages / "github-actions.md").read_text(encoding="utf-8")


def test_a_directory_without_compose_files_is_reported(tmp_path):
    done = run("init", "--yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "error: no Compose files found. Looked for compose*.yaml, " in done.stderr
    assert files_below(tmp_path) == {}


def test_the_settings_of_dclint_are_translated(directory):
    (directory / ".dclintrc").write_text(
        """{"rules": {"no-version-field": 0, "require-quotes-in-ports": [2, {"quoteType": "double"}], "own-rule": 1,
        "service-keys-order": [1, {"groups": {"Environment Configuration": ["env_file", "environment", "hostnames"]}}]},
        "quiet": false, "exclude": ["tests"]}"""
    )
    shown = init(directory, "--yes")
    settings = tomllib.loads((directory / "composefmt.toml").read_text())
    assert settings["order"][:6] == ["image", "build", "container_name", "depends_on", "volumes", "volumes_from"]
    assert settings["order"][8:10] == ["env_file", "environment"]
    assert settings["order"][-1] == "..."
    assert settings["ignore"] == ["obsolete-version"]
    assert settings["extend-exclude"] == ["tests"]
    assert settings["severity"] == {"unquoted-port": "error", "key-order": "warning"}
    assert {"unbound-port", "service-order", "entry-order"} <= set(settings["extend-select"])
    assert "own-rule: no such rule is known\n" in shown
    assert "require-quotes-in-ports: its options have no equivalent\n" in shown
    assert '"hostnames" is not a key of a service' in shown
    assert run("settings", "compose.yaml", cwd=directory).returncode == 0


def test_the_defaults_of_dclint_are_translated(directory):
    (directory / ".dclintrc.yaml").write_text("quiet: false\n")
    assert ".dclintrc.yaml: its equivalent is part of the settings\n" in init(directory, "--yes")
    assert tomllib.loads((directory / "composefmt.toml").read_text())["order"] == "dclint"


@pytest.mark.parametrize(
    ("name", "text", "reported"), [("dclint.config.js", "x", "it is a program"), (".dclintrc", "[", "neither JSON nor YAML")]
)
def test_settings_of_dclint_that_cannot_be_read_are_reported(directory, name, text, reported):
    (directory / name).write_text(text)
    done = run("init", "--yes", cwd=directory)
    assert reported in done.stdout + done.stderr
