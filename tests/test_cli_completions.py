"""Completions in the real shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import run

BIN = str(Path(sys.executable).parent)


def ask(*command, cwd):
    env = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(cwd), "TERM": "dumb"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.split()


def script(shell, directory):
    done = run("completions", shell, cwd=directory)
    assert done.returncode == 0, done.stderr
    path = directory / "completions"
    path.write_text(done.stdout)
    return path


def needs(shell):
    return pytest.mark.skipif(not shutil.which(shell), reason=f"{shell} is not installed")


@needs("bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [("composefmt con", ["config"]), ("composefmt config --no-n", ["--no-normalize"]), ("composefmt graph --format d", ["dot"])],
)
def test_bash(tmp_path, words, expected):
    program = (
        f"source {script('bash', tmp_path)}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1));"
        ' _composefmt_completion composefmt; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert ask("bash", "-c", program, cwd=tmp_path) == expected


@needs("fish")
def test_fish(tmp_path):
    program = f'source {script("fish", tmp_path)}; complete --do-complete "composefmt config --no-n"'
    assert ask("fish", "--no-config", "-c", program, cwd=tmp_path)[0] == "--no-normalize"


@needs("zsh")
def test_zsh(tmp_path):
    """The completion function is run with the two functions that hand its answers to the line editor put aside."""
    program = (
        'compdef() { }; _describe() { print -l -- "${(P@)3}" }; zmodload zsh/parameter;'
        f" source {script('zsh', tmp_path)}; words=(composefmt config --no-n); CURRENT=3; _composefmt_completion"
    )
    assert any(word.startswith("--no-normalize") for word in ask("zsh", "-f", "-c", program, cwd=tmp_path))


def test_other_shells_are_refused(tmp_path):
    done = run("completions", "csh", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith('error: no completions for "csh"; supported shells: bash, zsh, fish\n')
