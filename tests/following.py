"""Somebody who follows a page of the documentation to the letter, with a home and a git repository of their own.

A wheel of this checkout takes the place of the package index, and a repository of it the place of the code host.
"""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

from repositories import copy_of_the_project, git
from running import ROOT

_FOREIGN = ("PIPX_", "UV_", "XDG_", "PRE_COMMIT", "GIT_", "VIRTUAL_ENV", "GITHUB_", "COMPOSEFMT_")


def publish(folder):
    """Put a wheel and a repository of this checkout into a folder."""
    wheel = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run(wheel, check=True)
    copy_of_the_project(folder / "composefmt")


class Reader:
    """Somebody with a home, a git repository and a page."""

    def __init__(self, folder, published):
        self.home, self.work = folder / "home", folder / "work"
        self.work.mkdir(parents=True)
        self.home.mkdir()
        self.said = ""
        (self.home / ".gitconfig").write_text(
            f'[user]\nname = A\nemail = a@example.org\n[url "{published / "composefmt"}"]\ninsteadOf = https://github.com/composefmt/composefmt\n'
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        programs = self.home / ".local" / "bin"
        self.environment = {
            **kept,
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PIPX_HOME": str(self.home / "pipx"),
            "PIPX_BIN_DIR": str(programs),
            "PIPX_DEFAULT_PYTHON": sys.executable,
            "PIP_FIND_LINKS": str(published),
            "PIP_CACHE_DIR": str(published / "cache" / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_CACHE_DIR": str(published / "cache" / "uv"),
            "UV_FIND_LINKS": str(published),
            "UV_PYTHON": sys.executable,
            "PRE_COMMIT_COLOR": "never",
            "NO_COLOR": "1",
        }
        git(self.work, "init", "-q")

    def use_an_environment(self):
        """Let `python` and `pip` be those of a virtual environment, as in the environment of a project or in a container."""
        venv.create(self.home / "venv", with_pip=True)
        self.environment["PATH"] = str(self.home / "venv" / "bin") + os.pathsep + self.environment["PATH"]

    def run(self, command, **variables):
        """Run a line in a shell; its status, and its output for the next look."""
        environment = {**self.environment, **variables}
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        self.said = done.stdout + done.stderr
        return done.returncode

    def write(self, name, text):
        """Write a file of the page; `~` is the home."""
        path = Path(re.sub("^~", str(self.home), name)) if name.startswith("~") else self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
