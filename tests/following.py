"""A user who follows a page of the documentation literally, with a home directory and a git repository.

A wheel of this checkout replaces the package index, and a repository of it the code host.
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


def publish(directory):
    """Create a wheel and a repository of this checkout in a directory."""
    wheel = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--wheel-dir", directory, ROOT]
    subprocess.run(wheel, check=True)
    copy_of_the_project(directory / "composefmt")


class Reader:
    """A user with a home directory, a git repository and a page."""

    def __init__(self, directory, published):
        self.home, self.work = directory / "home", directory / "work"
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
        """Use a virtual environment's `python` and `pip`, as in a project or in a container."""
        venv.create(self.home / "venv", with_pip=True)
        self.environment["PATH"] = str(self.home / "venv" / "bin") + os.pathsep + self.environment["PATH"]

    def run(self, command, **variables):
        """Run a line in a shell; return its status and keep its output."""
        environment = {**self.environment, **variables}
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        self.said = done.stdout + done.stderr
        return done.returncode

    def write(self, name, text):
        """Write a file of the page; `~` is the home directory."""
        path = Path(re.sub("^~", str(self.home), name)) if name.startswith("~") else self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
