"""Vim with editors/vim.vim, editors/vim-formatprg.vim and, through ALE, editors/vim-ale.vim."""

from pathlib import Path

import pytest
from editing import BROKEN, LONG, SETTINGS, SHORT, STEPS, edit, editor

pytestmark = pytest.mark.slow

ALE = [Path("/usr/share/vim-ale"), *Path("~/.vim/pack").expanduser().glob("*/*/ale")]


@pytest.fixture
def vim(tmp_path):
    command = [editor("vim", "make editors"), "-N", "-es", "-i", "NONE"]
    return lambda settings, steps, text: edit([*command, "-u", settings, "compose.yaml", *steps], tmp_path, text)


@pytest.fixture
def ale(vim, tmp_path):
    """Vim with ALE loaded before the settings, as a plug-in manager does."""
    pytest.importorskip("pygls", reason="the language server is not installed: pip install 'composefmt-cli[lsp]'")
    directory = next((directory for directory in ALE if directory.is_dir()), None)
    if directory is None:
        pytest.skip("ALE is not installed: make editors")
    (tmp_path / "vimrc").write_text(f"set runtimepath+={directory}\nfiletype plugin on\nsource {SETTINGS / 'vim-ale.vim'}\n")
    return lambda text: vim(tmp_path / "vimrc", ["-S", STEPS / "vim-ale.vim"], text)


def test_saving_formats(vim):
    assert vim(SETTINGS / "vim.vim", ["-c", "write", "-c", "quit"], SHORT)[1] == LONG


def test_gq_formats_the_lines_it_is_given(vim):
    text = "\n".join(["services:", "  db:", "    image:   postgres", *SHORT.splitlines()[1:]]) + "\n"
    steps = ["-c", "normal 8Ggqq", "-c", "noautocmd write", "-c", "quit"]
    expected = "services:\n  db:\n    image:   postgres\n" + LONG.partition("\n")[2]
    assert vim(SETTINGS / "vim.vim", steps, text)[1] == expected


def test_a_file_that_cannot_be_parsed_is_saved_as_it_is_and_the_reason_shown(vim, tmp_path):
    steps = ["-c", "write", "-c", f"redir > {tmp_path / 'messages'} | messages | redir END", "-c", "quit"]
    assert vim(SETTINGS / "vim.vim", steps, BROKEN)[1] == BROKEN
    assert "compose.yaml:1:11: error[yaml-syntax]" in (tmp_path / "messages").read_text()


def test_formatprg_formats_with_gq(vim):
    assert vim(SETTINGS / "vim-formatprg.vim", ["-c", "normal gggqG", "-c", "write", "-c", "quit"], SHORT)[1] == LONG


def test_ale_shows_findings_and_formats_on_save(ale):
    seen, text = ale(SHORT)
    assert seen["filetype"] == "yaml.docker-compose"
    assert [4, 5, "unknown-key"] in [one[:3] for one in seen["diagnostics"]]
    assert text == LONG


def test_ale_saves_a_file_that_cannot_be_parsed_as_it_is(ale):
    seen, text = ale(BROKEN)
    assert [one[2] for one in seen["diagnostics"]] == ["yaml-syntax"]
    assert text == BROKEN
