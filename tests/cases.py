"""The data cases: their file format, how they run, and how they are rewritten.

`tests/cases/format` and `rules` hold the cases of the formatter and of each rule (a file per rule), `checks` those that involve
several rules or none. A case starts with `#=== title`, followed by the text and a marker: `#--- formatted` with the formatter's
result, `#--- unchanged`, or `#--- findings` with the output of `check`. A first line `# flags: max-range=2 write-defaults
lines=2-4` sets options; `good=RULE` marks a good example of a rule: only that rule is checked and must report nothing. Before the
marker, `#--- file: Dockerfile` starts another file in the same directory; with `# flags: directory=sub` that directory is `sub` of
the repository, so that `../compose.yaml` is inside of it. If findings are fixable, `#--- fixed` holds the result of `check --fix`
and `#--- fixed unsafe` that of `--unsafe-fixes`, both without the formatter. `make update-cases` rewrites everything after the
markers.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from composefmt.engine import CheckResult, check_text, fix_text, format_text
from composefmt.files.environment import environment_beside
from composefmt.filesystem.memory import InMemory
from composefmt.filesystem.surroundings import Surroundings
from composefmt.findings import Finding, Related
from composefmt.options import Options
from composefmt.project.claims import variable_claims
from composefmt.syntax.source import Source

ROOT = Path(__file__).parent / "cases"
_FILE = re.compile(r"^#--- file: (\S+)\n", re.MULTILINE)
_MARKER = re.compile(r"^#--- (formatted|unchanged|findings|fixed|fixed unsafe)\n", re.MULTILINE)


@dataclass
class Case:
    path: Path
    title: str
    flags: str
    whole: str
    kind: str
    expected: str
    fixed: str = ""
    fixed_unsafe: str = ""

    @property
    def id(self) -> str:
        return f"{self.path.stem}: {self.title}"

    @property
    def text(self) -> str:
        """The Compose file, without surrounding files."""
        return _FILE.split(self.whole)[0]

    @property
    def files(self) -> dict[str, bytes]:
        """The surrounding files."""
        parts = _FILE.split(self.whole)
        return {name: text.encode() for name, text in zip(parts[1::2], parts[2::2], strict=True)}

    @property
    def reported(self) -> frozenset[str]:
        """The rules that report something."""
        return (
            frozenset(re.findall(r"^\S+ [a-z]+\[([a-z0-9-]+)\]", self.expected, re.MULTILINE)) if self.kind == "findings" else frozenset()
        )

    @property
    def good_for(self) -> frozenset[str]:
        """The rules of which this is a good example."""
        found = re.search(r"good=(\S+)", self.flags)
        return frozenset(found[1].split(",")) if found else frozenset()

    @property
    def options(self) -> Options:
        options = Options()
        if self.files:
            surroundings = Surroundings(InMemory(self.files, location=self.directory))
            options = options._replace(surroundings=surroundings)
        for flag in self.flags.split():
            name, _, value = flag.partition("=")
            field = name.replace("-", "_")
            if field in ("filename", "directory"):
                continue
            if field == "good":
                field = "select"
            chosen = (
                tuple(value.split(","))
                if field.endswith("_form") or (field == "order" and "," in value)
                else int(value)
                if value.isdecimal()
                else value or True
            )
            if field in ("select", "ignore"):
                chosen = frozenset(value.split(","))
            elif field in ("project", "env_files", "profiles"):
                chosen = tuple(value.split(","))
            elif field == "lines":
                chosen = tuple(map(int, value.split("-")))
            elif field == "environment":
                chosen = dict(pair.split(":", 1) for pair in value.split(","))
            options = options._replace(**{field: chosen})
        if options.surroundings is None or options.environment:
            return options
        claims = variable_claims(options, self.filename)
        return options._replace(environment=environment_beside(options.surroundings, self.text.encode(), claims))

    @property
    def filename(self) -> str:
        found = re.search(r"filename=(\S+)", self.flags)
        return found[1] if found else "<text>"

    @property
    def directory(self) -> str:
        """The file's directory in the repository, set by the flag `directory=sub/directory`."""
        found = re.search(r"directory=(\S+)", self.flags)
        return found[1] if found else ""

    def actual(self) -> tuple[str, str]:
        """Return the marker and the current result after it."""
        if self.kind == "findings":
            return "findings", as_text(check_text(self.text, self.options, self.filename))
        result = format_text(self.text, self.options)
        assert not result.failed, result.findings
        return ("unchanged", "") if result.text == self.text else ("formatted", result.text)

    @property
    def fix_options(self) -> Options:
        """All fixes but the formatter's, which has its own cases."""
        return self.options._replace(ignore=self.options.ignore | {"unformatted"})

    def actually_fixed(self) -> tuple[str, str]:
        """Return the text after the safe fixes and after all fixes; "" for each that changes nothing further."""
        if self.kind != "findings":
            return "", ""
        results = [fix_text(self.text, self.fix_options, self.filename, unsafe=unsafe, moving=True) for unsafe in (False, True)]
        safe, unsafe = (result.source.text for result in results)
        return safe if safe != self.text else "", unsafe if unsafe != safe else ""

    def written(self) -> str:
        """Return the case as written to its file, with the current results."""
        kind, expected = self.actual()
        flags = f"# flags: {self.flags}\n" if self.flags else ""
        parts = [f"#=== {self.title}\n{flags}{self.whole}#--- {kind}\n{expected}"]
        parts += [f"#--- {marker}\n{text}" for marker, text in zip(("fixed", "fixed unsafe"), self.actually_fixed(), strict=True) if text]
        return "".join(parts)


def as_text(result: CheckResult) -> str:
    """Return findings as lines that are readable in a diff; `unformatted` only if it is the only finding."""
    findings = [f for f in result.findings if f.rule != "unformatted"] or list(result.findings)
    text = lines_of(result.source, findings)
    for source, finding in result.others:
        text += f"in {source.filename}: " + lines_of(source, [finding])
    return text


def lines_of(source: Source, findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        start, end = source.position(finding.span.start), source.position(finding.span.end)
        where = f"{start.line}:{start.column}-" + (f"{end.line}:" if end.line != start.line else "") + str(end.column)
        lines.append(f"{where} {finding.severity.value}[{finding.rule}] {finding.message}\n")
        lines += [f"    {related_line(source, related)}: {related.message}\n" for related in finding.related]
        if finding.help:
            lines.append(f"    help: {finding.help}\n")
    return "".join(lines)


def related_line(source: Source, related: Related) -> str:
    if related.file is not None:
        return f"{related.file.path}:{related.file.start.line}"
    return str(source.position(related.span.start).line)


def read(path: Path) -> list[Case]:
    cases = []
    for part in re.split(r"^#=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        flags = ""
        if body.startswith("# flags: "):
            flags, _, body = body.removeprefix("# flags: ").partition("\n")
        text, kind, expected, *rest = _MARKER.split(body)
        fixed = dict(zip(rest[::2], rest[1::2], strict=True))
        cases.append(Case(path, title, flags, text, kind, expected, fixed.get("fixed", ""), fixed.get("fixed unsafe", "")))
    return cases


def all_cases(*directories: str) -> list[Case]:
    return [case for directory in directories for path in sorted((ROOT / directory).glob("*.yaml")) for case in read(path)]


def update(directory: str) -> None:
    for path in sorted((ROOT / directory).glob("*.yaml")):
        path.write_text("".join(case.written() for case in read(path)), encoding="utf-8")
