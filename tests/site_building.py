"""Build the documentation site in its own directory, as `make docs` does, so that tests can run in parallel."""

import importlib.util
import subprocess
import sys

import pytest
from running import ROOT


def build_site(directory, *, playground=None):
    """Build the site in strict mode and return its directory and the output; skip the test without its generator."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("the site generator is not installed: make docs installs it")
    settings = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    (directory / "zensical.toml").write_text(settings.replace('"build/docs"', '"docs"').replace('"build/site"', '"site"'), encoding="utf-8")
    (directory / "tools").symlink_to(ROOT / "tools")
    arguments = [directory / "docs", *([playground] if playground else [])]
    said = ""
    for command in ([ROOT / "tools" / "site.py", *arguments], ["-m", "zensical", "build", "--strict", "--clean"]):
        done = subprocess.run([sys.executable, *command], cwd=directory, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
        assert done.returncode == 0, said
    return directory / "site", said
