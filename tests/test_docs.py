"""The documentation is true: its examples run, in the order of the page, in a temporary directory.

A block titled with a file name is written to that file; `NAME, formatted` is the expected content at that point. The
commands of `console` blocks run, and their output is compared; Python blocks run.
"""

import importlib.util
import re
import shlex

import pytest
from pages import DOCS, FILE, PAGES, blocks, pages_with, titled_blocks
from running import ROOT, run
from site_building import build_site

from composefmt.engine import format_text


def commands(text):
    """The commands of a console block, each with the output shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.mark.parametrize("page", pages_with("console"))
def test_the_examples_of_a_page_are_true(page, tmp_path):
    for language, title, text in blocks(page):
        name, _, remark = title.partition(", ")
        if remark == "formatted":
            assert (tmp_path / name).read_text(encoding="utf-8") == text
        elif FILE.fullmatch(title):
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(text, encoding="utf-8")
        for command, output in commands(text) if language == "console" else ():
            program, *arguments = shlex.split(command)
            assert program == "composefmt"
            done = run(*arguments, cwd=tmp_path)
            assert done.stdout + done.stderr == output, command


@pytest.mark.parametrize("page", pages_with("python"))
def test_a_page_shows_python_that_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for language, title, text in blocks(page):
        if FILE.fullmatch(title):
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(text, encoding="utf-8")
        if language == "python":
            exec(text, {})


def page_of_docs(name):
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_pages_that_are_made_from_the_code_are_current():
    spec = importlib.util.spec_from_file_location("doc_pages", ROOT / "tools" / "doc_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = dict(module.generated())
    stale = [name for name, text in made.items() if not (DOCS / name).is_file() or page_of_docs(name) != text]
    assert not stale, "these pages are stale: run make docs-pages"
    rules = {f"rules/{path.name}" for path in (DOCS / "rules").iterdir()}
    assert rules <= made.keys(), "these rules no longer exist: run make docs-pages"


def test_no_page_needs_the_site_to_be_complete():
    for name in PAGES:
        assert "--8<--" not in page_of_docs(name), name


def test_a_reader_without_the_site_sees_the_name_of_each_file():
    for page, title, _ in titled_blocks():
        prose = re.sub(r"^ *```.*?^ *```$", "", page_of_docs(page), flags=re.MULTILINE | re.DOTALL)
        assert title in prose, f"{page} shows {title} and names it only in the title of the block"


def test_every_rule_has_a_page_and_is_in_the_list():
    rules = [line.split()[0] for line in run("rules", cwd=ROOT).stdout.splitlines()]
    assert len(rules) > 100
    for rule in rules:
        assert f"[{rule}]({rule}.md)" in page_of_docs("rules/index.md")
        assert f"# {rule}\n" in page_of_docs(f"rules/{rule}.md")


def test_every_setting_is_documented_with_its_default():
    settings = [line.split()[0] for line in run("settings", cwd=ROOT).stdout.splitlines() if not line.startswith(" ")]
    page = page_of_docs("settings.md")
    assert settings
    assert set(settings) <= set(re.findall(r"^## (.*)", page, re.MULTILINE))
    section = page.split("## max-range\n")[1].split("\n## ")[0]
    assert "integer, at least 1" in section
    assert "Default: `6`" in section
    assert "`--max-range` of [`composefmt format`]" in section


def test_every_command_is_documented_with_its_options():
    help_text = run("--help", cwd=ROOT).stdout
    names = re.findall(r"^  ([a-z]+)  ", help_text.split("Commands:\n")[1].split("Examples:")[0], re.MULTILINE)
    assert "format" in names
    for name in names:
        section = page_of_docs("commands.md").split(f"## {name}\n")[1].split("\n## ")[0]
        for option in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", run(name, "--help", cwd=ROOT).stdout, re.MULTILINE):
            assert option in section, f"{name} {option}"


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    site, said = build_site(tmp_path)
    assert "arning" not in said
    assert "did you mean" in (site / "rules" / "missing-colon" / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_site_asks_no_other_host(tmp_path):
    site, _ = build_site(tmp_path)
    for page in site.rglob("*.html"):
        text = re.sub(r'<link rel="?canonical"?[^>]*>', "", page.read_text(encoding="utf-8"))
        for address in re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="?(https?://[^" >]+)', text):
            pytest.fail(f"{page.relative_to(site)} loads {address}")


def test_every_link_leads_somewhere_in_the_repository_too():
    readmes = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")]
    for page in [*DOCS.rglob("*.md"), *readmes]:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for link in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text):
            assert (page.parent / link).exists(), f"{page.relative_to(ROOT)}: {link}"


def test_each_report_has_a_row():
    from composefmt.reports import REPORTS

    text = page_of_docs("reports.md")
    assert [name for name in REPORTS if f"\n| `{name}` |" not in text] == []


def test_each_picture_is_small_and_shown():
    pages = "".join(path.read_text(encoding="utf-8") for path in [*DOCS.rglob("*.md"), ROOT / "README.md"])
    pictures = sorted((DOCS / "images").iterdir())
    assert len(pictures) >= 5
    for picture in pictures:
        assert picture.stat().st_size < 150_000, picture.name
        assert f"images/{picture.name}" in pages, picture.name


def test_the_chinese_readme_has_the_same_examples():
    english, chinese = (list(blocks(ROOT / name)) for name in ("README.md", "README.zh-CN.md"))
    assert [normalized(block) for block in chinese] == [normalized(block) for block in english]
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")]
    for what in (r"^(#+) ", r"\]\((?!README)([^)]*)\)", r"^(?:- |\d\. |\|)"):
        assert len(re.findall(what, texts[0], re.MULTILINE)) == len(re.findall(what, texts[1], re.MULTILINE)), what
    linked = [sorted(re.findall(r"\]\((?!README)([^)]*)\)", text)) for text in texts]
    assert linked[0] == linked[1]
    assert "(README.zh-CN.md)" in texts[0]
    assert "(README.md)" in texts[1]


def normalized(block):
    """A block without what is translated: the remarks of commands and settings."""
    return re.sub(r"\s*# .*", "", block.text) if block.language in {"sh", "toml"} else block.text


def test_the_formatting_style_shows_what_the_formatter_does():
    page = page_of_docs("formatting-style.md")
    pairs = re.findall(r"^Before:\n\n```yaml\n(.*?)^```\n\nAfter:\n\n```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(pairs) == 2
    for before, after in pairs:
        assert format_text(in_a_service(before)).text == in_a_service(after)


def in_a_service(text):
    indented = re.sub(r"^", "    ", text.rstrip(), flags=re.MULTILINE)
    return text if "services:" in text else f"services:\n  web:\n{indented}\n"
