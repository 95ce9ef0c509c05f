"""The code blocks of the documentation's pages."""

import re
from typing import NamedTuple

from running import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
FILE = re.compile(r"[\w.~/-]*\.[\w./-]+")

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w-]+)(?: title=\"(?P<title>[^\"]*)\")?\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)


class Block(NamedTuple):
    """A code block: its language, the title above it ("" for none) and its text."""

    language: str
    title: str
    text: str


def blocks(page):
    """The code blocks of a page, in order; the page is named from docs/."""
    for found in _BLOCK.finditer((DOCS / page).read_text(encoding="utf-8")):
        text = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        yield Block(found["language"], found["title"] or "", text)


def pages_with(language):
    """The pages with code blocks of a language."""
    return [page for page in PAGES if any(block.language == language for block in blocks(page))]


def titled_blocks():
    """Yield page, title and text of each block that is a file."""
    for page in PAGES:
        for block in blocks(page):
            if FILE.fullmatch(block.title):
                yield page, block.title, block.text
