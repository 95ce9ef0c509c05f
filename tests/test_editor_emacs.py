"""Emacs through eglot with editors/emacs.el: diagnostics, and formatting on save."""

import subprocess

import pytest
from editing import BROKEN, LONG, SETTINGS, SHORT, STEPS, edit, editor

pytest.importorskip("pygls", reason="the language server is not installed: pip install 'composefmt-cli[lsp]'")
pytestmark = pytest.mark.slow


@pytest.fixture
def emacs(tmp_path):
    program = editor("emacs", "make editors")
    needs = [program, "--batch", "--eval", "(progn (package-initialize) (require 'eglot) (require 'yaml-mode))"]
    if subprocess.run(needs, capture_output=True, check=False).returncode:
        pytest.skip("Emacs has no eglot or no yaml-mode: make editors")
    command = [program, "--batch", "--eval", "(package-initialize)", "-l", SETTINGS / "emacs.el", "-l", STEPS / "emacs.el"]
    return lambda text: edit(command, tmp_path, text)


def test_findings_are_shown_and_saving_formats(emacs):
    seen, text = emacs(SHORT)
    assert seen["mode"] == "compose-mode"
    assert any(one[:2] == [4, 5] and "unknown-key" in one[2] for one in seen["diagnostics"]), seen
    assert text == LONG


def test_a_file_that_cannot_be_parsed_is_saved_as_it_is(emacs):
    seen, text = emacs(BROKEN)
    assert ["yaml-syntax" in one[2] for one in seen["diagnostics"]] == [True]
    assert text == BROKEN + " \n"
