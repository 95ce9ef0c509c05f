"""The documentation site, built in a folder of its own as `make docs` builds it, so that tests may do so side by side."""

import importlib.util
import subprocess
import sys

import pytest
from running import ROOT


def build_site(folder, *, playground=None):
    """Build the site strictly; skips where its generator is not installed. The folder of the site, and what was said."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("the site generator is not installed: make docs installs it")
    settings = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    (folder / "zensical.toml").write_text(settings.replace('"build/docs"', '"docs"').replace('"build/site"', '"site"'), encoding="utf-8")
    (folder / "tools").symlink_to(ROOT / "tools")
    arguments = [folder / "docs", *([playground] if playground else [])]
    said = ""
    for command in ([ROOT / "tools" / "site.py", *arguments], ["-m", "zensical", "build", "--strict", "--clean"]):
        done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
        assert done.returncode == 0, said
    return folder / "site", said
