"""Formatting a file gives the same text whether or not Prettier has formatted it before.

Blank lines are ignored, because each formatter keeps or drops some of them, and so are files that Prettier rejects.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from test_fixes_corpus import corpus

from composefmt.engine import format_text
from composefmt.options import Options

ROOT = Path(__file__).parents[1]
OPTIONS = [Options(), Options(long_form=("all",), order="spec")]


@pytest.fixture
def prettier():
    program = shutil.which("prettier", path=ROOT / "build" / "prettier" / "node_modules" / ".bin") or shutil.which("prettier")
    if program is None:
        pytest.skip("Prettier is not installed: make editors")
    return program


def lines(text, options):
    return [line for line in format_text(text, options).text.split("\n") if line]


def differing(prettier, directory, texts, options):
    """Return the names of texts with another result after Prettier has formatted them."""
    paths = {}
    for name, text in texts.items():
        paths[name] = directory / f"{len(paths)}.yaml"
        paths[name].write_bytes(text.encode())
    subprocess.run([prettier, "--write", "--log-level", "silent", directory], stdin=subprocess.DEVNULL, check=False)
    return [name for name, path in paths.items() if lines(path.read_bytes().decode(), options) != lines(texts[name], options)]


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS)
def test_the_layout_of_the_corpus_does_not_depend_on_the_one_it_had(prettier, shared, tmp_path, options):
    texts = {str(path): path.read_bytes().decode().replace("\r\n", "\n") for path in corpus(shared / "corpus")}
    assert len(differing(prettier, tmp_path, texts, options)) <= len(texts) // 100


@pytest.mark.parametrize("options", OPTIONS)
def test_the_layout_of_samples_does_not_depend_on_the_one_they_had(prettier, tmp_path, options):
    # In messy.yaml Prettier moves a comment from an anchor's line to one of its own.
    texts = {name: (ROOT / "samples" / name).read_text() for name in ("before.yaml", "mistakes.yaml")}
    assert differing(prettier, tmp_path, texts, options) == []
