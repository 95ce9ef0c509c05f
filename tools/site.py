"""Writes the source of the documentation site into build/docs: the pages of docs/, and those made from the code.

Usage: site.py [FOLDER [PLAYGROUND]]

Made from the code are the page of each rule, their list, the settings, the commands, the architecture (from
CONTRIBUTING.md) and the changelog. None of them is checked in, so none can be stale: where other pages link to one of them, a
short page stands in for it in docs/, for who reads that without the site. `make docs` builds the site.
"""

from __future__ import annotations

import re
import shutil
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import click  # noqa: E402

from composefmt.cli.app import app  # noqa: E402
from composefmt.files.settings_model import SettingsModel  # noqa: E402
from composefmt.reports.rule_page import fixability, page_of, pages  # noqa: E402
from composefmt.rules.registry import all_rules, renamed_rules  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.rules.registry import Rule


def write_site(folder: Path, playground: Path) -> None:
    """Write all pages into the folder, which is made anew; `playground` is what `make playground` gathered, if it was made."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder)
    for name, text in generated():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if playground.is_dir():
        shutil.copytree(playground, folder / "playground" / "runtime")


def generated() -> Iterator[tuple[str, str]]:
    """Path and text of each page that is made from the code or from a page elsewhere in the repository."""
    yield "rules/index.md", rules_page()
    for name, text in pages():
        yield f"rules/{name}.md", f"{text}\n[All rules](index.md#{all_rules()[name].group})\n"
    yield "settings.md", settings_page()
    yield "commands.md", commands_page()
    yield "architecture.md", architecture_page()
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    yield "changelog.md", re.sub(r"`docs/([a-z/-]+\.md)`", r"[\1](\1)", changelog)


def rules_page() -> str:
    """All rules by group."""
    parts = [_RULES_INTRODUCTION.format(count=len(all_rules()), default=sum(rule.default for rule in all_rules().values()))]
    for group, rules in groupby(sorted(all_rules().values(), key=lambda rule: (rule.group, rule.name)), lambda rule: rule.group):
        rows = [
            f"| [{rule.name}]({rule.name}.md) | {_severity(rule)} | {_FIXES[fixability(rule)]} | {_cell(page_of(rule).summary)} |"
            for rule in rules
        ]
        parts.append("\n".join([f"## {group}\n", "| rule | | fix | what it finds |", "|---|---|---|---|", *rows]))
    parts.append(_renamed_rules())
    return "\n\n".join(parts) + "\n"


def _renamed_rules() -> str:
    rows = [f"| `{old}` | [{new}]({new}.md) |" for old, new in sorted(renamed_rules().items())]
    return "\n".join([_RENAMED, "| old name | new name |", "|---|---|", *rows])


_RENAMED = """\
## Renamed rules

The old names still work in settings, options, baselines and suppression comments, with a deprecation notice each.
"""
_FIXES = {"safe": "`--fix`", "unsafe": "`--unsafe-fixes`", "none": ""}
_RULES_INTRODUCTION = """\
# Rules

{count} rules, of which {default} are on by default; the others are checked on demand, because what they find is a matter of
taste or of a project's habits. Each has a page with what it finds, why, an example, and what composefmt says of it;
`composefmt explain RULE` shows the same page in a terminal.

An *error* is what Docker Compose refuses or what must fail when it runs. A *warning* is probably not meant. An *info* is a
note. What `check --fix` can mend, or only `check --fix --unsafe-fixes` since the file would mean another thing, is told beside
each rule. See also [rules of other linters](../rules-of-others.md)."""


def _severity(rule: Rule) -> str:
    return rule.severity.value + ("" if rule.default else ", on demand")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def settings_page() -> str:
    """Every setting: what it does, its type and default, the option of the same name."""
    parts = [_SETTINGS_INTRODUCTION]
    properties = SettingsModel.model_json_schema()["properties"]
    options = _options_by_name()
    for name, schema in properties.items():
        usable = [f"`composefmt {command}`" for command in options.get(f"--{name}", [])]
        facts = (
            [f"- takes: {_kind(schema)}", f"- default: `{_toml(schema['default'])}`"]
            if "default" in schema
            else [f"- takes: {_kind(schema)}"]
        )
        if usable:
            facts.append(f"- on the command line: `--{name}` of {' and '.join(usable)}")
        parts.append(f"## {name}\n\n{schema.get('description', '')}\n\n" + "\n".join(facts))
    return "\n\n".join(parts) + "\n"


_SETTINGS_INTRODUCTION = """\
# Settings

Settings stand in `composefmt.toml`, `.composefmt.toml` or the table `[tool.composefmt]` of `pyproject.toml`. The nearest
such file above a Compose file holds; the command line wins over it. `composefmt settings PATH` shows what is in force for a
file and where each value comes from, and `composefmt settings --schema` prints a JSON Schema, with which editors complete
and check the settings.

A name that does not exist or a value that does not fit is an error that names the file and the setting: nothing is ignored
in silence."""


def _kind(schema: dict[str, object]) -> str:
    """A JSON Schema in plain words."""
    branches = schema.get("anyOf")
    if isinstance(branches, list):
        return " or ".join(_kind(branch) for branch in branches)
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])  # type: ignore[attr-defined]
    if "const" in schema:
        return f'`"{schema["const"]}"`'
    if schema.get("type") == "integer":
        return f"a number from {schema['minimum']}" if "minimum" in schema else "a number"
    return {"array": "a list of names", "boolean": "`true` or `false`", "string": "a text", "object": "a table", "null": "nothing"}.get(
        str(schema.get("type")), "a value"
    )


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _commands() -> Iterator[tuple[click.Command, click.Context]]:
    root = click.Context(app, info_name="composefmt")
    for name in app.list_commands(root):
        command = app.get_command(root, name)
        assert command is not None
        yield command, click.Context(command, info_name=name, parent=root)


def _options_by_name() -> dict[str, list[str]]:
    """The commands that know an option, by option."""
    known: dict[str, list[str]] = {}
    for command, context in _commands():
        for parameter in command.get_params(context):
            for option in parameter.opts if isinstance(parameter, click.Option) else []:
                known.setdefault(option, []).append(str(context.info_name))
    return known


def commands_page() -> str:
    """Every command with its options, as its help tells them."""
    parts = [f"# Commands\n\n{app.help}\n\n`composefmt COMMAND --help` shows a command's part of this page."]
    for command, context in _commands():
        if not command.hidden:
            parts.append("\n\n".join(_command(command, context)))
    return "\n\n".join(parts) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.info_name}"
    yield "```text\n" + command.get_usage(context).removeprefix("Usage: ") + "\n```"
    yield _plain(command.help or "")
    rows = [
        f"| {_code(record[0])} | {_escaped(record[1])} |"
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and not parameter.hidden
        for record in [parameter.get_help_record(context)]
        if record
    ]
    yield "\n".join(["| option | |", "|---|---|", *rows])
    if command.epilog:
        yield "```text\n" + _plain(command.epilog).strip() + "\n```"


def _plain(text: str) -> str:
    """Click's text without its marks for paragraphs that are not to be wrapped."""
    from inspect import cleandoc

    return cleandoc(text.replace("\b\n", ""))


def _code(text: str) -> str:
    return f"`{text}`"


def _escaped(text: str) -> str:
    """A help text as a cell of a table: what Markdown would take for its own is escaped."""
    return re.sub(r"([|*_<>\[\]])", r"\\\1", _cell(text).replace("\\|", "|"))


def architecture_page() -> str:
    """CONTRIBUTING.md, under its own heading."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.replace("# Working on composefmt", "# Architecture, and working on composefmt", 1).replace("](docs/", "](")


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[1:]]
    write_site(*folders[:1] or [ROOT / "build" / "docs"], *folders[1:] or [ROOT / "build" / "playground"])
