"""The first page of the documentation, followed to the letter by somebody who has nothing yet: install, format, check, commit, edit.

A wheel of this checkout takes the place of the package index, and a repository of it the place of the code host.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from editing import LONG, SHORT, STEPS
from editing import editor as installed_editor
from pages import FILE, blocks
from repositories import copy_of_the_project, git
from running import ROOT

from composefmt.engine import format_text

PAGE = list(blocks("index.md"))
# Commands that end with another status than 0 because of what they find.
STATUS = {"composefmt format --diff compose.yaml": 1}

slow = pytest.mark.slow


class Reader:
    """Somebody with a home, a git repository and the page."""

    def __init__(self, folder):
        self.home, self.work = folder / "home", folder / "work"
        self.work.mkdir()
        self.home.mkdir()
        self.said = ""
        (self.home / ".gitconfig").write_text(
            f'[user]\nname = A\nemail = a@example.org\n[url "{folder / "composefmt"}"]\ninsteadOf = https://github.com/composefmt/composefmt\n'
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIPX_", "XDG_", "PRE_COMMIT", "GIT_"))}
        bin_folder = self.home / ".local" / "bin"
        self.environment = {
            **kept,
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PIPX_HOME": str(self.home / "pipx"),
            "PIPX_BIN_DIR": str(bin_folder),
            "PIPX_DEFAULT_PYTHON": sys.executable,
            "PIP_FIND_LINKS": str(folder),
            "PRE_COMMIT_COLOR": "never",
            "NO_COLOR": "1",
        }

    def run(self, command, **variables):
        """Run a line in a shell; its status, and its output for the next look."""
        environment = {**self.environment, **variables}
        done = subprocess.run(["bash", "-c", command], cwd=self.work, env=environment, capture_output=True, text=True, check=False)
        self.said = done.stdout + done.stderr
        return done.returncode

    def write(self, name, text):
        """Write a file of the page; `~` is the home."""
        path = Path(name.replace("~", str(self.home), 1)) if name.startswith("~") else self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The reader at the end of the page; each step is asserted on the way."""
    folder = tmp_path_factory.mktemp("first-page")
    wheel = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run(wheel, check=True)
    copy_of_the_project(folder / "composefmt")
    reader = Reader(folder)
    git(reader.work, "init", "-q")
    for language, title, text in PAGE:
        if language == "sh":
            for command in text.splitlines():
                assert reader.run(command) == STATUS.get(command, 0), f"{command}\n{reader.said}"
        elif title.endswith(", formatted"):
            assert (reader.work / title.partition(",")[0]).read_text(encoding="utf-8") == text
        elif title == "says":
            assert text in reader.said
        elif FILE.fullmatch(title):
            reader.write(title, text)
    return reader


def test_before_becomes_after():
    before, after = (block.text for block in PAGE[:2])
    assert format_text(before).text == after


@slow
def test_the_commit_was_made_and_both_hooks_ran(reader):
    assert git(reader.work, "log", "--format=%s") == "Compose files are formatted and checked"
    assert "composefmt format" in reader.said
    assert "composefmt check" in reader.said
    assert reader.said.count("Passed") == 2


@slow
def test_a_later_commit_with_a_mistake_is_stopped(reader):
    reader.write("compose.yaml", "services:\n  web:\n    image: nginx\n    prots: []\n")
    assert reader.run("git commit --all --message broken") == 1
    assert "error[unknown-key]" in reader.said
    git(reader.work, "checkout", "HEAD", "--", "compose.yaml")


@slow
def test_the_editor_shows_mistakes_and_formats_on_save(reader):
    installed_editor("nvim", "make editors")
    reader.write("compose.yaml", SHORT)
    seen = reader.home / "seen.json"
    assert reader.run(f"nvim --headless -i NONE compose.yaml -c 'luafile {STEPS / 'neovim.lua'}'", SEEN=str(seen)) == 0, reader.said
    assert "unknown-key" in [one[2] for one in json.loads(seen.read_text())["diagnostics"]]
    assert (reader.work / "compose.yaml").read_text(encoding="utf-8") == LONG
