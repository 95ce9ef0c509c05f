"""Run composefmt as a user does: in its own process and directory."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "composefmt"]

SHORT = 'services:\n  web:\n    image: nginx\n    ports:\n      - "8080:80"  # the door\n'
LONG = 'services:\n  web:\n    image: nginx\n    ports:\n      - target: 80  # the door\n        published: "8080"\n'
BROKEN = 'services:\n  web:\n    image: "nginx\n'
CLEAN = "services:\n  web:\n    image: nginx\n"


def environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without variables that change composefmt's output."""
    changing = ("NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING", "GITHUB_", "CI_", "COMPOSEFMT_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(changing)}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Tests of the cache enable it themselves.
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "COMPOSEFMT_NO_CACHE": "1", **extra}


def run(*args, cwd, stdin=b"", env=None, before=(), timeout=60):
    """Run composefmt; it must never print a traceback. The outputs are text, `raw` is the output's bytes."""
    done = subprocess.run(
        [*before, *COMMAND, *map(os.fspath, args)],
        cwd=cwd,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    done.raw = done.stdout
    done.stdout, done.stderr = done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape")
    assert "Traceback" not in done.stderr, done.stderr
    assert "Traceback" not in done.stdout
    return done


def without_privileges() -> list[str]:
    """Return a command prefix that drops root's permission to ignore file modes; skip the test without one."""
    if os.name != "posix":
        pytest.skip("permissions are different here")
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root may write everything, and setpriv is not installed")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


def files_below(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory with its content."""
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}
