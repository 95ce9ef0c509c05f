"""Installation: every page installs this program, and the commands of the install page work as printed."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from running import run

from composefmt.distribution import NAME, describe

ROOT = Path(__file__).parents[1]
# The name alone belongs to another program.
WRONG = re.compile(r"(?:pip|pipx|uv tool|uv pip|uv add) install (?:-\S+ )*[\"']?composefmt(?![\w-])")
FOLDERS = ("docs", "editors", "composefmt", ".github", "samples", "tools")


def pages():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    names = files or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    suffixes = {".md", ".yml", ".yaml", ".toml", ".py", ".ts", ".json", ".el", ".lua", ".vim", ""}
    return [ROOT / name for name in names if ("/" not in name or name.split("/")[0] in FOLDERS) and Path(name).suffix in suffixes]


def test_no_page_installs_the_other_program():
    checked = pages()
    assert len(checked) > 50
    for path in checked:
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            assert not WRONG.search(text), path


def test_the_install_page_names_the_other_program():
    assert "different program" in (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")


def test_the_version_names_program_distribution_python_and_parser(tmp_path):
    shown = run("--version", cwd=tmp_path).stdout
    assert shown == describe() + "\n"
    assert re.fullmatch(rf"composefmt \S+ \({NAME}, Python 3\.\S+, (?:C|pure Python) parser\)\n", shown)


@pytest.mark.slow
def test_the_commands_of_the_install_page_work_as_printed(tmp_path):
    page = (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
    command = re.search(r"^pipx install .*$", page, re.MULTILINE)
    assert command is not None
    wheels = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT], check=True)
    venv.create(tmp_path / "env", with_pip=True)
    programs = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "pipx"], check=True)
    home = tmp_path / "home"
    environment = {
        **os.environ,
        "PATH": f"{home / 'bin'}{os.pathsep}{programs}{os.pathsep}{os.environ['PATH']}",
        "PIPX_HOME": str(home),
        "PIPX_BIN_DIR": str(home / "bin"),
        "PIP_FIND_LINKS": str(wheels),
    }
    subprocess.run(command[0], shell=True, env=environment, check=True, capture_output=True)
    installed = shutil.which("composefmt", path=environment["PATH"])
    assert installed == str(home / "bin" / "composefmt")
    assert subprocess.run([installed, "--version"], capture_output=True, text=True, check=True).stdout.startswith("composefmt ")
