"""The cases of the editor: a file per kind of place in `tests/cases/editing`.

A case starts with `#=== title`, followed by lines `# do: set services.web.image nginx:1.28` and the text; after `#--- edited` stands
the result, after `#--- refused` the message. A value is YAML in flow style. `here` or `follow` before a command allows what they
allow. `# variants: none` skips the same case with other line breaks and without the last one. `make update-cases` rewrites
everything after the markers.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from composefmt import Document, EditError

ROOT = Path(__file__).parent / "cases" / "editing"
_DO = re.compile(r"# do: (.*)\n")
_MARKER = re.compile(r"^#--- (edited|refused)\n", re.MULTILINE)


@dataclass
class EditCase:
    path: Path
    title: str
    commands: list[str]
    has_variants: bool
    text: str
    kind: str
    expected: str

    @property
    def id(self):
        return f"{self.path.stem}: {self.title}"

    def edited(self, text):
        """The document after the commands."""
        document = Document(text, "compose.yaml")
        for command in self.commands:
            run(document, command)
        return document

    def actual(self):
        try:
            return "edited", self.edited(self.text).text
        except EditError as error:
            return "refused", f"{error}\n"

    def written(self):
        kind, result = self.actual()
        head = "".join(f"# do: {command}\n" for command in self.commands) + ("" if self.has_variants else "# variants: none\n")
        return f"#=== {self.title}\n{head}{self.text}#--- {kind}\n{result}"


def run(document, line):
    """Run one command on a document."""
    access = {}
    words = line.split(" ", 2)
    while words[0] in ("here", "follow"):
        access[words[0]] = True
        words = line.split(" ", 2 + len(access))[len(access) :]
    name, path, *rest = words
    if name == "rename-key":
        document.rename_key(path, rest[0], **access)
    elif name == "rename":
        document.rename(path, rest[0])
    elif name == "insert":
        index, _, value = rest[0].partition(" ")
        document.insert(path, int(index), yaml.safe_load(value), **access)
    elif name == "unset":
        document.unset(path, **access)
    else:
        getattr(document, name)(path, yaml.safe_load(rest[0]), **access)


def read(path):
    cases = []
    for part in re.split(r"^#=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        commands = []
        while found := _DO.match(body):
            commands.append(found[1])
            body = body[found.end() :]
        has_variants = not body.startswith("# variants: none\n")
        text, kind, expected = _MARKER.split(body.removeprefix("# variants: none\n"))
        cases.append(EditCase(path, title, commands, has_variants, text, kind, expected))
    return cases


def all_cases():
    return [case for path in sorted(ROOT.glob("*.yaml")) for case in read(path)]


def update():
    for path in sorted(ROOT.glob("*.yaml")):
        path.write_text("".join(case.written() for case in read(path)), encoding="utf-8")
