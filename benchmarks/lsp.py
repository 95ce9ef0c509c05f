"""The latency of the language server over its pipe: formatting and diagnostics of a 1,000-line file, and edits.

Usage: lsp.py [--lines N] [--runs N]

Times are medians in milliseconds from an editor's perspective: from request to response, JSON and pipes included. The limit
applies to the server's CPU time, which is more reliable on a busy machine.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]

from lsp_client import Client  # noqa: E402
from run import compose_file  # noqa: E402

EDITS = 2_000
# The limit for formatting 1,000 lines, in milliseconds.
LIMIT = 50
OPTIONS = {"tabSize": 2, "insertSpaces": True}


def computing(pid: int) -> float:
    """Return the CPU time of a process in milliseconds; 0 if it is unknown."""
    return sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


def main() -> None:
    """Measure and print the figures; exit with 1 if the limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=41)
    given = parser.parse_args()
    text = compose_file(given.lines)
    with tempfile.TemporaryDirectory() as directory, Client(directory) as client:
        client.open(text)
        client.diagnostics()
        number = iter(range(1_000_000))

        def edit() -> None:
            place = {"line": 2, "character": 0}
            client.change(({"start": place, "end": {"line": 2, "character": 0}}, f"  # {next(number)}\n"))

        def timed(name: str, prepare: Callable[[], object], ask: Callable[[], object]) -> float:
            times, own = [], []
            for _ in range(given.runs):
                prepare()
                used, begin = computing(client.process.pid), time.perf_counter()
                ask()
                times.append((time.perf_counter() - begin) * 1000)
                own.append(computing(client.process.pid) - used)
            print(f"{name}: {statistics.median(times):.0f} ms, best {min(times):.0f}, computing {statistics.median(own):.0f}")
            return statistics.median(own) or statistics.median(times)

        def checked_edit() -> None:
            edit()
            client.diagnostics()

        def formatting() -> None:
            assert client.ask("formatting", options=OPTIONS)

        median = timed("formatting", checked_edit, formatting)
        timed("formatting, right after an edit", edit, formatting)
        timed("diagnostics after an edit, delay included", edit, client.diagnostics)
        timed("hover", checked_edit, lambda: client.ask("hover", position={"line": 4, "character": 7}))
        timed("completion", checked_edit, lambda: client.ask("completion", position={"line": 6, "character": 4}))
        start = time.perf_counter()
        for _ in range(EDITS):
            edit()
        client.diagnostics()
        print(f"{EDITS} edits, until the last is checked: {time.perf_counter() - start:.1f} s")
    if given.lines == 1_000 and median > LIMIT:
        sys.exit(1)


if __name__ == "__main__":
    main()
