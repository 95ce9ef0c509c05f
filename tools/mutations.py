"""Disturb real Compose files at random, and judge composefmt on them with the reference program.

Usage: mutations.py CORPUS ORACLE [--count N] [--seed N]

CORPUS is a directory of Compose files, ORACLE the reference program (tests/oracle). Each
mutated file is formatted with several settings, fixed and checked. Counted, with the smallest example of each: another
meaning, a lost comment, a second run that changes something, an internal error, a false alarm, a refusal not reported.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from composefmt.engine import check_text, fix_text, format_text
from composefmt.findings import Severity
from composefmt.options import Options
from composefmt.syntax.comments import comment_texts
from composefmt.syntax.parse import parse

SHORT = (
    "ports",
    "volumes",
    "environment",
    "labels",
    "depends_on",
    "networks",
    "extra_hosts",
    "build",
    "configs",
    "secrets",
    "env_file",
    "tmpfs",
    "dns",
)
SETTINGS = {
    "defaults": Options(),
    "all long": Options(long_form=("all",)),
    "order": Options(order="spec"),
    "own order": Options(order=("image", "build", "container_name", "...", "deploy")),
    "dclint": Options(order="dclint"),
    "all long, order": Options(long_form=("all",), order="spec"),
    "short": Options(long_form=(), short_form=SHORT),
}
SCALARS = [
    "80",
    '"80"',
    "'a b'",
    "1.5",
    "true",
    "no",
    "null",
    "~",
    "2024-01-01",
    "${A}",
    '"${A:-8080}:80"',
    "0o17",
    "010",
    "1:2",
    "x-y",
    "!reset null",
]
# What the reference sees only as a whole project, or with other files and variables.
OUTSIDE = re.compile(r"env file .* not found|no such file|required variable|no such service|neither an image|undefined|not found|extends")
RUN_TIME = {
    "mount-at-root",
    "host-port-conflict",
    "global-with-replicas",
    "invalid-container-name",
    "invalid-image",
    "alias-bomb",
    "invalid-subnet",
    "too-deep",
}
BATCH = 500


def mutate(text: str, rng: random.Random) -> str:
    """Disturb a file once or a few times."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 4)):
        rng.choice(KINDS)(lines, rng)
    changed = "\n".join(lines)
    return rng.choice(WHOLE)(changed) if rng.random() < 0.15 else changed


def _delete(lines: list[str], rng: random.Random) -> None:
    if len(lines) > 1:
        del lines[rng.randrange(len(lines))]


def _duplicate(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    lines.insert(index, lines[rng.randrange(len(lines))] if rng.random() < 0.5 else lines[index])


def _swap(lines: list[str], rng: random.Random) -> None:
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _indent(lines: list[str], rng: random.Random) -> None:
    start = rng.randrange(len(lines))
    step = rng.choice(["  ", " ", "    ", "\t"])
    for index in range(start, min(len(lines), start + rng.randint(1, 5))):
        lines[index] = step + lines[index]


def _outdent(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    lines[index] = lines[index][min(rng.randint(1, 4), len(lines[index]) - len(lines[index].lstrip())) :]


def _comment(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    if rng.random() < 0.4 and lines[index].strip():
        lines[index] += f"  # end {rng.randrange(100)}"
    elif rng.random() < 0.3:
        lines[index] = f"#{lines[index]}"
    else:
        lines.insert(index, " " * rng.randrange(9) + f"# own {rng.randrange(100)}")


def _scalar(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    lines[index] = re.sub(r"(:\s+|-\s+)[^#\s].*$", lambda found: found[1] + rng.choice(SCALARS), lines[index], count=1)


def _key(lines: list[str], rng: random.Random) -> None:
    keys = [found[1] for line in lines if (found := re.match(r"\s*(?:- )?([\w-]+):", line))]
    index = rng.randrange(len(lines))
    if keys:
        lines[index] = re.sub(r"^(\s*(?:- )?)[\w-]+:", lambda found: f"{found[1]}{rng.choice(keys)}:", lines[index])


def _explicit(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    lines[index] = re.sub(r"^(\s*(?:- )?)([\w-]+):(.*)$", lambda found: _explicit_key(*found.groups()), lines[index])


def _explicit_key(indent: str, key: str, rest: str) -> str:
    return f"{indent}? {key}\n{indent.replace('-', ' ')}:{rest}"


def _quote(lines: list[str], rng: random.Random) -> None:
    index, sign = rng.randrange(len(lines)), rng.choice("'\"")
    lines[index] = re.sub(r"(:\s+|-\s+)([^\s#'\"\[{|>&*][^#'\"]*?)\s*$", lambda found: f"{found[1]}{sign}{found[2]}{sign}", lines[index])


def _flow(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    lines[index] = re.sub(r"- ([\w./:-]+)$", r"- [\1]" if rng.random() < 0.3 else r'- "\1"', lines[index])


def _anchor(lines: list[str], rng: random.Random) -> None:
    index = rng.randrange(len(lines))
    lines[index] = re.sub(r"^(\s*[\w-]+:)\s*$", rf"\1 &a{rng.randrange(3)}", lines[index])
    lines[rng.randrange(len(lines))] += f" *a{rng.randrange(3)}" if rng.random() < 0.3 else ""


def _blank(lines: list[str], rng: random.Random) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(["", "   ", "---", "..."]))


KINDS = [
    _delete,
    _duplicate,
    _swap,
    _indent,
    _outdent,
    _comment,
    _comment,
    _scalar,
    _scalar,
    _key,
    _quote,
    _flow,
    _anchor,
    _blank,
    _explicit,
]
WHOLE = [
    lambda text: text.replace("\n", "\r\n"),
    lambda text: "\ufeff" + text,
    lambda text: text.rstrip("\n"),
    lambda text: text + "...\n",
    lambda text: "---\n" + text,
]


class Judge:
    """Collects failures, with the smallest example of each kind."""

    def __init__(self, oracle: str) -> None:
        self.oracle = oracle
        self.jobs: list[tuple[str, str]] = []
        self.questions: list[tuple[str, int, int, str]] = []
        self.counts: dict[str, int] = defaultdict(int)
        self.examples: dict[str, str] = {}

    def wrong(self, kind: str, text: str, detail: str = "") -> None:
        """Count a failure, and keep its text if it is the smallest of its kind."""
        self.counts[kind] += 1
        if kind not in self.examples or len(text) < len(self.examples[kind]):
            self.examples[kind] = f"{text}\n{detail}"

    def ask(self, text: str) -> int:
        """Queue a text for the reference, and return the number of its answer."""
        self.jobs.append((text, "full"))
        return len(self.jobs) - 1

    def examine(self, text: str) -> None:
        """Run the commands on a file, and queue what the reference has to judge."""
        before = self.ask(text)
        for name, options in SETTINGS.items():
            result = format_text(text, options, "compose.yaml")
            if any(finding.rule == "internal-error" for finding in result.findings):
                self.wrong(f"internal error ({name})", text, result.findings[0].message)
            if result.data is None:
                continue
            old, new = comment_texts(text, parse(text)), comment_texts(result.text, parse(result.text))
            if sorted(old) != sorted(new):
                self.wrong(f"comments ({name})", text)
            if format_text(result.text, options, "compose.yaml").data is not None:
                self.wrong(f"second run ({name})", text)
            self.questions.append((f"meaning ({name})", before, self.ask(result.text), text))
        fixed = fix_text(text, Options(), "compose.yaml")
        if fixed.data is not None:
            self.questions.append(("meaning (safe fixes)", before, self.ask(fixed.source.text), text))
        errors = [found for found in check_text(text, Options(), "compose.yaml").findings if found.severity is Severity.ERROR]
        alarm = next((found for found in errors if found.rule not in RUN_TIME), None)
        self.questions.append(
            ("check", before, -1 if alarm is None else -2, f"{text}\n{alarm.rule + ': ' + alarm.message if alarm else ''}")
        )

    def judge(self) -> None:
        """Ask the reference, and compare."""
        with tempfile.TemporaryDirectory() as directory:
            lines = []
            for index, (text, mode) in enumerate(self.jobs):
                place = Path(directory, str(index))
                place.mkdir()
                (place / "compose.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
                lines.append(json.dumps({"files": [str(place / "compose.yaml")], "mode": mode}))
            done = subprocess.run([self.oracle], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
        answers = [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")]
        for kind, before, after, text in self.questions:
            old = answers[before]
            if kind == "check":
                if old["ok"] and after == -2:
                    self.wrong("false alarm", text)
                elif not old["ok"] and after == -1 and not OUTSIDE.search(old["error"]):
                    self.wrong("refusal not reported", text, old["error"])
            elif old["ok"] and (
                not answers[after]["ok"] or _without_extensions(old["model"]) != _without_extensions(answers[after]["model"])
            ):
                self.wrong(kind, text, answers[after].get("error", ""))
        self.jobs, self.questions = [], []


def _without_extensions(model: dict[str, object]) -> dict[str, object]:
    # An extension field that shares ports or volumes by an anchor is rewritten with them.
    return {key: value for key, value in model.items() if not key.startswith("x-")}


def main() -> int:
    """Run, and print the counts and examples; 1 if anything but unreported refusals was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("oracle")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    files = sorted(path for path in arguments.corpus.rglob("*compose*.y*ml") if path.stat().st_size < 6000)
    judge = Judge(arguments.oracle)
    for number in range(1, arguments.count + 1):
        text = mutate(rng.choice(files).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n"), rng)
        try:
            judge.examine(text)
        except Exception as error:  # noqa: BLE001 - whatever happens is a finding
            judge.wrong(f"exception {type(error).__name__}", text, str(error))
        if number % BATCH == 0 or number == arguments.count:
            judge.judge()
    for kind, example in sorted(judge.examples.items()):
        print(f"=== {kind}: {judge.counts[kind]}\n{example}")
    print(f"{arguments.count} files: " + (", ".join(f"{kind} {count}" for kind, count in sorted(judge.counts.items())) or "nothing found"))
    return 1 if set(judge.counts) - {"refusal not reported"} else 0


if __name__ == "__main__":
    sys.exit(main())
