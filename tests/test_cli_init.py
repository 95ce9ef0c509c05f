"""`composefmt init` on repositories of several kinds: what it writes, what it keeps, what it says."""

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
def folder(tmp_path):
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return tmp_path


def init(folder, *args, **options):
    done = run("init", *args, cwd=folder, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_adopting_would_change_is_told_first(folder):
    shown = init(folder, "--dry-run").splitlines()
    assert shown[0] == "1 Compose file: 1 would be formatted"
    assert shown[1] == "Lines: 5 now, 5 formatted, 7 with ports and volumes in long form (+40 %)"
    assert "    1  error    unknown-key" in shown[2:5]


def test_ports_and_volumes_stay_short_on_request(folder):
    shown = init(folder, stdin=b"n\ny\n")
    assert "Write ports and volumes in long form (7 instead of 5 lines, +40 %)? [Y/n]: " in shown
    assert tomllib.loads((folder / "composefmt.toml").read_text()) == {"long-form": []}
    run("format", cwd=folder)
    assert 'ports: ["80:80"]' in (folder / "compose.yaml").read_text()


def test_nothing_is_asked_about_forms_if_they_make_no_difference(folder):
    (folder / "compose.yaml").write_text(CLEAN)
    assert "long form" not in init(folder, stdin=b"y\n").partition("\ncomposefmt.toml:")[0]


def with_many_findings(folder):
    services = "".join(f"  s{number}: {{image: nginx, prots: ['{8000 + number}:80']}}\n" for number in range(11))
    (folder / "compose.yaml").write_text(f"services:\n{services}  web: {{image: nginx, volumes: ['~/a/etc/a/:ro']}}\n")


def test_many_findings_are_recorded_in_a_baseline(folder):
    with_many_findings(folder)
    shown = init(folder, stdin=b"y\ny\ny\n")
    assert "Record the 12 findings in composefmt-baseline.json, so that only new ones are reported? [Y/n]: " in shown
    assert tomllib.loads((folder / "composefmt.toml").read_text())["baseline"] == "composefmt-baseline.json"
    for command in ("check", "format", "check"):
        done = run(command, cwd=folder)
        assert done.returncode == 0, done.stdout
    assert "No new findings" in done.stderr


def test_the_baseline_also_holds_for_lines_that_formatting_rewrites(folder):
    with_many_findings(folder)
    with (folder / "compose.yaml").open("a") as file:
        file.write("  app:\n    image: nginx\n    network_mode: host\n    ports: ['80:80']\n")
    init(folder, "--yes")
    run("format", cwd=folder)
    assert "No new findings" in run("check", cwd=folder).stderr


def test_a_baseline_needs_the_settings_that_name_it(folder):
    with_many_findings(folder)
    init(folder, stdin=b"y\nn\n")
    assert sorted(files_below(folder)) == ["compose.yaml"]
    (folder / "composefmt.toml").write_text("")
    assert "baseline" not in init(folder, "--yes")


def test_few_findings_need_no_baseline(folder):
    assert "baseline" not in init(folder, "--yes")


def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(folder):
    (folder / ".git").mkdir()
    before = files_below(folder)
    shown = init(folder, "--dry-run")
    assert files_below(folder) == before
    assert "composefmt.toml: new file\n" in shown
    assert "+      - id: composefmt-check\n" in shown
    assert init(folder, "--diff") == shown


def test_a_repository_without_anything_gets_settings_and_hooks(folder):
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    init(folder, "--yes")
    assert tomllib.loads((folder / "composefmt.toml").read_text()) == {"long-form": ["ports", "volumes"]}
    hooks = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["composefmt-format", "composefmt-check"]
    assert not (folder / ".github").exists()
    # The settings are read.
    assert "composefmt.toml" in run("settings", "compose.yaml", cwd=folder).stdout


def test_a_second_run_has_nothing_to_write(folder):
    for name in (".git", ".github"):
        (folder / name).mkdir()
    (folder / ".gitlab-ci.yml").write_text("build:\n  script: [make]\n")
    init(folder, "--yes")
    written = files_below(folder)
    shown = init(folder, "--yes")
    assert files_below(folder) == written
    assert shown.count(": unchanged: ") == 4


def test_each_file_is_asked_for(folder):
    (folder / ".git").mkdir()
    init(folder, stdin=b"y\nn\ny\n")
    assert sorted(files_below(folder)) == [".pre-commit-config.yaml", "compose.yaml"]
    done = run("init", cwd=folder, stdin=b"")
    assert done.returncode == 130
    assert not (folder / "composefmt.toml").exists()


def test_a_pyproject_gets_a_table_at_its_end(folder):
    text = "# mine\r\n[project]\r\nname = 'x'\r\n\r\n[tool.ruff]  # theirs\r\nline-length = 100"
    (folder / "pyproject.toml").write_bytes(text.encode())
    init(folder, "--yes")
    after = (folder / "pyproject.toml").read_bytes().decode()
    assert after.startswith(text + '\r\n\r\n# "composefmt settings FILE"')
    assert "\n" not in after.replace("\r\n", "")
    assert tomllib.loads(after)["tool"]["composefmt"] == {"long-form": ["ports", "volumes"]}
    assert not (folder / "composefmt.toml").exists()


@pytest.mark.parametrize("text", ["tool = {ruff = {}}\n", "broken = \n"])
def test_a_pyproject_that_takes_no_table_is_left_alone(folder, text):
    (folder / "pyproject.toml").write_text(text)
    init(folder, "--yes")
    assert (folder / "pyproject.toml").read_text() == text
    assert (folder / "composefmt.toml").exists()


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_hooks_are_added_after_the_last_repository(folder, indent):
    before = f"# ours\nrepos:\n{indent}- repo: local  # a comment\n{indent}  hooks:\n{indent}    - {{id: x, name: x}}\n"
    after = "\n# the end\nfail_fast: true\n"
    (folder / ".pre-commit-config.yaml").write_text(before + after)
    init(folder, "--yes")
    text = (folder / ".pre-commit-config.yaml").read_text()
    assert text.startswith(before + f"{indent}- repo: https://github.com/composefmt/composefmt\n")
    assert text.endswith(f"{indent}    - id: composefmt-check\n" + after)
    assert [repo["repo"] for repo in yaml.safe_load(text)["repos"]] == ["local", "https://github.com/composefmt/composefmt"]


@pytest.mark.parametrize("text", ["repos: []\n", "repos: [{repo: meta}]\n", "{repos: ", "- x\n", ""])
def test_hooks_that_cannot_be_added_are_shown(folder, text):
    (folder / ".pre-commit-config.yaml").write_text(text)
    shown = init(folder, "--yes")
    assert (folder / ".pre-commit-config.yaml").read_text() == text
    assert "add by hand:\n\nrepos:\n  - repo: https://github.com/composefmt/composefmt\n" in shown


def test_a_gitlab_job_goes_into_a_stage_that_there_is(folder):
    before = "stages: [lint, deploy]\n\nbuild:\n  stage: lint\n  script: !reference [.x, script]\n# the end"
    (folder / ".gitlab-ci.yml").write_text(before)
    init(folder, "--yes")
    text = (folder / ".gitlab-ci.yml").read_text()
    assert text.startswith(before + "\n\ncompose-files:\n  stage: lint\n  image: python")


def workflow_of(folder):
    return (folder / ".github" / "workflows" / "lint-compose.yml").read_text()


def test_a_workflow_is_made_unless_there_is_one(folder):
    (folder / ".github" / "workflows").mkdir(parents=True)
    init(folder, "--yes")
    assert "uses: composefmt/composefmt@v" in workflow_of(folder)
    (folder / ".github" / "workflows" / "lint-compose.yml").rename(folder / ".github" / "workflows" / "ci.yaml")
    assert "ci.yaml: unchanged: it uses composefmt already" in init(folder, "--yes")


@pytest.mark.parametrize(
    ("head", "branches"), [("trunk", "[trunk]"), ("release/1.0", "[release/1.0]"), ("a,b", "[main, master]"), ("", "[main, master]")]
)
def test_the_workflow_starts_once_for_a_push_to_a_pull_request(folder, head, branches):
    (folder / ".github").mkdir()
    remote = folder / ".git" / "refs" / "remotes" / "origin"
    remote.mkdir(parents=True)
    if head:
        (remote / "HEAD").write_text(f"ref: refs/remotes/origin/{head}\n")
    init(folder, "--yes")
    assert f"on:\n  push:\n    branches: {branches}\n  pull_request:\npermissions:\n  contents: read\n" in workflow_of(folder)


def test_what_is_written_is_what_the_pages_show():
    from pathlib import Path

    from composefmt.adopting import texts

    pages = Path(__file__).parents[1] / "docs" / "how-to"
    for page, text in (("pre-commit.md", texts.HOOKS), ("github-actions.md", texts.github(["main"])), ("gitlab.md", texts.GITLAB)):
        assert text in (pages / page).read_text(encoding="utf-8"), page
    assert f'title=".github/workflows/{texts.WORKFLOW}"' in (pages / "github-actions.md").read_text(encoding="utf-8")


def test_a_folder_without_compose_files_is_told(tmp_path):
    done = run("init", "--yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "error: no Compose files found. Looked for compose*.yaml, " in done.stderr
    assert files_below(tmp_path) == {}
