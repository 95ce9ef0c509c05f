"""What the end-to-end tests share: running the real command line, and the shared data where it is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def run(tmp_path):
    """Run composefmt in a folder of its own: run("check", "x.yaml", stdin=b"...") gives the finished process, output as text."""

    def call(*arguments, stdin=None, cwd=tmp_path, env=None, **options):
        process = subprocess.run(
            [sys.executable, "-m", "composefmt", *map(str, arguments)],
            input=stdin,
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **(env or {})},
            capture_output=True,
            timeout=60,
            check=False,
            **options,
        )
        process.stdout = process.stdout.decode()
        process.stderr = process.stderr.decode()
        assert "Traceback" not in process.stderr, process.stderr
        return process

    return call


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
