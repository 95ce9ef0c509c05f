"""The cost of each rule: seconds of a check, by rule, for a directory of Compose files.

Usage: rules.py [DIRECTORY] [--top N]

The default is the batch of small files that run.py generates.

The time of a rule is that of its generator, including shared results that it is the first to compute (schema validation, the
layout of "unformatted"). The figures are shares of the total time, parsing included, because absolute times depend on the
machine.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

from run import make_batch

from composefmt.engine import check_bytes
from composefmt.filesystem.disk import OnDisk
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Options
from composefmt.rules import registry
from composefmt.syntax.parse import own_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from composefmt.rules.registry import Element, Problem, Rule

# The largest acceptable share of the median rule.
MAX_MEDIAN = 0.02


def timed(rule: Rule, seconds: Counter[str]) -> Callable[[Element], Iterator[Problem]]:
    """Return a rule's generator with a timer."""

    def check(element: Element) -> Iterator[Problem]:
        started = perf_counter()
        problems = list(rule.check(element))
        seconds[rule.name] += perf_counter() - started
        return iter(problems)

    return check


def main() -> None:
    """Add a timer to each rule, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, nargs="?")
    parser.add_argument("--top", type=int, default=25)
    arguments = parser.parse_args()
    gc.disable()
    own_process()
    seconds: Counter[str] = Counter()
    rules = registry.all_rules()
    for name, rule in rules.items():
        rules[name] = rule._replace(check=timed(rule, seconds))
    with tempfile.TemporaryDirectory() as temporary:
        if arguments.directory is None:
            make_batch(Path(temporary))
        measure(arguments.directory or Path(temporary), arguments.top, seconds)


def measure(directory: Path, top: int, seconds: Counter[str]) -> None:
    """Check a directory's files twice, discard the first run, and print the most expensive rules."""
    files = [path for pattern in ("compose*.y*ml", "docker-compose*.y*ml") for path in sorted(directory.rglob(pattern))]
    texts = [(path.read_bytes(), path) for path in files if path.is_file()]
    for _ in range(2):
        seconds.clear()
        started = perf_counter()
        for data, path in texts:
            check_bytes(data, Options(surroundings=Surroundings(OnDisk(), str(path.parent))), str(path))
        total = perf_counter() - started
    for name, spent in seconds.most_common(top):
        print(f"{spent / total:7.2%}  {name}")
    used = [seconds[name] / total for name in seconds]
    median = statistics.median(used)
    print(f"{len(used)} rules take {sum(used):.0%} of the run; the median is {median:.2%} {'kept' if median <= MAX_MEDIAN else 'MISSED'}")


if __name__ == "__main__":
    main()
