"""composefmt and its peers on the same files in the same run, as ratios.

Usage: run.py [--runs N] [--corpus DIRECTORY] [--peer NAME=COMMAND ...]

The files are generated: a batch of small files and one of 1,000 lines; a large batch for workers and cache. Every installed
program is timed as a whole process without a cache, in turns: A B C A B C. Programs are found on PATH and in
node_modules/.bin; --peer names others. The figure is the median, or the only run of a slow program; absolute times are
omitted because they depend on the machine. Nothing else should run at the same time.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BATCH = 500
LARGE_BATCH = 2_000
OURS = [sys.executable, "-m", "composefmt"]
SIZES = (1_000, 2_000, 4_000, 8_000)

# The closest command of each peer: validating or linting ("check"), or reporting what it would reformat ("format").
PEERS = {
    "dclint": ("check", "dclint {files}"),
    "check-jsonschema": ("check", "check-jsonschema --builtin-schema vendor.compose-spec {files}"),
    "yamllint": ("check", "yamllint {files}"),
    "prettier": ("format", "prettier --check {files}"),
    "yamlfmt": ("format", "yamlfmt -lint {files}"),
}
# A program whose first run takes longer, in seconds, is not run again.
LONG = 5
MIN_SPEED_UP = 1.6
MAX_WARM = 1 / 5
LIMITS = {
    # (set, ours, peer): the largest acceptable ratio
    ("corpus", "format --check", "check-jsonschema"): 1 / 3,
    ("corpus", "check", "check-jsonschema"): 1 / 2,
    ("corpus", "format --check", "dclint"): 1 / 30,
    ("corpus", "check", "dclint"): 1 / 30,
    ("1,000 lines", "check", "dclint"): 1 / 3,
    ("1,000 lines", "check", "prettier"): 2 / 3,
}

# Limits for loading a whole project: seconds, and the ratio to Docker Compose's time.
PROJECT_SECONDS = 3
PROJECT_RATIO = 2


def service(number: int, *, variables: bool) -> list[str]:
    """Return one typical service in short forms: 13 lines."""
    port = '"${PORT:-8080}:80"' if variables else f'"{8000 + number % 50000}:80"'
    return [
        f"  service{number}:",
        f"    image: registry.example.org/app{number}:1.{number}",
        "    # published for the proxy",
        "    ports:",
        f"      - {port}",
        f'      - "127.0.0.1:{9000 + number % 50000}:9090/udp" # metrics',
        "    environment:",
        f"      LOG_LEVEL: level{number}",
        "    volumes:",
        f"      - ./data{number}:/data:ro",
        f"      - volume{number}:/var/lib/app",
        "    restart: unless-stopped",
        "",
    ]


def compose_file(lines: int, seed: int = 0) -> str:
    """Return a Compose file of about this many lines; deterministic."""
    text = ["# made by benchmarks/run.py", "services:"]
    number = seed
    while len(text) < lines * 13 / 14:
        number += 1
        text += service(number, variables=number % 4 == 0)
    return "\n".join([*text, "volumes:", *(f"  volume{n}:" for n in range(seed + 1, number + 1))]) + "\n"


def make_batch(directory: Path, files: int = BATCH) -> list[str]:
    """Return small files in separate directories, 15 to 60 lines each."""
    for number in range(files):
        place = directory / f"project{number:04}"
        place.mkdir(parents=True)
        (place / "compose.yaml").write_text(compose_file(15 + 45 * (number % 10) // 9, seed=number), encoding="utf-8")
    return sorted(str(path) for path in directory.rglob("compose.yaml"))


def timed(command: list[str]) -> tuple[float, float]:
    """Return the wall time in seconds and the peak memory in MB of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 123):
        sys.exit(f"{' '.join(command[:3])} ... ended with {process.returncode}")
    return elapsed, usage.ru_maxrss / 1024


def measure(commands: dict[str, list[str]], runs: int) -> dict[str, tuple[float, float]]:
    """Return median seconds and peak MB of each command, run in turns; the first round counts only for slow ones."""
    times: dict[str, list[tuple[float, float]]] = {name: [timed(command)] for name, command in commands.items()}
    again = [name for name, ((seconds, _),) in times.items() if seconds <= LONG]
    for name in again:
        times[name].clear()
    for _ in range(runs):
        for name in again:
            times[name].append(timed(commands[name]))
    return {name: (statistics.median(t for t, _ in seen), max(m for _, m in seen)) for name, seen in times.items()}


def find(name: str, given: dict[str, str]) -> str | None:
    """Return the program of a peer, None if it is not installed."""
    places = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin")])
    return given.get(name) or shutil.which(name, path=places)


def commands_for(files: list[str], given: dict[str, str]) -> dict[str, list[str]]:
    """Return the commands to time on these files, by name."""
    # Like the peers: one process, without a cache.
    alone = ["--quiet", "--jobs", "1", "--no-cache", *files]
    commands = {"format --check": [*OURS, "format", "--check", *alone], "check": [*OURS, "check", *alone]}
    for name, (_, template) in PEERS.items():
        program = find(name, given)
        if program:
            _, *rest = template.split()
            commands[name] = [*shlex.split(program), *(word for part in rest for word in (files if part == "{files}" else [part]))]
    return commands


def report(title: str, figures: dict[str, tuple[float, float]]) -> None:
    """Print the ratios of one set of files."""
    print(f"\n{title}: time as a ratio to the peer's, and peak memory")
    for ours in ("format --check", "check"):
        seconds, memory = figures[ours]
        print(f"  composefmt {ours} ({memory:.0f} MB)")
        for peer, (peer_seconds, peer_memory) in figures.items():
            if peer in PEERS:
                limit = LIMITS.get((title, ours, peer))
                ratio = seconds / peer_seconds
                verdict = "" if limit is None else f"   limit {limit:.3f} {'kept' if ratio <= limit else 'MISSED'}"
                print(f"    / {peer:<17} {ratio:7.3f}   ({peer_memory:.0f} MB){verdict}")


def projects(directory: Path, runs: int, given: dict[str, str]) -> None:
    """Print the time to load and print whole projects, next to Docker Compose if it is installed."""
    print("\nprojects: config of one file, time as a ratio to the peer's, and peak memory")
    docker = find("docker compose", given) or ("docker compose" if has_compose() else None)
    for title, services in (("1,000 lines", 77), ("1,000 services", 1_000)):
        place = directory / title.replace(",", "").replace(" ", "-")
        place.mkdir()
        lines = ["services:", *(line for n in range(1, services + 1) for line in service(n, variables=n % 4 == 0))]
        text = "\n".join([*lines, "volumes:", *(f"  volume{n}:" for n in range(1, services + 1))])
        (place / "compose.yaml").write_text(text + "\n", encoding="utf-8")
        commands = {"config": [sys.executable, "-m", "composefmt", "config", "--file", str(place / "compose.yaml")]}
        if docker:
            commands["docker compose"] = [*shlex.split(docker), "--file", str(place / "compose.yaml"), "config"]
        figures = measure(commands, runs)
        seconds, memory = figures["config"]
        print(
            f"  {title}: {seconds:.2f} s ({memory:.0f} MB), {'kept' if seconds <= PROJECT_SECONDS else 'MISSED'}: limit {PROJECT_SECONDS} s"
        )
        if docker:
            peer_seconds, peer_memory = figures["docker compose"]
            verdict = "kept" if seconds <= PROJECT_RATIO * peer_seconds else "MISSED"
            print(f"    / docker compose    {seconds / peer_seconds:7.3f}   ({peer_memory:.0f} MB)   limit {PROJECT_RATIO:.3f} {verdict}")


def has_compose() -> bool:
    """Return whether Docker's command line is installed with Compose."""
    return (
        shutil.which("docker") is not None
        and not subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    )


def linearity(directory: Path, runs: int) -> None:
    """Print how the time grows with the size of a file."""
    print("\nsize: seconds a line, as a ratio to those of 1,000 lines (start-up included)")
    for command in ("format --check", "check"):
        paths = {}
        for size in SIZES:
            path = directory / f"compose.{size}.yaml"
            path.write_text(compose_file(size), encoding="utf-8")
            paths[str(size)] = [*OURS, *command.split(), "--quiet", "--no-cache", str(path)]
        figures = measure(paths, runs)
        first = figures[str(SIZES[0])][0] / SIZES[0]
        print(f"  composefmt {command}: " + ", ".join(f"{size:,} lines {figures[str(size)][0] / size / first:.2f}" for size in SIZES))


def workers_and_cache(directory: Path, runs: int) -> None:
    """Print the effect of two workers and of the cache on a large batch."""
    make_batch(directory / "large", LARGE_BATCH)
    os.environ["COMPOSEFMT_CACHE_DIR"] = str(directory / "cache")
    print(f"\n{LARGE_BATCH:,} files, workers and cache")
    for command in ("check", "format --check"):
        if command == "format --check":
            # The cache stores results of formatting only for formatted files.
            subprocess.run([*OURS, "format", "--quiet", str(directory / "large")], check=True)
        base = [*OURS, *command.split(), "--quiet", str(directory / "large"), "--jobs"]
        timed([*base, "2"])  # which fills the cache
        commands = {f"{kind} {jobs}": [*base, jobs, *more] for jobs in "12" for kind, more in (("cold", ["--no-cache"]), ("warm", []))}
        seconds = {name: figure for name, (figure, _) in measure(commands, runs).items()}
        faster = seconds["cold 1"] / seconds["cold 2"]
        verdict = "kept" if faster >= MIN_SPEED_UP else "MISSED"
        print(f"  composefmt {command}: two workers {faster:.2f} times as fast as one   limit {MIN_SPEED_UP} {verdict}")
        for jobs, workers in (("1", "one worker"), ("2", "two workers")):
            warm = seconds[f"warm {jobs}"] / seconds[f"cold {jobs}"]
            # A cold `format` of formatted files takes hardly longer than the start, so the limit applies to `check`.
            verdict = "" if command != "check" else f"limit {MAX_WARM:.3f} {'kept' if warm <= MAX_WARM else 'MISSED'}"
            print(f"  composefmt {command}: warm / cold {warm:.3f} with {workers}   {verdict}".rstrip())


def main() -> None:
    """Time everything and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--corpus", type=Path, help="also time this directory of Compose files")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    arguments = parser.parse_args()
    given = dict(peer.split("=", 1) for peer in arguments.peer)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    missing = [name for name in PEERS if not find(name, given)]
    if missing:
        print(f"not installed, and so left out: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        sets = {"batch": make_batch(directory / "batch")}
        (directory / "compose.yaml").write_text(compose_file(1_000), encoding="utf-8")
        sets["1,000 lines"] = [str(directory / "compose.yaml")]
        if arguments.corpus:
            names = ("compose*.y*ml", "docker-compose*.y*ml")
            sets["corpus"] = sorted(str(p) for pattern in names for p in arguments.corpus.rglob(pattern) if p.is_file())
        for title, files in sets.items():
            report(title, measure(commands_for(files, given), arguments.runs))
        projects(directory, arguments.runs, given)
        linearity(directory, arguments.runs)
        workers_and_cache(directory, arguments.runs)


if __name__ == "__main__":
    main()
