"""Read the stages and arguments of a Dockerfile, as far as a Compose file refers to them.

The only maintained parser for Python is bound to Go and has no wheels for ARM or musl, so this reads the few
instructions that matter: continued lines, comments, heredocs and the escape directive included (see
https://docs.docker.com/reference/dockerfile/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.lazy import pattern
from composefmt.syntax.scalars import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTIVE = r"#\s*(syntax|escape)\s*=\s*(\S+)\s*"
_HEREDOC = r"""(?<![<\w])\d*<<(-?)(["']?)([a-zA-Z_][\w.]*)\2(?!\S)"""
_ARGUMENT = r"""(?<!\S)([A-Za-z_]\w*)(?:=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*))?(?=\s|$)"""
_FROM = r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?\s*"
_VARIABLE = r"(?<!\\)\$(?:\{([A-Za-z_]\w*)(:?[-+?])?[^}]*\}|([A-Za-z_]\w*))"

# The official syntax; others may have additional instructions.
_OFFICIAL = r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?::\S*)?"


class Instruction(NamedTuple):
    """One instruction: its name in upper case, and its arguments on one line."""

    name: str
    text: str


class Stage(NamedTuple):
    """A stage: its name in lower case ("" if unnamed), its base, its arguments and its other instructions."""

    name: str
    base: str
    arguments: dict[str, str | None]
    instructions: list[Instruction]


class Dockerfile(NamedTuple):
    """The arguments before the first stage, with their defaults, and the stages."""

    arguments: dict[str, str | None]
    stages: list[Stage]

    def stage(self, target: str) -> Stage | None:
        """Return the stage of a target, by its name in any case or its number from 0."""
        if target.isdecimal() and whole_number(target) < len(self.stages):
            return self.stages[whole_number(target)]
        return next((stage for stage in self.stages if stage.name == target.lower()), None)

    def declares(self, argument: str) -> bool:
        """Return whether an argument is declared anywhere."""
        return argument in self.arguments or any(argument in stage.arguments for stage in self.stages)


class DockerfileVariable(NamedTuple):
    """A variable in an instruction; `has_default` for `${NAME:-x}` and its variants."""

    name: str
    has_default: bool


def variables(text: str) -> list[DockerfileVariable]:
    """Return the variables that a string uses."""
    return [DockerfileVariable(found[1] or found[3], found[2] is not None) for found in pattern(_VARIABLE).finditer(text)]


def parse_dockerfile(text: str) -> Dockerfile | None:
    """Parse a Dockerfile; return None if it has a custom syntax or no stage."""
    lines = text.removeprefix("\ufeff").splitlines()
    escape = "\\"
    for line in lines:
        directive = pattern(_DIRECTIVE).fullmatch(line.strip().lower())
        if directive is None:
            break
        if directive[1] == "syntax" and not pattern(_OFFICIAL).fullmatch(directive[2]):
            return None
        escape = directive[2] if directive[1] == "escape" else escape
    read = Dockerfile({}, [])
    for instruction in _instructions(lines, escape):
        if instruction.name == "FROM":
            found = pattern(f"(?i){_FROM}").match(instruction.text)
            if found is not None:
                read.stages.append(Stage((found[2] or "").lower(), found[1], {}, []))
        elif instruction.name == "ARG":
            declared = read.stages[-1].arguments if read.stages else read.arguments
            for argument in pattern(_ARGUMENT).finditer(instruction.text):
                declared[argument[1]] = argument[2].strip("\"'") if argument[2] is not None else None
        elif read.stages:
            read.stages[-1].instructions.append(instruction)
    return read if read.stages else None


def _instructions(lines: list[str], escape: str) -> Iterator[Instruction]:
    """Yield the instructions, with continued lines joined and heredocs appended."""
    remaining = iter(lines)
    for first in remaining:
        line = first.strip()
        if not line or line.startswith("#"):
            continue
        parts: list[str] = []
        while line.endswith(escape):
            parts.append(line[:-1])
            line = next((each.rstrip() for each in remaining if each.strip() and not each.lstrip().startswith("#")), "")
        parts.append(line)
        name, _, text = "".join(parts).replace("\t", " ").partition(" ")
        if name.upper() in ("RUN", "COPY", "ADD"):
            text += "".join(_heredocs(text, remaining))
        yield Instruction(name.upper(), text.strip())


def _heredocs(text: str, remaining: Iterator[str]) -> Iterator[str]:
    for heredoc in pattern(_HEREDOC).finditer(text):
        for line in remaining:
            if (line.lstrip("\t") if heredoc[1] else line) == heredoc[3]:
                break
            yield f"\n{line}"
