"""The quick start of the documentation, followed literally by a new user: install, format, check, commit, edit."""

import json

import pytest
from editing import LONG, SHORT, STEPS
from editing import editor as installed_editor
from following import Reader
from pages import FILE, blocks
from repositories import git

PAGE = list(blocks("quick-start.md"))
# Commands that end with another status than 0 because of what they find.
STATUS = {"composefmt format --diff compose.yaml": 1}

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def reader(tmp_path_factory, published):
    """The reader at the end of the page; each step is asserted on the way."""
    reader = Reader(tmp_path_factory.mktemp("first-page"), published)
    for language, title, text in PAGE:
        if language == "sh":
            for command in text.splitlines():
                assert reader.run(command) == STATUS.get(command, 0), f"{command}\n{reader.said}"
        elif title.endswith(", formatted"):
            assert (reader.work / title.partition(",")[0]).read_text(encoding="utf-8") == text
        elif title == "output":
            assert text in reader.said
        elif FILE.fullmatch(title):
            reader.write(title, text)
    return reader


@slow
def test_the_commit_was_made_and_both_hooks_ran(reader):
    assert git(reader.work, "log", "--format=%s") == "Format and check Compose files"
    assert "composefmt format" in reader.said
    assert "composefmt check" in reader.said
    assert reader.said.count("Passed") == 2


@slow
def test_a_later_commit_with_a_mistake_is_stopped(reader):
    reader.write("compose.yaml", "services:\n  web:\n    image: nginx\n    prots: []\n")
    assert reader.run("git commit --all --message broken") == 1
    assert "error[unknown-key]" in reader.said
    git(reader.work, "checkout", "HEAD", "--", "compose.yaml")


@slow
def test_the_editor_shows_mistakes_and_formats_on_save(reader):
    installed_editor("nvim", "make editors")
    reader.write("compose.yaml", SHORT)
    seen = reader.home / "seen.json"
    assert reader.run(f"nvim --headless -i NONE compose.yaml -c 'luafile {STEPS / 'neovim.lua'}'", SEEN=str(seen)) == 0, reader.said
    assert "unknown-key" in [one[2] for one in json.loads(seen.read_text())["diagnostics"]]
    assert (reader.work / "compose.yaml").read_text(encoding="utf-8") == LONG
