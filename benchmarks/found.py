"""The share of composefmt's findings that other programs report as well.

Usage: found.py [--peer NAME=COMMAND ...]

Each rule's page has a bad example, and most have a matching good one. A program reports the mistake if its output for the
bad example has something that the good one lacks, or if it refuses only the bad one. Because the examples are composefmt's,
its own share is not meaningful; the shares of the others are.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from run import find

from composefmt.reports.rule_page import page_of
from composefmt.rules.registry import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable


def exit_status(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return whether a program refuses the file."""
    return {"refused"} if done.returncode else set()


def dclint_rules(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the rules in dclint's JSON; if it fails without any, it refused the file."""
    try:
        return {message["rule"] for file in json.loads(done.stdout) for message in file["messages"]}
    except json.JSONDecodeError:
        return {"refused"}


def yamllint_rules(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the rules at the ends of yamllint's lines."""
    return set(re.findall(r"\(([\w-]+)\)$", done.stdout, re.MULTILINE))


PROGRAMS: dict[str, tuple[str, Callable[[subprocess.CompletedProcess[str]], set[str]]]] = {
    "docker-compose": ("docker-compose --file {} config --quiet", exit_status),
    "dclint": ("dclint -f json {}", dclint_rules),
    "check-jsonschema": ("check-jsonschema --builtin-schema vendor.compose-spec {}", exit_status),
    "yamllint": ("yamllint -f parsable {}", yamllint_rules),
}


def main() -> None:
    """Run every installed program on every example, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    given = dict(peer.split("=", 1) for peer in parser.parse_args().peer)
    pages = {rule.name: page_of(rule) for rule in all_rules().values() if rule.default}
    pairs = {name: (page.bad[0], page.good[0]) for name, page in pages.items() if page.bad and page.good}
    print(f"{len(pairs)} rules are on by default and have both examples")
    for name, (template, said) in PROGRAMS.items():
        program = find(name, given)
        if not program:
            print(f"  {name:<17} is not installed")
            continue
        command = [*shlex.split(program), *template.split()[1:]]
        found = [rule for rule, (bad, good) in pairs.items() if asked(command, said, bad) - asked(command, said, good)]
        print(f"  {name:<17} finds {len(found):3} of them: {', '.join(found)}")


def asked(command: list[str], said: Callable[[subprocess.CompletedProcess[str]], set[str]], text: str) -> set[str]:
    """Return a program's output for a text, in a directory without other files."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "compose.yaml"
        path.write_text(text, encoding="utf-8")
        arguments = [str(path) if word == "{}" else word for word in command]
        return said(subprocess.run(arguments, cwd=directory, capture_output=True, text=True, check=False))


if __name__ == "__main__":
    main()
