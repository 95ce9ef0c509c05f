"""Cases of whole projects: several files, and the reference's model of them.

A file of `tests/cases/project` holds cases that start with `#=== title`, optionally followed by `# load: FILE ...` (the
Compose files to load in order; default: `compose.yaml`) and `# profiles: NAME ...`. Each `#--- NAME` starts a file of the
project. The last part is `#--- model` with the reference's model, or `#--- refused` with composefmt's message if the
reference refuses the project as well. `tests/record_project.py` writes that part.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from composefmt.project.output import to_json
from composefmt.project.project import Request, load
from composefmt.project.scope import File
from composefmt.project.values import ProjectError

ROOT = Path(__file__).parent / "cases" / "project"
_PART = re.compile(r"^#--- (.+)\n", re.MULTILINE)


@dataclass
class ProjectCase:
    path: Path
    title: str
    load: list[str]
    profiles: list[str]
    files: dict[str, str]
    kind: str = "model"
    expected: str = ""

    @property
    def id(self) -> str:
        return f"{self.path.stem}: {self.title}"

    def write(self, directory: Path) -> list[Path]:
        """Write the project's files; return those to load."""
        for name, text in self.files.items():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return [directory / name for name in self.load]

    def actual(self, directory: Path) -> tuple[str, str]:
        """Return composefmt's result for the project: the model, or the error."""
        files = self.write(directory)
        try:
            project = load(Request([File(os.fspath(path)) for path in files], os.fspath(directory), {}, "project", self.profiles))
        except ProjectError as error:
            return "refused", str(error).replace(f"{directory}/", "") + "\n"
        return "model", to_json(project.model).replace(os.fspath(directory), "${PROJECT_DIR}") + "\n"

    def written(self) -> str:
        lines = [f"#=== {self.title}\n"]
        if self.load != ["compose.yaml"]:
            lines.append(f"# load: {' '.join(self.load)}\n")
        if self.profiles:
            lines.append(f"# profiles: {' '.join(self.profiles)}\n")
        lines += [f"#--- {name}\n{text}" for name, text in self.files.items()]
        return "".join([*lines, f"#--- {self.kind}\n{self.expected}"])


def read(path: Path) -> list[ProjectCase]:
    cases = []
    for text in re.split(r"^#=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, *parts = _PART.split(text)
        title, *options = head.splitlines()
        case = ProjectCase(path, title, ["compose.yaml"], [], {})
        for option in options:
            name, _, value = option.removeprefix("# ").partition(": ")
            setattr(case, name, value.split())
        for name, content in zip(parts[::2], parts[1::2], strict=True):
            if name in ("model", "refused"):
                case.kind, case.expected = name, content
            else:
                case.files[name] = content
        cases.append(case)
    return cases


def all_cases() -> list[ProjectCase]:
    return [case for path in sorted(ROOT.glob("*.yaml")) for case in read(path)]


def model(text: str) -> object:
    return json.loads(text)
