"""The VS Code extension: its types, its own tests against the real server, and the package that users install."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import running
from editing import SETTINGS

import composefmt

pytest.importorskip("pygls", reason="the language server is not installed: pip install 'composefmt-cli[lsp]'")
pytestmark = pytest.mark.slow

EXTENSION = SETTINGS / "vscode"


@pytest.fixture(scope="module")
def npm():
    program = shutil.which("npm")
    if not program or not (EXTENSION / "node_modules").is_dir():
        pytest.skip("what the extension is built with is not installed: make editors")
    server = Path(sys.executable).parent / "composefmt"

    def run(script):
        done = subprocess.run(
            [program, "run", script],
            cwd=EXTENSION,
            env=running.environment(COMPOSEFMT=str(server)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_its_types_hold(npm):
    npm("types")


def test_its_own_tests_pass_against_the_real_server(npm):
    output = npm("test")
    assert "# pass 7" in output
    assert "# fail 0" in output


def test_the_package_holds_what_is_needed_and_nothing_else(npm):
    npm("package")
    with zipfile.ZipFile(EXTENSION / "dist" / "composefmt.vsix") as package:
        names = {name.removeprefix("extension/") for name in package.namelist() if name.startswith("extension/")}
        manifest = json.loads(package.read("extension/package.json"))
    assert names == {"package.json", "readme.md", "LICENSE.txt", "dist/extension.js"}
    assert manifest["main"] == "dist/extension.js"


def test_its_version_is_that_of_the_program():
    assert json.loads((EXTENSION / "package.json").read_text())["version"] == composefmt.__version__


def test_the_lock_file_names_no_host():
    lock = json.loads((EXTENSION / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
