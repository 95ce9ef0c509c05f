"""Neovim's own client with editors/neovim.lua: diagnostics, formatting on save, code actions."""

import pytest
from editing import BROKEN, LONG, SETTINGS, SHORT, STEPS, edit, editor

pytest.importorskip("pygls", reason="the language server is not installed: pip install 'composefmt-cli[lsp]'")
pytestmark = pytest.mark.slow


@pytest.fixture
def neovim(tmp_path):
    command = [editor("nvim", "make editors"), "--headless", "-i", "NONE", "-u", SETTINGS / "neovim.lua", "compose.yaml"]
    return lambda text, **variables: edit([*command, "-c", f"luafile {STEPS / 'neovim.lua'}"], tmp_path, text, **variables)


def test_findings_are_shown_and_saving_formats(neovim):
    seen, text = neovim(SHORT)
    assert seen["filetype"] == "yaml.docker-compose"
    assert [4, 5, "unknown-key"] in [one[:3] for one in seen["diagnostics"]]
    assert text == LONG


def test_a_code_action_applies_a_fix(neovim):
    mistake = "services:\n  web:\n    image: nginx\n    environment:\n      - LEVEL='info'  # größer\n"
    _, text = neovim(mistake, RULE="quoted-list-value", ACTION='Replace with "LEVEL=info" (quoted-list-value)')
    assert text == mistake.replace("'info'", "info")


def test_a_code_action_gives_an_entry_its_long_form(neovim, tmp_path):
    (tmp_path / "composefmt.toml").write_text('extend-select = ["unformatted"]\n', encoding="utf-8")
    seen, _ = neovim(SHORT, RULE="unformatted", ACTION="Write this port in long form")
    assert seen["chosen"] == LONG


def test_a_file_that_cannot_be_parsed_is_saved_as_it_is(neovim):
    seen, text = neovim(BROKEN)
    assert [one[2] for one in seen["diagnostics"]] == ["yaml-syntax"]
    assert text == BROKEN
