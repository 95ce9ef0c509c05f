"""Write the source of the documentation site into build/docs: the pages of docs/, the architecture and the changelog.

Usage: site.py [DIRECTORY [PLAYGROUND]]

The architecture is CONTRIBUTING.md. PLAYGROUND is what `make playground` gathered, if it did. `make docs` then builds the site.
"""

from __future__ import annotations

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
    if playground.is_dir():
        shutil.copytree(playground, directory / "playground" / "runtime")


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
