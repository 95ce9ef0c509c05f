"""Every command of README, tutorial and how-to pages runs as printed; what cannot run here is named with the reason.

Commands are the lines of `sh` blocks, the steps of CI configurations, and code within sentences. Those of `console` blocks, with
their output, are run by test_docs.py, and those of the quick start by test_quick_start.py.
"""

import re
import shutil
import subprocess

import pytest
import yaml
from following import Reader
from pages import DOCS, FILE, PAGES, blocks, titled_blocks
from repositories import git
from running import CLEAN, ROOT, SHORT, environment, run

ELSEWHERE = {
    "podman ": "needs a container engine; test_man_page.py reads the Containerfile with Docker's parser",
    "docker ": "needs a container engine; test_man_page.py reads the Containerfile with Docker's parser",
    "code ": "VS Code is not installed; make vscode-picture installs the extension into it",
    "hx ": "Helix is not installed; test_editor_settings.py reads its configuration",
    "cd editors/vscode": "test_editor_vscode.py builds the extension",
    "npm ": "test_editor_vscode.py builds the extension",
    "git blame": "names a command of Git",
    "git diff": "names a command of Git",
    "make test": "runs this test",
}
# Commands that end with another status than 0 because of what they find.
STATUS = {"composefmt format --diff": 1}
OVERRIDE = next(text for _, title, text in titled_blocks() if title == "compose.override.yaml")

slow = pytest.mark.slow


def elsewhere(command):
    """Why a command is not run, "" if it is."""
    return next((reason for start, reason in ELSEWHERE.items() if command.startswith(start)), "")


def lines(block):
    """The commands of a block, without their remarks."""
    return [command for line in block.text.splitlines() if (command := re.sub(r"\s+# .*", "", line).strip())]


def shell_commands(page):
    return [command for block in blocks(page) if block.language == "sh" for command in lines(block)]


@pytest.fixture
def reader(tmp_path, published):
    return Reader(tmp_path / "reader", published)


def follow(reader, page):
    """Write the files of a page and run its commands, in the order of the page; the commands that were run."""
    ran = []
    for block in blocks(page):
        if FILE.fullmatch(block.title) and not block.title.endswith(".md"):
            reader.write(block.title, block.text)
        for command in lines(block) if block.language == "sh" else []:
            if elsewhere(command):
                continue
            assert reader.run(command) == STATUS.get(command, 0), f"{command}\n{reader.said}"
            ran.append(command)
    return ran


@slow
def test_the_readme(reader):
    before, after = [block.text for block in blocks("../README.md") if block.language == "yaml"][:2]
    reader.write("compose.yaml", before)
    (first, *_) = [block for block in blocks("../README.md") if block.language == "sh"]
    for command in lines(first):
        assert reader.run(command) == STATUS.get(command, 0), f"{command}\n{reader.said}"
    assert (reader.work / "compose.yaml").read_text(encoding="utf-8") == after


@slow
def test_the_landing_page(reader):
    before, commands, after = list(blocks("index.md"))[:3]
    reader.write("compose.yaml", before.text)
    for command in lines(commands):
        assert reader.run(command) == 0, f"{command}\n{reader.said}"
    assert (reader.work / "compose.yaml").read_text(encoding="utf-8") == after.text


@slow
@pytest.mark.skipif(not (ROOT / ".venv" / "installed").is_file(), reason="make would install the project first")
def test_the_demo_of_the_readme():
    assert "make demo" in shell_commands("../README.md")
    done = subprocess.run(["make", "demo"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "missing-colon" in done.stdout


@slow
def test_adopting(reader):
    reader.write("compose.yaml", SHORT)
    git(reader.work, "add", "-A")
    git(reader.work, "commit", "-qm", "before")
    ran = follow(reader, "how-to/adopt.md")
    assert len(ran) == 8
    assert reader.run("composefmt diff --git HEAD~2 .") == 0
    assert (reader.work / ".git-blame-ignore-revs").read_text(encoding="utf-8").strip() == git(reader.work, "rev-parse", "HEAD~1")


@slow
def test_installing(reader):
    if not shutil.which("uv", path=reader.environment["PATH"]):
        pytest.skip("uv is not installed")
    for command in shell_commands("how-to/install.md"):
        if not elsewhere(command):
            reader.run("pipx uninstall composefmt-cli") if command.startswith("uv ") else None
            assert reader.run(command) == 0, f"{command}\n{reader.said}"
    completions = [".local/share/bash-completion/completions/composefmt", ".zfunc/_composefmt", ".config/fish/completions/composefmt.fish"]
    assert all((reader.home / name).stat().st_size for name in completions)
    reader.use_an_environment()
    assert "`pip install composefmt-cli`" in (DOCS / "how-to" / "install.md").read_text(encoding="utf-8")
    assert reader.run("pip install composefmt-cli && composefmt --version") == 0, reader.said
    assert reader.run("pip install composefmt-cli==0.1.0") == 0, reader.said


@slow
@pytest.mark.parametrize("page", ["how-to/editors.md", "../editors/vscode/README.md"])
def test_installing_for_editors(reader, page):
    (command,) = [command for command in shell_commands(page) if not elsewhere(command)]
    assert reader.run(command) == 0, reader.said
    # The server ends when its input does.
    assert reader.run("composefmt lsp") in {0, 1}, reader.said
    assert "pip install" not in reader.said


@slow
def test_pre_commit(reader):
    (config,) = [block for block in blocks("how-to/pre-commit.md") if block.title]
    reader.write(config.title, config.text)
    reader.write("compose.yaml", SHORT)
    reader.run("composefmt format")
    git(reader.work, "add", "-A")
    for command in [*shell_commands("how-to/pre-commit.md"), "prek run --all-files"]:
        assert reader.run(command) == 0, f"{command}\n{reader.said}"
    assert f"`{command}`" in (DOCS / "how-to" / "pre-commit.md").read_text(encoding="utf-8")


@slow
def test_any_ci_system(reader):
    reader.write("compose.yaml", CLEAN)
    assert len(follow(reader, "how-to/ci.md")) == 2


def steps(page):
    """The commands of the CI configurations of a page."""
    for block in blocks(page):
        if block.language == "groovy":
            yield from re.findall(r"^ *sh '(.*)'$", block.text, re.MULTILINE)
        elif block.language == "yaml" and block.title:
            found = yaml.safe_load(block.text)
            jobs = found.get("jobs", found)
            for job in jobs.values():
                yield from [step["run"] for step in job.get("steps", []) if "run" in step] if isinstance(job, dict) else []
                yield from [*job.get("script", []), *job.get("after_script", [])] if isinstance(job, dict) else []


@slow
@pytest.mark.parametrize(("page", "count"), [("how-to/github-actions.md", 3), ("how-to/gitlab.md", 4), ("how-to/jenkins.md", 4)])
def test_the_steps_in_a_ci_system(reader, page, count):
    reader.write("compose.yaml", SHORT)
    assert reader.run("composefmt format") == 0
    reader.use_an_environment()
    commands = list(steps(page))
    assert len(commands) == count
    for command in commands:
        assert reader.run(command) == 0, f"{command}\n{reader.said}"


@slow
def test_every_block_of_commands_is_followed_by_a_test():
    guides = {f"how-to/{name}.md" for name in ("adopt", "ci", "editors", "install", "pre-commit")}
    followed = {"../README.md", "index.md", "quick-start.md", *guides}
    assert {page for page in [*PAGES, "../README.md"] if shell_commands(page)} == followed


PLACEHOLDERS = {"RULE": "missing-colon", "PATH": "compose.yaml", "SHELL": "bash", "NAME": "json", "COMMAND": "check"}
# The projects that the page on projects names.
NAMED = """\
[[projects]]
files = ["compose.yaml", "compose.override.yaml"]
name = "shop-catalog"

[[projects]]
files = ["other/compose.yaml"]
name = "shop-cart"
"""
# Alone, these names are not complete commands.
INCOMPLETE = ("add", "completions", "config", "diff", "explain", "get", "init", "lsp", "rename", "set", "unset")
NAMES = {f"composefmt {command}" for command in INCOMPLETE}


def sentences(page):
    """The commands within the sentences of a page."""
    prose = re.sub(r"^ *```.*?^ *```$", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for found in re.findall(r"`((?:composefmt|make|git|docker|podman|npm|hx|prek|pre-commit|pip|pipx|uv) [^`]+)`", prose):
        command = " ".join(found.split())
        yield re.sub(r"(?<= )[A-Z]+\b", lambda word: PLACEHOLDERS.get(word[0], word[0]), command)


# Not those of the pages that are made from the code.
WRITTEN = [page for page in [*PAGES, "../README.md", "../README.zh-CN.md"] if not page.startswith(("rules/", "commands", "settings"))]
MENTIONED = sorted({command for page in WRITTEN for command in sentences(page)})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The tutorial's project with an override, in a repository with three commits."""
    directory = tmp_path_factory.mktemp("project")
    git(directory, "init", "-q")
    (directory / "composefmt.toml").write_text(NAMED, encoding="utf-8")
    for name, text in {"compose.yaml": SHORT, "compose.override.yaml": OVERRIDE, "other/compose.yaml": CLEAN}.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
        git(directory, "add", "-A")
        git(directory, "commit", "-qm", name)
    return directory


@slow
def test_the_commands_within_sentences_run(project, tmp_path):
    assert len(MENTIONED) > 40
    for command in MENTIONED:
        program, *arguments = command.split()
        if program == "composefmt":
            work = tmp_path / re.sub(r"\W", "-", command)
            shutil.copytree(project, work)
            done = run(*arguments, *(["--help"] if command in NAMES else []), cwd=work, stdin=SHORT.encode() if "-" in arguments else b"")
            assert done.returncode in {0, 1}, f"{command}\n{done.stderr}"
        elif program == "make":
            subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, check=True, capture_output=True)
        else:
            tested = {
                "pip install composefmt-cli",
                "pip install composefmt-cli==0.1.0",
                "prek run --all-files",
                "pre-commit run --all-files",
            }
            assert elsewhere(command) or command in tested, command
