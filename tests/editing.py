"""Running real editors with the settings that users copy: on a real file, with composefmt in their PATH and a home of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import running

SETTINGS = running.ROOT / "editors"
STEPS = running.ROOT / "tests" / "editors"

SHORT = 'services:\n  web:\n    image: nginx\n    prots: []\n    ports:\n      - "8080:80"  # the door: größer\n'
LONG = 'services:\n  web:\n    image: nginx\n    prots: []\n    ports:\n      - target: 80  # the door: größer\n        published: "8080"\n'
BROKEN = "services: [\n"


def editor(name: str, why: str) -> str:
    """The path of an editor; skips, saying why, where it is not installed."""
    found = shutil.which(name, path=_path())
    if not found:
        pytest.skip(f"{name} is not installed: {why}")
    return found


def edit(command: list[str], directory: Path, text: str, **variables: str) -> tuple[dict, str]:
    """Run an editor on `compose.yaml` with this text; what its steps saw, and the text on the disk afterwards."""
    file, seen, home = directory / "compose.yaml", directory / "seen.json", directory / "home"
    home.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_STATE_HOME": str(home)}
    done = subprocess.run(
        command,
        cwd=directory,
        env=running.environment(PATH=_path(), SEEN=str(seen), TERM="dumb", LC_ALL="C.UTF-8", **own, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, output
    return json.loads(seen.read_text(encoding="utf-8")) if seen.exists() else {"output": output}, file.read_text(encoding="utf-8")


def _path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
