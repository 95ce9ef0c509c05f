"""The wheel works in a new environment: with its schema, and without this checkout."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

DOCUMENT = {"uri": "untitled:1", "languageId": "dockercompose", "version": 1, "text": "services: {web: {image: nginx}}\n"}
PLACE = {"line": 0, "character": 18}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    directory = tmp_path_factory.mktemp("wheel")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(directory),
        str(ROOT),
    ]
    subprocess.run(pip, check=True)
    return next(directory.glob("*.whl"))


@pytest.fixture(scope="module")
def composefmt(wheel, tmp_path_factory):
    """Return a function that runs the installed program in its own directory."""
    directory = tmp_path_factory.mktemp("installed")
    venv.create(directory / "env", with_pip=True)
    binaries = directory / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([binaries / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", f"{wheel}[lsp]"], check=True)

    def run(*arguments, stdin=""):
        return subprocess.run(
            [binaries / "composefmt", *arguments], cwd=directory, input=stdin, capture_output=True, text=True, check=False
        )

    return run


def test_the_wheel_holds_what_it_needs_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "composefmt/schemas/compose-spec.json" in names
    assert "composefmt/py.typed" in names
    assert not [name for name in names if name.split("/")[0] not in {"composefmt", f"{wheel.name.split('-py3')[0]}.dist-info"}]


def test_the_installed_program_knows_the_schema(composefmt):
    assert composefmt("--version").stdout.startswith("composefmt ")
    done = composefmt("check", "-", stdin="services:\n  web:\n    image: nginx\n    prots: []\n")
    assert done.returncode == 1
    assert 'did you mean "ports"?' in done.stdout


def test_the_installed_program_formats(composefmt):
    done = composefmt("format", "-", stdin="services:\n  web:\n    ports: ['8080:80']\n")
    assert done.stdout == 'services:\n  web:\n    ports:\n      - target: 80\n        published: "8080"\n'


def test_the_installed_language_server_knows_what_fields_mean(composefmt):
    messages = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "textDocument/didOpen", "params": {"textDocument": DOCUMENT}},
        {"id": 2, "method": "textDocument/hover", "params": {"textDocument": {"uri": DOCUMENT["uri"]}, "position": PLACE}},
        {"id": 3, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}) for message in messages]
    done = composefmt("lsp", stdin="".join(f"Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies))
    assert done.returncode == 0
    assert "Specify the image" in done.stdout
