"""What the end-to-end tests share: running the real command line, and the shared data where it is there."""

import os
from functools import partial
from pathlib import Path

import following
import pytest
import running

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def run(tmp_path):
    """Run composefmt in a folder of its own: run("check", "x.yaml", stdin=b"...") gives the finished process, output as text."""
    return partial(running.run, cwd=tmp_path)


@pytest.fixture(scope="session")
def shared():
    if not SHARED.is_dir():
        pytest.skip(f"no shared data at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def oracle():
    program = os.environ.get("COMPOSEFMT_ORACLE")
    if not program:
        pytest.skip("COMPOSEFMT_ORACLE does not name the reference program")
    return program


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A folder with a wheel and a repository of this checkout."""
    folder = tmp_path_factory.mktemp("published")
    following.publish(folder)
    return folder
