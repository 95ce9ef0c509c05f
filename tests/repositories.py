"""Git repositories for tests: the project's own, as users would name it in their configuration, and those of users."""

import shutil
import subprocess

from running import ROOT

_LEFT_OUT = (".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "dist", "build", "tests", "node_modules", "*.egg-info")


def git(directory, *arguments):
    """Run git as an author of its own, without the settings of this machine's user; its output."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def copy_of_the_project(directory, tag="v0.1.0"):
    """A repository with this checkout's files as they are, with one commit and a tag; its revision."""
    shutil.copytree(ROOT, directory, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    git(directory, "init", "-q")
    git(directory, "add", "-A")
    git(directory, "commit", "-qm", "as it is")
    git(directory, "tag", tag)
    return git(directory, "rev-parse", "HEAD")
