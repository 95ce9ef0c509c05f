"""Fixtures of the end-to-end tests: the real command line, and the shared data if it is available."""

import os
from functools import partial
from pathlib import Path

import following
import pytest
import running

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def run(tmp_path):
    """Run composefmt in a temporary directory: run("check", "x.yaml", stdin=b"...") returns the finished process, with text output."""
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
        pytest.skip("COMPOSEFMT_ORACLE does not name the reference program: make test-oracle")
    return program


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A directory with a wheel and a repository of this checkout."""
    directory = tmp_path_factory.mktemp("published")
    following.publish(directory)
    return directory
