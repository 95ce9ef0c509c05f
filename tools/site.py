"""Write the source of the documentation site into build/docs: the pages of docs/, the architecture and the changelog, each with metadata.

Usage: site.py [DIRECTORY [PLAYGROUND]]

The architecture is CONTRIBUTING.md. PLAYGROUND is what `make playground` gathered, if it did. `make docs` then builds the site.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def write_site(directory: Path, playground: Path) -> None:
    """Write all pages into the directory, which is replaced."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(ROOT / "docs", directory)
    (directory / "architecture.md").write_text(architecture_page(), encoding="utf-8")
    (directory / "changelog.md").write_text(changelog_page(), encoding="utf-8")
    for path in directory.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        path.write_text(front_matter(path.relative_to(directory).as_posix(), text) + text, encoding="utf-8")
    if playground.is_dir():
        shutil.copytree(playground, directory / "playground" / "runtime")


# What the site shows differently, by page. It is not in the pages themselves, because code hosts show front matter as a table.
_METADATA = {
    "index.md": {"title": "composefmt: formatter and linter for Docker Compose files", "hide": ["navigation", "toc", "path"]},
    "playground/index.md": {"hide": ["navigation", "toc"]},
    "rules/index.md": {"hide": ["navigation", "toc"]},
}


def front_matter(name: str, text: str) -> str:
    """Return the metadata of a page: its description for search engines and previews, and how the site shows it."""
    metadata = {"description": description(text), **_METADATA.get(name, {})}
    return "---\n" + "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in metadata.items() if value) + "---\n\n"


def description(text: str) -> str:
    """Return the first paragraph of a page as plain text, cut at the end of a sentence."""
    without_comments = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    paragraphs = (part.strip() for part in without_comments.split("\n\n"))
    first = next((part for part in paragraphs if re.match(r"[\w`*\[]", part) and not part.startswith("```")), "")
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", " ".join(first.split()))
    sentences = re.findall(r".+?[.:](?= |$)", plain) or [plain]
    shown = sentences[0]
    for sentence in sentences[1:]:
        if len(shown) + len(sentence) > 200:
            break
        shown += sentence
    return shown.rstrip(":")


def architecture_page() -> str:
    """Return CONTRIBUTING.md with a title that suits the site."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.replace("# Working on composefmt", "# Architecture", 1).replace("](docs/", "](")


def changelog_page() -> str:
    """Return CHANGELOG.md with links to the pages that it names."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.sub(r"`docs/([a-z/-]+\.md)`", r"[\1](\1)", text)


if __name__ == "__main__":
    directories = [Path(argument) for argument in sys.argv[1:]]
    write_site(*directories[:1] or [ROOT / "build" / "docs"], *directories[1:] or [ROOT / "build" / "playground"])
