"""composefmt and its peers on the same files in the same run, as ratios.

Usage: run.py [--runs N] [--corpus FOLDER] [--peer NAME=COMMAND ...]

Sets of files are made (a batch of small files and one of 1,000 lines; a large batch for workers and cache), and every
program that is installed is timed as a whole process, cold, in turns: A B C A B C. A program is looked for on PATH and
in node_modules/.bin; --peer names one that is elsewhere. Its figure is the median, or the only run of a program that
takes long; absolute times say more of the machine than of the program, and are left out. Nothing else should run beside it.
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

# What each peer does that comes nearest: validating or linting ("check"), or telling what it would reformat ("format").
PEERS = {
    "dclint": ("check", "dclint {files}"),
    "check-jsonschema": ("check", "check-jsonschema --builtin-schema vendor.compose-spec {files}"),
    "yamllint": ("check", "yamllint {files}"),
    "prettier": ("format", "prettier --check {files}"),
    "yamlfmt": ("format", "yamlfmt -lint {files}"),
}
# A program whose first run takes longer, in seconds, is not run again: what a second run would change is nothing beside it.
LONG = 5
MIN_SPEED_UP = 1.6
MAX_WARM = 1 / 5
LIMITS = {
    # (set, ours, peer): what the ratio should not exceed
    ("corpus", "format --check", "check-jsonschema"): 1 / 3,
    ("corpus", "check", "check-jsonschema"): 1 / 2,
    ("corpus", "format --check", "dclint"): 1 / 30,
    ("corpus", "check", "dclint"): 1 / 30,
    ("1,000 lines", "check", "dclint"): 1 / 3,
    ("1,000 lines", "check", "prettier"): 2 / 3,
}

# What loading a whole project may take: seconds, and as a ratio to Docker Compose's time.
PROJECT_SECONDS = 3
PROJECT_RATIO = 2


def service(number: int, *, variables: bool) -> list[str]:
    """One service in short forms, as people write them: 13 lines."""
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
    """A Compose file of about so many lines, always the same for the same arguments."""
    text = ["# made by benchmarks/run.py", "services:"]
    number = seed
    while len(text) < lines * 13 / 14:
        number += 1
        text += service(number, variables=number % 4 == 0)
    return "\n".join([*text, "volumes:", *(f"  volume{n}:" for n in range(seed + 1, number + 1))]) + "\n"


def make_batch(folder: Path, files: int = BATCH) -> list[str]:
    """Small files in folders of their own, 15 to 60 lines each."""
    for number in range(files):
        place = folder / f"project{number:04}"
        place.mkdir(parents=True)
        (place / "compose.yaml").write_text(compose_file(15 + 45 * (number % 10) // 9, seed=number), encoding="utf-8")
    return sorted(str(path) for path in folder.rglob("compose.yaml"))


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of a whole process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 123):
        sys.exit(f"{' '.join(command[:3])} ... ended with {process.returncode}")
    return elapsed, usage.ru_maxrss / 1024


def measure(commands: dict[str, list[str]], runs: int) -> dict[str, tuple[float, float]]:
    """Median seconds and peak MB of each command, run in turns after one round that counts only for what takes long."""
    times: dict[str, list[tuple[float, float]]] = {name: [timed(command)] for name, command in commands.items()}
    again = [name for name, ((seconds, _),) in times.items() if seconds <= LONG]
    for name in again:
        times[name].clear()
    for _ in range(runs):
        for name in again:
            times[name].append(timed(commands[name]))
    return {name: (statistics.median(t for t, _ in seen), max(m for _, m in seen)) for name, seen in times.items()}


def find(name: str, given: dict[str, str]) -> str | None:
    """The program of a peer, None where it is not installed."""
    places = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin")])
    return given.get(name) or shutil.which(name, path=places)


def commands_for(files: list[str], given: dict[str, str]) -> dict[str, list[str]]:
    """The commands to time on these files, by name; ours are named after what they do."""
    # What the peers do: one process, and nothing known from before.
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


def projects(folder: Path, runs: int, given: dict[str, str]) -> None:
    """Print how long whole projects take to load and print, beside Docker Compose where it is installed."""
    print("\nprojects: config of one file, time as a ratio to the peer's, and peak memory")
    docker = find("docker compose", given) or ("docker compose" if has_compose() else None)
    for title, services in (("1,000 lines", 77), ("1,000 services", 1_000)):
        place = folder / title.replace(",", "").replace(" ", "-")
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
    """Whether Docker's command line is there, and knows Compose."""
    return (
        shutil.which("docker") is not None
        and not subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    )


def linearity(folder: Path, runs: int) -> None:
    """Print how the time grows with a file's size."""
    print("\nsize: seconds a line, as a ratio to those of 1,000 lines (start-up included)")
    for command in ("format --check", "check"):
        paths = {}
        for size in SIZES:
            path = folder / f"compose.{size}.yaml"
            path.write_text(compose_file(size), encoding="utf-8")
            paths[str(size)] = [*OURS, *command.split(), "--quiet", "--no-cache", str(path)]
        figures = measure(paths, runs)
        first = figures[str(SIZES[0])][0] / SIZES[0]
        print(f"  composefmt {command}: " + ", ".join(f"{size:,} lines {figures[str(size)][0] / size / first:.2f}" for size in SIZES))


def workers_and_cache(folder: Path, runs: int) -> None:
    """Print what two workers and a cache bring for a large batch."""
    make_batch(folder / "large", LARGE_BATCH)
    os.environ["COMPOSEFMT_CACHE_DIR"] = str(folder / "cache")
    print(f"\n{LARGE_BATCH:,} files, workers and cache")
    for command in ("check", "format --check"):
        if command == "format --check":
            # Of results of formatting only those of clean files are kept.
            subprocess.run([*OURS, "format", "--quiet", str(folder / "large")], check=True)
        base = [*OURS, *command.split(), "--quiet", str(folder / "large"), "--jobs"]
        timed([*base, "2"])  # which fills the cache
        commands = {f"{kind} {jobs}": [*base, jobs, *more] for jobs in "12" for kind, more in (("cold", ["--no-cache"]), ("warm", []))}
        seconds = {name: figure for name, (figure, _) in measure(commands, runs).items()}
        faster = seconds["cold 1"] / seconds["cold 2"]
        verdict = "kept" if faster >= MIN_SPEED_UP else "MISSED"
        print(f"  composefmt {command}: two workers {faster:.2f} times as fast as one   limit {MIN_SPEED_UP} {verdict}")
        for jobs, workers in (("1", "one worker"), ("2", "two workers")):
            warm = seconds[f"warm {jobs}"] / seconds[f"cold {jobs}"]
            # A cold run over files that are formatted is hardly more than the start, so the limit is one of `check`.
            verdict = "" if command != "check" else f"limit {MAX_WARM:.3f} {'kept' if warm <= MAX_WARM else 'MISSED'}"
            print(f"  composefmt {command}: warm / cold {warm:.3f} with {workers}   {verdict}".rstrip())


def main() -> None:
    """Time everything and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--corpus", type=Path, help="also time this folder of Compose files")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    arguments = parser.parse_args()
    given = dict(peer.split("=", 1) for peer in arguments.peer)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    missing = [name for name in PEERS if not find(name, given)]
    if missing:
        print(f"not installed, and so left out: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sets = {"batch": make_batch(folder / "batch")}
        (folder / "compose.yaml").write_text(compose_file(1_000), encoding="utf-8")
        sets["1,000 lines"] = [str(folder / "compose.yaml")]
        if arguments.corpus:
            names = ("compose*.y*ml", "docker-compose*.y*ml")
            sets["corpus"] = sorted(str(p) for pattern in names for p in arguments.corpus.rglob(pattern) if p.is_file())
        for title, files in sets.items():
            report(title, measure(commands_for(files, given), arguments.runs))
        projects(folder, arguments.runs, given)
        linearity(folder, arguments.runs)
        workers_and_cache(folder, arguments.runs)


if __name__ == "__main__":
    main()
