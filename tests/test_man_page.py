"""The manual page and the Containerfile are generated from the code and accepted by their programs."""

import re
import shutil
import subprocess
import sys

import click
import pytest
from running import ROOT

from composefmt.cli.app import app


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("man") / "composefmt.1"
    subprocess.run([sys.executable, str(ROOT / "tools" / "man.py"), str(path)], check=True, cwd=ROOT)
    return path


@pytest.mark.skipif(not shutil.which("man") or not shutil.which("groff"), reason="man is not installed")
def test_man_shows_every_command_and_option(page):
    done = subprocess.run(
        ["man", "--warnings", "--local-file", str(page)],
        capture_output=True,
        text=True,
        env={"MANWIDTH": "200", "LC_ALL": "C.UTF-8"},
        check=True,
    )
    assert done.stderr == ""
    shown = " ".join(re.sub(r".\x08", "", done.stdout).split())
    root = click.Context(app, info_name="composefmt")
    for name in app.list_commands(root):
        command = app.get_command(root, name)
        assert f"composefmt {name} [OPTIONS]" in shown
        for option in (
            option
            for parameter in command.params
            if not getattr(parameter, "hidden", False)
            for option in parameter.opts
            if option.startswith("--")
        ):
            assert option in shown, (name, option)
    assert "composefmt check --output-format json . > findings.json" in shown


def test_the_containerfile_is_read_by_docker_s_parser():
    dockerfile = pytest.importorskip("dockerfile")
    steps = dockerfile.parse_file(str(ROOT / "Containerfile"))
    assert [step.cmd.lower() for step in steps] == ["from", "copy", "run", "from", "run", "user", "workdir", "entrypoint", "cmd"]
    kept = (ROOT / ".containerignore").read_text().splitlines()[1:]
    assert all((ROOT / name.removeprefix("!")).exists() for name in kept)
