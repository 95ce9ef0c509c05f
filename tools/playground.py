"""Gather what the playground needs in build/playground, so that it contacts no other host.

Usage: playground.py [DIRECTORY]

Python for the browser comes from the npm package pyodide, ruamel.yaml from the package index, composefmt from this checkout.
`make docs` adds it to the site.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
# The interface between the runtime and worker.js.
VERSION = "pyodide@314"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def gather(directory: Path) -> None:
    """Copy the runtime and the packages to the directory."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("the playground needs npm, which is not installed")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", work, VERSION], check=True)
        pure = ["--only-binary", ":all:", "--implementation", "py", "--abi", "none", "--platform", "any"]
        subprocess.run([*PIP, "download", "--quiet", "--no-deps", *pure, "--dest", work / "wheels", "ruamel.yaml"], check=True)
        subprocess.run([*PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", work / "wheels", ROOT], check=True)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for name in RUNTIME:
            shutil.copy(work / "node_modules" / "pyodide" / name, directory)
        for package, wheels in (("ruamel.yaml", "ruamel?yaml-*.whl"), ("composefmt", "composefmt_cli-*.whl")):
            (wheel,) = (work / "wheels").glob(wheels)
            shutil.copy(wheel, directory / f"{package}.zip")


if __name__ == "__main__":
    gather(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "playground")
